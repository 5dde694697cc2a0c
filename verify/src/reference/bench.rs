//! The pins of a unit with streams, cycle by cycle: the model gets all that moves, and payloads that are not valid are garbage.

use std::collections::VecDeque;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use trine_spec::Config;

use super::Finding;
use super::model::Model;
use trine_sim::{AxiAnswer, AxiHalf, AxiRule, AxiSeen, Dut, Error, Library};

/// Cycles of a reset.
const RESET: u64 = 16;
/// Cycles after which an access that nobody answered is given up.
const ANSWER: u64 = 300;

/// A beat to be offered.
pub(super) type Beat = (Vec<u8>, bool);

/// A source's end: beats to come, and whether the first of them is offered.
struct Source {
    prefix: &'static str,
    bits: usize,
    beats: VecDeque<Beat>,
    offered: bool,
    pause: u8,
}

/// One access of the register port.
#[derive(Clone, Copy, Debug)]
pub(super) enum Op {
    Write { offset: u32, value: u32, strobes: u32 },
    Read { offset: u32 },
}

/// An access under way.
struct Access {
    op: Op,
    /// Cycles until address and data are offered.
    delay: [u8; 2],
}

/// A unit with a host's pins.
pub(super) struct PinBench {
    dut: Dut,
    random: StdRng,
    sources: [Source; 2],
    columns: usize,
    /// Pause of the sink, of 256; 255 never takes.
    pub(super) sink: u8,
    /// A result that waits to be taken.
    waiting: Option<Vec<u32>>,
    writes: AxiHalf,
    reads: AxiHalf,
    access: Option<Access>,
    /// The answer that was taken: SLVERR, and the word.
    taken: Option<(bool, u32)>,
    /// Cycles since a beat moved.
    pub(super) quiet: u64,
}

impl PinBench {
    pub(super) fn new(library: &Library, config: &Config, seed: u64) -> Result<Self, Error> {
        let source = |prefix, bits| Source { prefix, bits, beats: VecDeque::new(), offered: false, pause: 0 };
        let dut = Dut::new(library)?;
        Ok(Self {
            writes: AxiHalf::writes(&dut, "s_axil")?,
            reads: AxiHalf::reads(&dut, "s_axil")?,
            dut,
            random: StdRng::seed_from_u64(seed),
            sources: [source("s_axis_act", config.act_bus()), source("s_axis_wgt", config.weight_bus())],
            columns: config.columns(),
            sink: 0,
            waiting: None,
            access: None,
            taken: None,
            quiet: 0,
        })
    }

    pub(super) fn cycles(&self) -> u64 {
        self.dut.cycles()
    }

    pub(super) fn found(&self, problem: impl Into<String>) -> Finding {
        Finding { cycle: self.dut.cycles(), problem: problem.into() }
    }

    fn peek(&mut self, port: &str) -> Result<u64, Finding> {
        let value = self.dut.peek(port);
        value.map_err(|error| self.found(error.to_string()))
    }

    fn poke(&mut self, port: &str, value: u64) -> Result<(), Finding> {
        let outcome = self.dut.poke(port, value);
        outcome.map_err(|error| self.found(error.to_string()))
    }

    /// The interrupt pin.
    pub(super) fn irq(&mut self) -> Result<bool, Finding> {
        Ok(self.peek("irq")? == 1)
    }

    /// Resets the unit in the middle of whatever it does.
    pub(super) fn reset(&mut self) -> Result<(), Finding> {
        self.poke("aresetn", 0)?;
        self.withdraw();
        self.waiting = None;
        for port in ["s_axil_awvalid", "s_axil_wvalid", "s_axil_arvalid"] {
            self.poke(port, 0)?;
        }
        for _ in 0..RESET {
            self.garbage()?;
            self.dut.tick().map_err(|error| self.found(error.to_string()))?;
        }
        for port in ["m_axis_res_tvalid", "s_axil_bvalid", "s_axil_rvalid", "irq"] {
            if self.peek(port)? != 0 {
                return Err(self.found(format!("{port} is high in reset")));
            }
        }
        self.poke("aresetn", 1)
    }

    /// Puts beats behind what is still offered.
    pub(super) fn offer(&mut self, source: usize, beats: Vec<Beat>, pause: u8) {
        self.sources[source].beats.extend(beats);
        self.sources[source].pause = pause;
    }

    /// Withdraws what is offered; from the next cycle on nothing is.
    pub(super) fn withdraw(&mut self) {
        for source in &mut self.sources {
            source.beats.clear();
            source.offered = false;
        }
    }

