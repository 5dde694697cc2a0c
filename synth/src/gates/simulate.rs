//! Simulation of a mapped netlist, cycle by cycle, counting every transition.
//!
//! ```text
//!  clock edge ── flip-flops and inputs change ── events spread, gate by gate ── quiet ── next edge
//! ```
//! With [`Timing::Delayed`] each gate answers after the delay of its library, so that signals that arrive at different
//! times make glitches. Delays are inertial: a pulse shorter than the gate's delay does not get through. Time is counted
//! in ps. What changes at the same moment is seen together, and the slowest of the paths concerned decides. With
//! [`Timing::Settled`] every net changes at most once a cycle. A cycle lasts until all is quiet.

use super::delays::{Delays, FALL, RISE};
use super::netlist::{NetId, Netlist};
use super::wheel::Wheel;
use crate::error::Error;

/// When gates answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// After their delay: glitches are counted.
    Delayed,
    /// At once: only settled values are counted.
    Settled,
}

/// A running netlist.
#[derive(Debug)]
pub struct Simulator<'a> {
    netlist: &'a Netlist<'a>,
    timing: Timing,
    values: Vec<bool>,
    /// Inputs that change at the next clock edge.
    poked: Vec<(NetId, bool)>,
    /// Per gate: its inputs as a number, and which of them changed just now.
    state: Vec<u8>,
    changed: Vec<u8>,
    /// First output of each gate, in `outputs`; then that of the flip-flops.
    first: Vec<usize>,
    outputs: Vec<Output>,
    registers: Vec<Register>,
    /// Gates and pins that read each net.
    readers: Vec<Vec<(u32, u8)>>,
    /// Per arc and edge: delay, ps, and transitions.
    delay: Vec<[u32; 2]>,
    count: Vec<[u64; 2]>,
    wheel: Wheel,
    /// Gates with changed inputs that have not answered yet.
    touched: Vec<u32>,
    nets: Vec<[u64; 2]>,
    cycles: u64,
    latest: u32,
}

/// An output of a gate or flip-flop; its arcs are one per input, then one for a change with no single cause.
#[derive(Clone, Copy, Debug)]
struct Output {
    net: NetId,
    truth: u64,
    arcs: usize,
    inputs: usize,
    /// The arc of the transition on its way, if there is one.
    pending: Option<usize>,
    /// Tells that transition from those called off.
    stamp: u32,
}

/// An output of a flip-flop.
#[derive(Clone, Copy, Debug)]
struct Register {
    data: NetId,
    inverse: bool,
    output: usize,
}

fn picoseconds(delay: f64) -> u32 {
    // A gate without delay would answer before all of its inputs have changed
    ((delay * 1000.0).round() as u32).max(1)
}

