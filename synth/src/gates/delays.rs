//! Loads, slews and delays before layout: nets have the capacitance of the pins on them and no wire.
//!
//! Slews spread as in static timing analysis: each edge of a net takes the slowest slew that any input of its driver can
//! give it. Ports of the module are driven with [`INPUT_SLEW`], and so is every clock pin.

use super::netlist::{NetId, Netlist};
use crate::error::Error;
use crate::liberty::{Cell, Delay, Pin, Sense};

/// Transition time of inputs and of the clock, ns.
pub const INPUT_SLEW: f64 = 0.1;

/// An edge of a net: rise or fall.
pub const RISE: usize = 0;
/// See [`RISE`].
pub const FALL: usize = 1;

/// Delays of each net and each cell by the library's tables.
#[derive(Debug)]
pub struct Delays {
    /// Capacitance on each net, pF.
    pub load: Vec<f64>,
    /// Slew of each net's edges, ns.
    pub slew: Vec<[f64; 2]>,
    /// Per gate, output and input: delay to the output's edges, ns.
    pub gates: Vec<Vec<Vec<[f64; 2]>>>,
    /// Per flip-flop and output: delay from the clock to the output's edges, ns.
    pub flip_flops: Vec<Vec<[f64; 2]>>,
    /// Latest arrival at a flip-flop or output after the clock edge, ns: the critical path without set-up time.
    pub critical: f64,
}

impl Delays {
    /// Looks everything up.
    ///
    /// # Errors
    /// [`Error::UnsupportedCell`] where the library gives no delay from an input to an output.
    pub fn new(netlist: &Netlist<'_>) -> Result<Delays, Error> {
        let load = loads(netlist);
        let mut slew = vec![[INPUT_SLEW; 2]; netlist.net_count()];
        let mut arrival = vec![[0.0f64; 2]; netlist.net_count()];
        let mut flip_flops = vec![];
        for flip_flop in &netlist.flip_flops {
            let mut outputs = vec![];
            for (pin, net, _) in &flip_flop.outputs {
                let found = path(pin, &flip_flop.clock.name, load[*net], [INPUT_SLEW; 2]);
                let found = found.ok_or_else(|| no_path(flip_flop.cell, &flip_flop.name, flip_flop.clock, pin))?;
                (slew[*net], arrival[*net]) = (found.slew, found.delay);
                outputs.push(found.delay);
            }
            flip_flops.push(outputs);
        }
        let mut gates = vec![];
        for gate in &netlist.gates {
            let mut outputs = vec![];
            for output in &gate.outputs {
                let (mut slowest, mut latest) = ([0.0f64; 2], [0.0f64; 2]);
                let mut inputs = vec![];
                for (pin, net) in &gate.inputs {
                    let found = path(output.pin, &pin.name, load[output.net], slew[*net]);
                    let found = found.ok_or_else(|| no_path(gate.cell, &gate.name, pin, output.pin))?;
                    for edge in [RISE, FALL] {
                        slowest[edge] = slowest[edge].max(found.slew[edge]);
                        for from in found.sense.from(edge) {
                            latest[edge] = latest[edge].max(arrival[*net][*from] + found.delay[edge]);
                        }
                    }
                    inputs.push(found.delay);
                }
                (slew[output.net], arrival[output.net]) = (slowest, latest);
                outputs.push(inputs);
            }
            gates.push(outputs);
        }
        let ends = netlist.flip_flops.iter().map(|f| f.data).chain(netlist.outputs.values().flatten().copied());
        let critical = ends.flat_map(|net| arrival[net]).fold(0.0, f64::max);
        Ok(Delays { load, slew, gates, flip_flops, critical })
    }
}

fn no_path(cell: &Cell, instance: &str, from: &Pin, to: &Pin) -> Error {
    let problem = format!("the library has no delay from {} to {}", from.name, to.name);
    Error::UnsupportedCell { cell: cell.name.clone(), instance: instance.into(), problem }
}

fn loads(netlist: &Netlist<'_>) -> Vec<f64> {
    let mut load = vec![0.0; netlist.net_count()];
    let mut add = |net: NetId, pin: &Pin| load[net] += pin.capacitance;
    for gate in &netlist.gates {
        gate.inputs.iter().for_each(|(pin, net)| add(*net, pin));
        gate.outputs.iter().for_each(|output| add(output.net, output.pin));
    }
    for flip_flop in &netlist.flip_flops {
        add(flip_flop.data, flip_flop.data_pin);
        netlist.clock.iter().for_each(|clock| add(*clock, flip_flop.clock));
        flip_flop.outputs.iter().for_each(|(pin, net, _)| add(*net, pin));
    }
    load
}

/// Response of an output's edges to one input.
struct Path {
    sense: Sense,
    delay: [f64; 2],
    slew: [f64; 2],
}

/// The slowest of the paths that the library describes from input `from` to output `to`.
fn path(to: &Pin, from: &str, load: f64, input: [f64; 2]) -> Option<Path> {
    let mut slowest: Option<Path> = None;
    for described in to.delays.iter().filter(|delay| delay.from == from) {
        let found = Path { sense: sense(to, from), ..look_up(described, load, input) };
        match &mut slowest {
            Some(slowest) => {
                for edge in [RISE, FALL] {
                    slowest.delay[edge] = slowest.delay[edge].max(found.delay[edge]);
                    slowest.slew[edge] = slowest.slew[edge].max(found.slew[edge]);
                }
            }
            None => slowest = Some(found),
        }
    }
    slowest
}

/// Which edges of input `from` make which of output `to`, by all that the library describes.
pub(super) fn sense(to: &Pin, from: &str) -> Sense {
    let mut senses = to.delays.iter().filter(|delay| delay.from == from).map(|delay| delay.sense);
    let first = senses.next().unwrap_or_default();
    if senses.all(|other| other == first) { first } else { Sense::Both }
}

fn look_up(described: &Delay, load: f64, input: [f64; 2]) -> Path {
    let sense = described.sense;
    let at = |edge: usize| slew_from(sense, edge, input);
    Path {
        sense,
        delay: [RISE, FALL].map(|edge| described.delay[edge].at(load, at(edge)).max(0.0)),
        slew: [RISE, FALL].map(|edge| described.slew[edge].at(load, at(edge)).max(0.0)),
    }
}

/// The slew of the input's edge that makes this edge of an output; the slower one where both can.
pub(super) fn slew_from(sense: Sense, edge: usize, input: [f64; 2]) -> f64 {
    sense.from(edge).iter().map(|from| input[*from]).fold(0.0, f64::max)
}