    /// Which sources have anything left.
    pub(super) fn offers(&self) -> [bool; 2] {
        [0, 1].map(|source: usize| !self.sources[source].beats.is_empty())
    }

    /// One access of a register, with its answer: whether it was refused, and the word.
    pub(super) fn access(&mut self, model: &mut Model, op: Op) -> Result<(bool, u32), Finding> {
        let delay = [self.random.random_range(0..3), self.random.random_range(0..3)];
        match op {
            Op::Write { offset, value, .. } => self.writes.ask(&[offset, value]),
            Op::Read { offset } => self.reads.ask(&[offset]),
        }
        self.access = Some(Access { op, delay });
        for _ in 0..ANSWER {
            self.cycle(model)?;
            if let Some(answer) = self.taken.take() {
                self.access = None;
                return Ok(answer);
            }
        }
        Err(self.found(format!("no answer to {op:x?} in {ANSWER} cycles")))
    }

    /// One clock cycle of everything.
    pub(super) fn cycle(&mut self, model: &mut Model) -> Result<(), Finding> {
        self.garbage()?;
        self.drive_sources()?;
        let takes = self.sink != u8::MAX && !self.pauses(self.sink);
        self.poke("m_axis_res_tready", u64::from(takes))?;
        self.drive_access()?;

        let moved = [self.source_moves(0, model)?, self.source_moves(1, model)?, self.result_moves(takes, model)?];
        self.watch_access(model)?;
        self.quiet = if moved.contains(&true) { 0 } else { self.quiet + 1 };
        model.tick(moved.contains(&true));
        self.dut.tick().map_err(|error| self.found(error.to_string()))
    }

    fn pauses(&mut self, of_256: u8) -> bool {
        of_256 != 0 && self.random.random_range(0..256) < u32::from(of_256)
    }

    /// Random levels on everything that means nothing while its valid is low, and on what is ignored.
    fn garbage(&mut self) -> Result<(), Finding> {
        for source in 0..2 {
            let Source { prefix, bits, offered, .. } = self.sources[source];
            let keep: Vec<u32> = (0..(bits / 8).div_ceil(32)).map(|_| self.random.random()).collect();
            self.poke_bits(&format!("{prefix}_tkeep"), keep, bits / 8)?;
            if !offered {
                let data: Vec<u32> = (0..bits.div_ceil(32)).map(|_| self.random.random()).collect();
                self.poke_bits(&format!("{prefix}_tdata"), data, bits)?;
                let last = self.random.random_range(0..2);
                self.poke(&format!("{prefix}_tlast"), last)?;
                self.poke(&format!("{prefix}_tvalid"), 0)?;
            }
        }
        for (port, bits) in [("awaddr", 12), ("araddr", 12), ("wdata", 32), ("wstrb", 4), ("awprot", 3), ("arprot", 3)]
        {
            let value = self.random.random_range(0..1_u64 << bits);
            self.poke(&format!("s_axil_{port}"), value)?;
        }
        Ok(())
    }

    fn poke_bits(&mut self, port: &str, mut words: Vec<u32>, bits: usize) -> Result<(), Finding> {
        if let (Some(top), used @ 1..) = (words.last_mut(), bits % 32) {
            *top &= u32::MAX >> (32 - used);
        }
        let outcome = self.dut.poke(port, &words[..]);
        outcome.map_err(|error| self.found(error.to_string()))
    }

    fn drive_sources(&mut self) -> Result<(), Finding> {
        for source in 0..2 {
            let Source { prefix, bits, pause, offered, .. } = self.sources[source];
            if !offered && (self.sources[source].beats.is_empty() || self.pauses(pause)) {
                continue;
            }
            let (bytes, last) = self.sources[source].beats[0].clone();
            self.sources[source].offered = true;
            self.poke_bits(&format!("{prefix}_tdata"), words(&bytes), bits)?;
            self.poke(&format!("{prefix}_tlast"), u64::from(last))?;
            self.poke(&format!("{prefix}_tvalid"), 1)?;
        }
        Ok(())
    }

    fn source_moves(&mut self, source: usize, model: &mut Model) -> Result<bool, Finding> {
        let moves = self.peek(&format!("{}_tready", self.sources[source].prefix))? == 1 && self.sources[source].offered;
        if moves && let Some((bytes, last)) = self.sources[source].beats.pop_front() {
            self.sources[source].offered = false;
            model.source(source, bytes, last).map_err(|problem| self.found(problem))?;
        }
        Ok(moves)
    }

