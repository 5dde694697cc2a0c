//! Energy from transitions: `Σ transitions x internal_power(load, slew) + 1/2 C V²`.
//!
//! Internal power is taken at the load of the driven net and the slew of the input that caused the transition; where the
//! library states several energies for one pin and one supply, or no input is to blame, their mean is taken; what it states
//! for several supplies is added. The load of a net counts for the part that drives it, the load of inputs for the part they
//! feed.

use super::delays::{Delays, FALL, INPUT_SLEW, RISE, sense, slew_from};
use super::netlist::{NetId, Netlist};
use super::parts::{Part, Parts};
use super::simulate::Simulator;
use crate::liberty::{Pin, Power};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Energy of one part, pJ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Energy {
    /// Inside cells.
    pub internal: f64,
    /// In the capacitance of nets.
    pub load: f64,
}

impl Energy {
    /// Both.
    pub fn total(self) -> f64 {
        self.internal + self.load
    }
}

/// The energies that a netlist's cells take for each transition, pJ.
#[derive(Debug)]
pub struct Prices {
    /// Per gate, output and cause: rise and fall; the last cause means "no single one".
    gates: Vec<Vec<Vec<[f64; 2]>>>,
    /// Per flip-flop and output.
    flip_flops: Vec<Vec<[f64; 2]>>,
    /// Per gate: energy of a change at each input that no output needs to follow.
    inputs: Vec<Vec<[f64; 2]>>,
    /// Per flip-flop: the same at its data pin.
    data: Vec<[f64; 2]>,
    /// Per flip-flop: a rise and a fall of its clock pin together.
    clock: Vec<f64>,
    /// Per net: a transition.
    load: Vec<f64>,
}

impl Prices {
    /// Looks everything up.
    pub fn new(netlist: &Netlist<'_>, delays: &Delays) -> Prices {
        let mut gates = vec![];
        let mut inputs = vec![];
        for gate in &netlist.gates {
            let outputs = gate.outputs.iter().map(|output| {
                let causes = gate.inputs.iter().map(|(pin, net)| {
                    let sense = sense(output.pin, &pin.name);
                    let slew = [RISE, FALL].map(|edge| slew_from(sense, edge, delays.slew[*net]));
                    caused(output.pin, &pin.name, delays.load[output.net], slew)
                });
                let mut causes: Vec<[f64; 2]> = causes.collect();
                causes.push([RISE, FALL].map(|edge| mean(causes.iter().map(|energy| energy[edge]))));
                causes
            });
            gates.push(outputs.collect());
            inputs.push(gate.inputs.iter().map(|(pin, net)| passive(pin, delays.slew[*net])).collect());
        }
        let flip_flops = netlist.flip_flops.iter().map(|f| {
            let outputs = f.outputs.iter();
            outputs.map(|(pin, net, _)| caused(pin, &f.clock.name, delays.load[*net], [INPUT_SLEW; 2])).collect()
        });
        Prices {
            gates,
            inputs,
            flip_flops: flip_flops.collect(),
            data: netlist.flip_flops.iter().map(|f| passive(f.data_pin, delays.slew[f.data])).collect(),
            clock: netlist.flip_flops.iter().map(|f| passive(f.clock, [INPUT_SLEW; 2]).iter().sum()).collect(),
            load: delays.load.iter().map(|c| 0.5 * c * netlist.volts * netlist.volts).collect(),
        }
    }

    /// Energy of what `simulator` counted, by part.
    pub fn energy(&self, netlist: &Netlist<'_>, parts: &Parts, simulator: &Simulator<'_>) -> [Energy; Part::COUNT] {
        let mut sum = self.cells(netlist, parts, simulator);
        for (port, nets) in &netlist.inputs {
            sum[parts.inputs[port] as usize].load += nets.iter().map(|net| self.load(*net, simulator)).sum::<f64>();
        }
        if let Some(clock) = netlist.clock {
            sum[Part::Clock as usize].load += self.load[clock] * 2.0 * simulator.cycles() as f64;
        }
        sum
    }

    fn load(&self, net: NetId, simulator: &Simulator<'_>) -> f64 {
        self.load[net] * simulator.transitions(net).iter().sum::<u64>() as f64
    }

    /// The same without the load of the module's inputs and of its clock.
    pub fn cells(&self, netlist: &Netlist<'_>, parts: &Parts, simulator: &Simulator<'_>) -> [Energy; Part::COUNT] {
        let mut sum = [Energy::default(); Part::COUNT];
        let count = |net: NetId| simulator.transitions(net);
        for (g, gate) in netlist.gates.iter().enumerate() {
            let part = &mut sum[parts.gates[g] as usize];
            for (o, output) in gate.outputs.iter().enumerate() {
                let causes = simulator.caused(g, o).iter().zip(&self.gates[g][o]);
                part.internal += causes.map(|(count, energy)| times(*count, *energy)).sum::<f64>();
                part.load += self.load(output.net, simulator);
            }
            for ((_, net), energy) in gate.inputs.iter().zip(&self.inputs[g]) {
                part.internal += times(count(*net), *energy);
            }
        }
        for (f, flip_flop) in netlist.flip_flops.iter().enumerate() {
            let registers = &mut sum[Part::Registers as usize];
            for ((_, net, _), energy) in flip_flop.outputs.iter().zip(&self.flip_flops[f]) {
                registers.internal += times(count(*net), *energy);
                registers.load += self.load(*net, simulator);
            }
            registers.internal += times(count(flip_flop.data), self.data[f]);
            sum[Part::Clock as usize].internal += self.clock[f] * simulator.cycles() as f64;
        }
        sum
    }
}

fn times(count: [u64; 2], energy: [f64; 2]) -> f64 {
    count[RISE] as f64 * energy[RISE] + count[FALL] as f64 * energy[FALL]
}

/// Energy of an output's transitions caused by input `from`.
fn caused(output: &Pin, from: &str, load: f64, slew: [f64; 2]) -> [f64; 2] {
    mean_of(output.power.iter().filter(|p| p.from.as_deref().is_none_or(|name| name == from)), load, slew)
}

/// Energy of an input's transitions by themselves.
fn passive(input: &Pin, slew: [f64; 2]) -> [f64; 2] {
    mean_of(input.power.iter(), 0.0, slew)
}

fn mean_of<'a>(powers: impl Iterator<Item = &'a Power> + Clone, load: f64, slew: [f64; 2]) -> [f64; 2] {
    let supplies: BTreeSet<_> = powers.clone().map(|power| &power.supply).collect();
    [RISE, FALL].map(|edge| {
        let energy = |supply: &Option<String>| {
            let stated = powers.clone().filter(|power| power.supply == *supply);
            let tables = stated.filter_map(|power| power.energy[edge].as_ref());
            mean(tables.map(|table| table.at(load, slew[edge])))
        };
        supplies.iter().copied().map(energy).sum()
    })
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (count, sum) = values.fold((0, 0.0), |(count, sum), value| (count + 1, sum + value));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}
