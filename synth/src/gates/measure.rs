//! A mapped dot product at work: energy by part, every total checked.

use super::{Delays, Energy, Netlist, Part, Parts, Prices, Simulator, Timing};
use crate::error::Error;
use crate::liberty::Library;
use serde::{Deserialize, Serialize};
use trine_hdl::design::dot::DotArithmetic;

/// Inputs of a dot product in one cycle, and the result that must come of them.
#[derive(Clone, Debug)]
pub struct Cycle {
    /// Bits of the activation of each lane.
    pub act: Vec<u64>,
    /// Bits of the weight of each lane.
    pub wgt: Vec<u64>,
    /// True if a new total begins.
    pub first: bool,
    /// Bits of the total with these products in it.
    pub total: u64,
    /// Lanes that do useful work.
    pub macs: usize,
}

/// A dot product in cells of a library.
#[derive(Debug)]
pub struct MeasuredUnit<'a> {
    arithmetic: DotArithmetic,
    lanes: usize,
    /// Its cells.
    pub netlist: Netlist<'a>,
    /// Loads, slews and delays.
    pub delays: Delays,
    parts: Parts,
    prices: Prices,
}

/// Energy of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Energy of each part, pJ, in the order of [`Part::ALL`].
    #[serde(rename = "energy_pj", alias = "energy")]
    pub energy: [Energy; Part::COUNT],
    /// Useful multiply-accumulates in that time.
    pub macs: u64,
    /// Clock cycles in that time.
    pub cycles: u64,
    /// Transitions of nets in that time, the clock's excepted.
    pub transitions: u64,
    /// Time from a clock edge to the last event in any cycle, ns; 0 when gates answer at once.
    pub settled_ns: f64,
    /// Totals compared with what must come out.
    pub compared: u64,
    /// Totals that were something else.
    pub mismatches: u64,
}

impl Measured {
    /// Energy of a part for each useful multiply-accumulate, pJ.
    pub fn pj_per_mac(&self, part: Part) -> f64 {
        self.energy[part as usize].total() / self.macs as f64
    }

    /// Energy for each useful multiply-accumulate, pJ.
    pub fn total_pj_per_mac(&self) -> f64 {
        Part::ALL.into_iter().map(|part| self.pj_per_mac(part)).sum()
    }
}

impl<'a> MeasuredUnit<'a> {
    /// Reads the netlist of the dot product `arithmetic` with `lanes` lanes.
    ///
    /// # Errors
    /// See [`Netlist::parse`], [`Delays::new`] and [`Parts::of`].
    pub fn new(
        arithmetic: DotArithmetic,
        lanes: usize,
        json: &str,
        top: &str,
        clock: &str,
        library: &'a Library,
    ) -> Result<MeasuredUnit<'a>, Error> {
        let netlist = Netlist::parse(json, top, clock, library)?;
        let delays = Delays::new(&netlist)?;
        let (parts, prices) = (Parts::of(&netlist)?, Prices::new(&netlist, &delays));
        Ok(MeasuredUnit { arithmetic, lanes, netlist, delays, parts, prices })
    }

    /// Energy of all cells, without the load of inputs and of the clock, pJ.
    pub(super) fn cells(&self, simulator: &Simulator<'_>) -> Energy {
        let parts = self.prices.cells(&self.netlist, &self.parts, simulator);
        let sum = |of: fn(&Energy) -> f64| parts.iter().map(of).sum();
        Energy { internal: sum(|e| e.internal), load: sum(|e| e.load) }
    }
}

/// Runs `unit` over `cycles` and counts from the cycle in which the first operands have reached the total to the last
/// one; `watch` sees the simulator when counting ends.
///
/// # Errors
/// [`Error::Unreadable`] when the netlist has other ports than a dot product.
pub fn measure(
    unit: &MeasuredUnit<'_>,
    timing: Timing,
    cycles: &[Cycle],
    watch: &mut dyn FnMut(&Simulator<'_>),
) -> Result<Measured, Error> {
    let latency = unit.arithmetic.latency(unit.lanes);
    let mut simulator = Simulator::new(&unit.netlist, &unit.delays, timing);
    let (act_bits, weight_bits) = (unit.arithmetic.act_bits(), unit.arithmetic.weight_bits());
    let (mut compared, mut mismatches) = (0, 0);
    let mut measured = None;
    for step in 0..cycles.len() + latency {
        if let Some(cycle) = cycles.get(step) {
            simulator.poke("act_i", &field(&cycle.act, act_bits))?;
            simulator.poke("wgt_i", &field(&cycle.wgt, weight_bits))?;
        }
        // A total begins when the sum that starts it arrives
        let arriving = (step + 1).checked_sub(latency).and_then(|i| cycles.get(i));
        simulator.poke("first_i", &[arriving.is_some_and(|cycle| cycle.first)])?;
        simulator.tick();
        if let Some(cycle) = step.checked_sub(latency).and_then(|i| cycles.get(i)) {
            let total = simulator.peek("total_o")?.iter().rev().fold(0, |total, bit| total << 1 | u64::from(*bit));
            compared += 1;
            mismatches += u64::from(total != cycle.total);
        }
        if step + 1 == latency {
            simulator.forget();
        }
        if step + 1 == cycles.len() {
            watch(&simulator);
            let nets = 0..unit.netlist.net_count();
            measured = Some(Measured {
                energy: unit.prices.energy(&unit.netlist, &unit.parts, &simulator),
                macs: cycles.iter().skip(latency).map(|cycle| cycle.macs as u64).sum(),
                cycles: simulator.cycles(),
                transitions: nets.map(|net| simulator.transitions(net).iter().sum::<u64>()).sum(),
                settled_ns: f64::from(simulator.latest()) / 1000.0,
                compared: 0,
                mismatches: 0,
            });
        }
    }
    let measured = measured.filter(|m| m.macs > 0);
    let measured = measured.ok_or_else(|| {
        let problem = format!("{} cycles do not fill a pipeline of {latency}", cycles.len());
        Error::unreadable("the sample", problem)
    })?;
    Ok(Measured { compared, mismatches, ..measured })
}

/// Fields of `width` bits each as bits, lowest first.
fn field(values: &[u64], width: usize) -> Vec<bool> {
    values.iter().flat_map(|value| (0..width).map(move |i| value >> i & 1 == 1)).collect()
}