    fn result_moves(&mut self, takes: bool, model: &mut Model) -> Result<bool, Finding> {
        if self.peek("m_axis_res_tvalid")? == 0 {
            if self.waiting.take().is_some() && !model.may_withdraw() {
                return Err(self.found("a result was withdrawn although nothing ended the job"));
            }
            return Ok(false);
        }
        let mut words = |port: &str| self.dut.peek_words(port).map_err(|error| error.to_string());
        let payload = ["tdata", "tkeep", "tlast"].map(|port| words(&format!("m_axis_res_{port}")));
        let [data, keep, last] = payload.map(|words| words.map_err(|problem| self.found(problem)));
        let (data, keep, last) = (data?, keep?, last?[0] == 1);
        let now = [&data[..], &keep, &[u32::from(last)]].concat();
        if self.waiting.as_ref().is_some_and(|held| *held != now) {
            return Err(self.found("a result changed while it waited"));
        }
        self.waiting = (!takes).then_some(now);
        model.result_offered().map_err(|problem| self.found(problem))?;
        if takes {
            let values: Vec<i32> = data.iter().map(|word| word.cast_signed()).collect();
            let mut kept = vec![];
            for column in 0..self.columns {
                let of_column = (0..4).map(|byte| 4 * column + byte).map(|byte| keep[byte / 32] >> (byte % 32) & 1);
                kept.push(match of_column.sum() {
                    0 => false,
                    4 => true,
                    _ => return Err(self.found("tkeep holds a part of a value")),
                });
            }
            model.result(&values, &kept, last).map_err(|problem| self.found(problem))?;
        }
        Ok(takes)
    }

    fn drive_access(&mut self) -> Result<(), Finding> {
        // What is not offered is garbage.
        let outcome = self.drive_requests();
        outcome.map_err(|error| self.found(error.to_string()))?;
        let ready = self.random.random_range(0..2) == 1;
        let outcome = self.writes.take(&mut self.dut, ready).and_then(|()| self.reads.take(&mut self.dut, ready));
        outcome.map_err(|error| self.found(error.to_string()))
    }

    fn drive_requests(&mut self) -> Result<(), Error> {
        let Self { dut, writes, reads, access, .. } = self;
        let due = access.as_mut().map_or([false; 2], |access| {
            access.delay.each_mut().map(|delay| {
                let due = *delay == 0;
                *delay = delay.saturating_sub(1);
                due
            })
        });
        for half in [&mut *writes, reads] {
            half.drive(dut, |index, _| due[index], None)?;
        }
        if writes.offers(1)
            && let Some(Access { op: Op::Write { strobes, .. }, .. }) = access
        {
            dut.poke("s_axil_wstrb", *strobes)?;
        }
        Ok(())
    }

    /// Follows the access under way, and sees that nothing answers without one.
    fn watch_access(&mut self, model: &mut Model) -> Result<(), Finding> {
        let watched =
            self.writes.watch(&mut self.dut).and_then(|writes| Ok([writes, self.reads.watch(&mut self.dut)?]));
        for outcome in watched.map_err(|error| self.found(error.to_string()))? {
            let op = self.access.as_ref().map(|access| access.op);
            let seen = outcome.map_err(|rule| {
                self.found(match (rule, op) {
                    (AxiRule::Asked, None) => "an answer without a request".to_owned(),
                    (AxiRule::Asked | AxiRule::Order, op) => {
                        format!("an answer nobody waits for, during {}", shown(op))
                    }
                    (AxiRule::Stable, op) => format!("the response to {} changed", shown(op)),
                    (AxiRule::Kept, _) => "an answer was withdrawn".to_owned(),
                })
            })?;
            let (Some(AxiSeen { answer: AxiAnswer { response, data }, first, taken }), Some(op)) = (seen, op) else {
                continue;
            };
            if !matches!(response, 0 | 2) {
                return Err(self.found(format!("response {response:#b} to {op:x?}, or it changed")));
            }
            let refused = response == 2;
            if first && let Op::Write { offset, value, strobes } = op {
                model.write(offset, value, strobes, refused).map_err(|problem| self.found(problem))?;
            }
            self.taken = taken.then_some((refused, data));
        }
        Ok(())
    }
}

/// An access in messages.
fn shown(op: Option<Op>) -> String {
    op.map_or("none".to_owned(), |op| format!("{op:x?}"))
}

/// Bytes as words, the first one lowest.
fn words(bytes: &[u8]) -> Vec<u32> {
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte));
    bytes.chunks(4).map(word).collect()
}
