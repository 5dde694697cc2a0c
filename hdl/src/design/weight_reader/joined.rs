//! Several readers side by side, each of which brings its part of every beat.
//!
//! ```text
//!          ┌──> port0 <──> m_axi_wgt0 ──┐ bits 0 to n - 1
//!  job ────┼──> port1 <──> m_axi_wgt1 ──┼──> beats
//!          └──> …                       ┘ port0 lowest
//! ```
//! Every reader gets every job and reads its own part of the job's windows ([`trine_spec::packing::place`]). A beat leaves when all of its
//! parts are there. A fault of one of them is a fault of the beat, and `draining_o` is set until all have drained. `response_o` is
//! that of the first beat with a fault, of the lowest port if several have one.

use super::{Beats, ReaderPorts, slice};
use crate::lang::{Errors, Expr, Module, Stream, bits, cat, if_else, lit, mux, set, set_to, when};
use std::sync::Arc;

/// The readers of a unit with several ports.
pub(super) fn joined(of: &Beats) -> Result<Arc<Module>, Errors> {
    let count = of.ports;
    let doc = format!("Reads weights from memory through {count} ports, each its part of a beat.");
    let mut m = Module::new("trine_weight_ports", doc);
    let io = ReaderPorts::declare(&mut m, of.clone(), count);
    let reader = slice(of)?;
    let ports: Vec<ReaderPorts> = (0..count).map(|i| m.place(&format!("port{i}"), &reader)).collect();

    // A port that has taken a job waits for the others.
    let done_q = m.reg("done_q", bits(count));
    let got = m.name("got", cat(ports.iter().map(|port| port.job.ready.clone())) | &done_q);
    let all = m.name("all_got", got.all());
    m.assign(&io.job.ready, &all);
    m.on_clock([if_else(&io.rst | &io.clear | &all, [set_to(&done_q, 0)], [set(&done_q, &got)])]);

    let valid = m.name("beats_valid", cat(ports.iter().map(|port| port.beats.valid.clone())).all());
    let take = m.name("beats_take", &valid & &io.beats.ready);
    for (i, port) in ports.iter().enumerate() {
        m.assign_all([(&port.rst, &io.rst), (&port.clear, &io.clear), (&port.start, &io.start)]);
        m.assign_all([(&port.job.valid, &(&io.job.valid & !done_q.bit(i))), (&port.job.data, &io.job.data)]);
        m.assign(&port.beats.ready, &take);
        request(&mut m, of, &io, (port, i));
    }
    let data = cat(ports.iter().map(|port| port.beats.data.clone()));
    // All parts of a beat have the same mark.
    let mut marks = ports.iter().filter_map(|port| port.beats.last.clone());
    let last = marks.next();
    m.unused(marks);
    m.send(&io.beats, &Stream { valid, data, last, keep: None, ready: take });

    let any = |m: &mut Module, name: &str, of: &dyn Fn(&ReaderPorts) -> Expr| {
        let all = cat(ports.iter().map(of));
        m.name(name, all.any())
    };
    let draining = any(&mut m, "draining", &|port| port.draining.clone());
    let fault = any(&mut m, "fault", &|port| port.fault.clone());
    m.assign_all([(&io.draining, &draining), (&io.fault, &fault)]);
    let lowest =
        ports.iter().rev().fold(lit(0, io.response.ty), |others, port| mux(&port.fault, &port.response, others));
    let lowest = m.name("lowest", lowest);
    let response_q = m.reg("response_q", io.response.ty);
    m.on_clock([if_else(
        &io.rst | &io.start,
        [set_to(&response_q, 0)],
        [when(&fault & !response_q.bit(1), [set(&response_q, &lowest)])],
    )]);
    m.assign(&io.response, &response_q);
    m.build()
}