impl<'a> Simulator<'a> {
    /// A netlist with all inputs and registers at zero, settled.
    pub fn new(netlist: &'a Netlist<'a>, delays: &Delays, timing: Timing) -> Simulator<'a> {
        let mut readers = vec![vec![]; netlist.net_count()];
        let (mut outputs, mut delay, mut first) = (vec![], vec![], vec![]);
        let mut add = |outputs: &mut Vec<Output>, net, truth, arcs: &[[f64; 2]]| {
            outputs.push(Output { net, truth, arcs: delay.len(), inputs: arcs.len(), pending: None, stamp: 0 });
            delay.extend(arcs.iter().map(|edges| edges.map(picoseconds)).chain([[0; 2]]));
        };
        for (g, (gate, delays)) in netlist.gates.iter().zip(&delays.gates).enumerate() {
            first.push(outputs.len());
            gate.outputs.iter().zip(delays).for_each(|(o, arcs)| add(&mut outputs, o.net, o.truth, arcs));
            gate.inputs.iter().enumerate().for_each(|(pin, (_, net))| readers[*net].push((g as u32, pin as u8)));
        }
        first.push(outputs.len());
        let mut registers = vec![];
        for (flip_flop, delays) in netlist.flip_flops.iter().zip(&delays.flip_flops) {
            for ((_, net, inverse), arc) in flip_flop.outputs.iter().zip(delays) {
                registers.push(Register { data: flip_flop.data, inverse: *inverse, output: outputs.len() });
                add(&mut outputs, *net, 0, &[*arc]);
            }
        }
        let longest = delay.iter().flatten().copied().max().unwrap_or(0);
        let mut simulator = Simulator {
            netlist,
            timing,
            values: vec![false; netlist.net_count()],
            poked: vec![],
            state: vec![0; netlist.gates.len()],
            changed: vec![0; netlist.gates.len()],
            first,
            outputs,
            registers,
            readers,
            count: vec![[0; 2]; delay.len()],
            delay,
            wheel: Wheel::new(longest),
            touched: vec![],
            nets: vec![[0; 2]; netlist.net_count()],
            cycles: 0,
            latest: 0,
        };
        simulator.flip(1);
        for register in 0..simulator.registers.len() {
            let Register { inverse, output, .. } = simulator.registers[register];
            if inverse {
                simulator.flip(simulator.outputs[output].net);
            }
        }
        simulator.sweep();
        simulator.forget();
        simulator
    }

    /// Sets an input from the next clock edge on, lowest bit first.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the netlist has no such input of that width.
    pub fn poke(&mut self, port: &str, bits: &[bool]) -> Result<(), Error> {
        let nets = self.netlist.inputs.get(port).filter(|nets| nets.len() == bits.len());
        let nets = nets.ok_or_else(|| self.no_port("input", port, bits.len()))?;
        self.poked.extend(nets.iter().copied().zip(bits.iter().copied()));
        Ok(())
    }

    /// The value of an output, lowest bit first.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the netlist has no such output.
    pub fn peek(&self, port: &str) -> Result<Vec<bool>, Error> {
        let nets = self.netlist.outputs.get(port).ok_or_else(|| self.no_port("output", port, 0))?;
        Ok(nets.iter().map(|net| self.values[*net]).collect())
    }

    fn no_port(&self, kind: &str, port: &str, width: usize) -> Error {
        let of = if width == 0 { String::new() } else { format!(" of {width} bits") };
        Error::unreadable(&format!("the netlist of {}", self.netlist.name), format!("it has no {kind} {port}{of}"))
    }

    /// One clock cycle: registers take their data and inputs their new values, then all settles.
    pub fn tick(&mut self) {
        let sampled: Vec<bool> = self.registers.iter().map(|r| self.values[r.data] ^ r.inverse).collect();
        self.cycles += 1;
        for (net, value) in std::mem::take(&mut self.poked) {
            if self.values[net] != value {
                self.flip(net);
            }
        }
        for (r, value) in sampled.into_iter().enumerate() {
            let output = self.registers[r].output;
            let Output { net, arcs, .. } = self.outputs[output];
            match self.timing {
                _ if self.values[net] == value => {}
                Timing::Delayed => self.launch(0, output, arcs),
                Timing::Settled => self.land(output, arcs),
            }
        }
        match self.timing {
            Timing::Delayed => self.spread(),
            Timing::Settled => self.sweep(),
        }
    }

    /// Runs events until none is left.
    fn spread(&mut self) {
        let (mut time, mut touched) = (0, vec![]);
        self.answer(time, &mut touched);
        while self.wheel.waiting() > 0 {
            time += 1;
            for (output, stamp) in self.wheel.take(time) {
                let Output { pending, stamp: current, .. } = self.outputs[output as usize];
                if let Some(arc) = pending.filter(|_| current == stamp) {
                    self.outputs[output as usize].pending = None;
                    self.land(output as usize, arc);
                    self.latest = self.latest.max(time);
                }
            }
            self.answer(time, &mut touched);
        }
    }

    /// Lets every gate with changed inputs answer.
    fn answer(&mut self, time: u32, gates: &mut Vec<u32>) {
        std::mem::swap(&mut self.touched, gates);
        for g in gates.drain(..) {
            let g = g as usize;
            let changed = std::mem::take(&mut self.changed[g]);
            for output in self.first[g]..self.first[g + 1] {
                let Output { net, truth, arcs, inputs, pending, .. } = self.outputs[output];
                let value = truth >> self.state[g] & 1 == 1;
                match (value != self.values[net], pending) {
                    (true, None) => {
                        let edge = edge(value);
                        let causes = (0..inputs).filter(|pin| changed >> pin & 1 == 1).map(|pin| arcs + pin);
                        let slowest = causes.max_by_key(|arc| self.delay[*arc][edge]);
                        self.launch(time, output, slowest.unwrap_or(arcs));
                    }
                    (false, Some(_)) => self.outputs[output].pending = None,
                    _ => {}
                }
            }
        }
    }

    /// Sends the next transition of an output on its way.
    fn launch(&mut self, time: u32, output: usize, arc: usize) {
        let o = &mut self.outputs[output];
        (o.pending, o.stamp) = (Some(arc), o.stamp.wrapping_add(1));
        let delay = self.delay[arc][edge(!self.values[o.net])];
        self.wheel.add(time + delay, (output as u32, o.stamp));
    }

    /// The transition of an output has come.
    fn land(&mut self, output: usize, arc: usize) {
        let net = self.outputs[output].net;
        self.count[arc][edge(!self.values[net])] += 1;
        self.flip(net);
    }

    fn flip(&mut self, net: NetId) {
        let value = !self.values[net];
        self.values[net] = value;
        self.nets[net][edge(value)] += 1;
        for (gate, pin) in &self.readers[net] {
            let g = *gate as usize;
            if self.changed[g] == 0 {
                self.touched.push(*gate);
            }
            self.changed[g] |= 1 << pin;
            self.state[g] ^= 1 << pin;
        }
    }

    /// Settles all gates in order, each at once.
    fn sweep(&mut self) {
        for g in 0..self.netlist.gates.len() {
            for output in self.first[g]..self.first[g + 1] {
                let Output { net, truth, arcs, inputs, .. } = self.outputs[output];
                if (truth >> self.state[g] & 1 == 1) != self.values[net] {
                    self.land(output, arcs + inputs);
                }
            }
        }
        for g in std::mem::take(&mut self.touched) {
            self.changed[g as usize] = 0;
        }
    }

    /// Starts counting anew.
    pub fn forget(&mut self) {
        self.count.iter_mut().for_each(|count| *count = [0; 2]);
        self.nets.iter_mut().for_each(|count| *count = [0; 2]);
        (self.cycles, self.latest) = (0, 0);
    }

    /// Clock cycles counted.
    pub fn cycles(&self) -> u64 {
        self.cycles
    }

    /// Rises and falls of a net; the clock's are not counted.
    ///
    /// # Panics
    /// When the netlist has no such net.
    pub fn transitions(&self, net: NetId) -> [u64; 2] {
        self.nets[net]
    }

    /// Rises and falls of output `output` of gate `gate` by the input that caused them; the last entry is for those
    /// without a single cause, which is all of them with [`Timing::Settled`].
    ///
    /// # Panics
    /// When the netlist has no such gate, or the gate no such output.
    pub fn caused(&self, gate: usize, output: usize) -> &[[u64; 2]] {
        let Output { arcs, inputs, .. } = self.outputs[self.first[gate] + output];
        &self.count[arcs..=arcs + inputs]
    }

    /// When the last event came after a clock edge, ps.
    pub fn latest(&self) -> u32 {
        self.latest
    }
}

fn edge(value: bool) -> usize {
    if value { RISE } else { FALL }
}