/// Joins a reader with port `i` of the unit; its number is the part of the address between the beat and the window.
fn request(m: &mut Module, of: &Beats, io: &ReaderPorts, (port, i): (&ReaderPorts, usize)) {
    let (Some(from), Some(to)) = (&port.axi, io.axes.get(i)) else { return };
    let (count, address) = (of.ports.ilog2() as usize, &from.araddr);
    let low = (of.burst * of.port() / 8).ilog2() as usize;
    let high = address.slice(low + count, address.ty.width - low - count);
    m.unused([address.slice(low, count)]);
    let mine = from.clone();
    m.connect(&super::AxiRead { araddr: cat([address.slice(0, low), lit(i as i64, bits(count)), high]), ..mine }, to);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Interpreter, Operator, mutant, mutants};
    use crate::random::Random;
    use std::collections::VecDeque;
    use trine_spec::{Config, Weights, packing::place};

    const PORTS: usize = 4;

    /// Four ports of a byte, bursts of 16 beats.
    fn config() -> Config {
        let sized = Config::sized(16, 16).weights(Weights::Memory).weight_bus(8 * PORTS).burst_beats(16);
        sized.weight_ports(PORTS).build().unwrap()
    }

    /// The byte of the stream that is in memory at an address: its beat's number plus 60 for each place in it.
    fn byte(beat: i64, part: usize) -> i64 {
        (beat + 60 * part as i64) & 0xFF
    }

    /// A port with a memory that is late and pauses, and answers SLVERR to one address.
    struct Port {
        number: usize,
        random: Random,
        bursts: VecDeque<(i64, i64)>,
        offered: bool,
    }

    impl Port {
        fn cycle(&mut self, c: &Config, unit: &mut Interpreter, broken: Option<(i64, i64)>) -> Result<(), String> {
            let name = |signal: &str| format!("axi{}_{signal}", self.number);
            let ready = self.random.chance(9);
            self.offered |= !self.bursts.is_empty() && self.random.chance(11);
            let (at, left) = self.bursts.front().copied().filter(|_| self.offered).unwrap_or((0, 0));
            // The beat of the stream of which this is a part, found where the layout has it.
            let window = 16 * PORTS as i64;
            let beat = at / window * 16 + at % 16;
            let part = ((at % window) / 16) as usize;
            let first = place(c, (beat * PORTS as i64 + part as i64) as u64);
            if self.offered && (first != at as u64 || part != self.number) {
                return Err(format!("port {} reads {at:#x}, part {part} of beat {beat}", self.number));
            }
            let response = broken.filter(|(of, _)| self.offered && *of == at).map_or(0, |(_, response)| response);
            let inputs = [
                ("arready_i", i64::from(ready)),
                ("rvalid_i", i64::from(self.offered)),
                ("rdata_i", byte(beat, part)),
                ("rlast_i", i64::from(left == 1)),
                ("rresp_i", response),
            ];
            for (signal, value) in inputs {
                unit.set(&name(signal), value);
            }
            if self.offered {
                self.offered = false;
                match self.bursts.front_mut() {
                    Some(burst) if burst.1 > 1 => *burst = (burst.0 + 1, burst.1 - 1),
                    _ => drop(self.bursts.pop_front()),
                }
            }
            if ready && unit.get(&name("arvalid_o")) == 1 {
                self.bursts.push_back((unit.get(&name("araddr_o")), unit.get(&name("arlen_o")) + 1));
            }
            Ok(())
        }
    }

    /// Jobs of first step and beats, of which one may be dropped in a cycle or meets an address with an answer; faults and answers seen.
    fn read(
        module: &Arc<Module>,
        jobs: &[(i64, i64)],
        drop_at: Option<i64>,
        broken: Option<(i64, i64)>,
    ) -> Result<[i64; 2], String> {
        let c = config();
        let mut unit = Interpreter::new(module).unwrap();
        unit.set_all([("rst_i", 1), ("clear_i", 1), ("start_i", 1)]);
        unit.clock();
        unit.set_all([("rst_i", 0), ("clear_i", 0), ("start_i", 0)]);
        let port = |number| Port { number, random: Random(number as u64), bursts: VecDeque::new(), offered: false };
        let mut ports: Vec<Port> = (0..PORTS).map(port).collect();
        let mut random = Random(3);
        // A step of 64 bytes has 16 beats.
        let beats = |&(base, length): &(i64, i64)| (0..length).map(move |i| (16 * base + i, i + 1 == length));
        let (mut waiting, mut expected) = (VecDeque::from(jobs.to_vec()), VecDeque::new());
        expected.extend(jobs.iter().flat_map(beats));
        let (mut faults, mut idle) = (0, 0);
        for cycle in 0..9000 {
            let clear = drop_at == Some(cycle);
            unit.set("clear_i", i64::from(clear));
            ports.iter_mut().try_for_each(|port| port.cycle(&c, &mut unit, broken))?;
            let ready = random.chance(12);
            unit.set("beats_ready_i", i64::from(ready));
            faults += unit.get("fault_o");
            let draining = unit.get("draining_o") == 1;
            if draining && drop_at.is_none_or(|at| cycle <= at) {
                return Err("draining without a drop".into());
            }
            if ready && unit.get("beats_valid_o") == 1 && !clear {
                let (beat, last) = expected.pop_front().ok_or("a beat of no job")?;
                let data = (0..PORTS).map(|part| byte(beat, part) << (8 * part)).sum::<i64>();
                if (unit.get("beats_data_o"), unit.get("beats_last_o") == 1) != (data, last) {
                    return Err(format!("cycle {cycle}: {:#x} instead of beat {beat}", unit.get("beats_data_o")));
                }
            }
            if clear {
                // All jobs are gone; others come once every port has drained.
                waiting = VecDeque::from(vec![(7, 90), (3, 20)]);
                expected = waiting.iter().flat_map(beats).collect();
            }
            let offers =
                !waiting.is_empty() && !draining && !clear && drop_at.is_none_or(|at| cycle < at || cycle > at + 2);
            let (base, length) = waiting.front().copied().filter(|_| offers).unwrap_or((1, 1));
            unit.set_all([("job_valid_i", i64::from(offers)), ("job_data_i", length << 32 | base)]);
            if offers && unit.get("job_ready_o") == 1 {
                waiting.pop_front();
            }
            idle += i32::from(expected.is_empty());
            if idle > 100 {
                break;
            }
            unit.clock();
        }
        match expected.len() {
            0 => Ok([faults, unit.get("response_o")]),
            left => Err(format!("{left} beats have not come")),
        }
    }

    const JOBS: [(i64, i64); 5] = [(0x41, 3), (0x7f, 300), (2, 1), (3, 16), (9, 400)];

    fn passes(module: &Arc<Module>) -> Result<(), String> {
        if read(module, &JOBS, None, None)? != [0, 0] {
            return Err("faults of a memory without any".into());
        }
        for cycle in [1, 40, 111, 180] {
            read(module, &JOBS, Some(cycle), None)?;
        }
        // The part of each port of beat 20 of the second job.
        for part in 0..PORTS {
            let address = place(&config(), ((16 * 0x7f + 20) * PORTS + part) as u64) as i64;
            for response in [2, 3] {
                let told = read(module, &JOBS, None, Some((address, response)))?;
                if told != [1, response] {
                    return Err(format!("{told:?} of an answer {response} on port {part}"));
                }
            }
        }
        Ok(())
    }

    #[test]
    fn every_port_reads_its_part_and_tells_its_faults() {
        assert_eq!(passes(&joined(&Beats::weights(&config())).unwrap()), Ok(()));
    }

    /// The test above finds mistakes: each assignment of the module left out, each sum that is a difference.
    #[test]
    fn broken_ports_are_found() {
        let module = joined(&Beats::weights(&config())).unwrap();
        let all = mutants(&module).unwrap();
        let own = all.iter().filter(|m| m.module == module.name);
        let wrong = own.filter(|m| matches!(m.operator, Operator::Dropped | Operator::Arithmetic));
        let survivors: Vec<String> = wrong
            .filter(|m| !m.change.contains("'d0 is left out") && passes(&mutant(&module, m.id).unwrap()).is_ok())
            .map(|m| format!("{}: {}", m.place, m.change))
            .collect();
        assert_eq!(survivors, Vec::<String>::new());
    }
}
