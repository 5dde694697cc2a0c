//! Plays commands on a unit and looks at it as a host would: only registers, streams and the interrupt pin.
//!
//! The player does not know to the cycle what a job does, so it reads whatever depends on that between two looks at STATUS.

use trine_spec::Config;
use trine_spec::registers::{self as regs, ErrorCode, Register};

use super::bench::{Op, PinBench};
use super::command::{Command, Defect, Feed};
use super::model::{Counts, End, Model};
use super::{Finding, feed};
use trine_sim::Library;

/// Cycles after which what was written to CTRL has happened.
const SETTLED: u64 = 8;
/// Most cycles of [`Command::Finish`].
const MOST_CYCLES: u64 = 100_000;
/// Sources pause with a probability below 200 of 256, so that their pauses end.
const MOST_PAUSE: u8 = 200;

/// Ends of the jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Finished, with every result right.
    pub done: u64,
    /// Ended by the unit for a reason that was there, by error code.
    pub failed: [u64; ErrorCode::ALL.len()],
    /// Dropped by an abort or a reset.
    pub dropped: u64,
    /// Accesses answered by SLVERR, as they had to be.
    pub refused: u64,
}

struct Player {
    bench: PinBench,
    model: Model,
    config: Config,
    tag: u32,
    /// Counts when the counters were last set to zero, at least and at most.
    cleared: [Counts; 2],
    issues_cleared: Option<u64>,
    summary: Summary,
}

/// Plays `commands` on a fresh unit with streams; `seed` decides on pauses and garbage. At the end the unit has to get one more
/// job right.
///
/// # Errors
/// The first [`Finding`].
pub fn play(library: &Library, config: &Config, seed: u64, commands: &[Command]) -> Result<Summary, Finding> {
    let bench = PinBench::new(library, config, seed);
    let mut player = Player {
        bench: bench.map_err(|error| Finding { cycle: 0, problem: error.to_string() })?,
        model: Model::new(config),
        config: config.clone(),
        tag: 0,
        cleared: [[0; 4]; 2],
        issues_cleared: Some(0),
        summary: Summary::default(),
    };
    player.bench.reset()?;
    for (index, command) in commands.iter().enumerate() {
        let step = player.step(command).and_then(|()| player.interrupt());
        step.map_err(|finding| Finding { problem: format!("command {index}: {}", finding.problem), ..finding })?;
    }
    let last = player.recover();
    last.map_err(|finding| Finding { problem: format!("the job after them: {}", finding.problem), ..finding })?;
    Ok(player.summary)
}

impl Player {
    fn step(&mut self, command: &Command) -> Result<(), Finding> {
        match command {
            Command::Start { m, k, n, activations, weights, watchdog } => {
                let within = |value: usize, most: usize| value % (most + 2);
                let shape = (
                    within((*m).into(), self.config.max_tokens()),
                    within((*k).into(), self.config.max_depth()),
                    // The widest job there is, which no host here can feed.
                    if *n == u8::MAX { Config::MAX_OUTPUTS } else { within((*n).into(), 3 * self.config.columns()) },
                );
                self.start(shape, activations, weights, 16 * u32::from(*watchdog))
            }
            Command::Write { offset, value, strobes } => {
                let offset = u32::from(*offset) % regs::SPACE;
                if offset & !3 == regs::CTRL.offset && regs::CTRL_START.of(*value) == 1 {
                    // The tag tells how a job ended.
                    self.tag += 1;
                    self.write(regs::JOB_TAG.offset, self.tag, 0xF)?;
                }
                self.write(offset, *value, u32::from(*strobes) & 0xF)
            }
            Command::Read { offset } => self.read(u32::from(*offset) % regs::SPACE).map(drop),
            Command::Run { cycles } => self.run((*cycles).into()),
            Command::Finish => self.finish(),
            Command::Abort => self.write(regs::CTRL.offset, regs::CTRL_ABORT.mask(), 0xF),
            Command::SoftReset => self.write(regs::CTRL.offset, regs::CTRL_SOFT_RESET.mask(), 0xF),
            Command::Reset => {
                self.summary.dropped += u64::from(self.model.job.is_some());
                self.model = Model::new(&self.config);
                (self.cleared, self.issues_cleared) = ([[0; 4]; 2], Some(0));
                self.bench.reset()
            }
            Command::Sink { pause } => {
                self.bench.sink = *pause;
                Ok(())
            }
            Command::Withdraw => {
                self.bench.withdraw();
                Ok(())
            }
            Command::ClearCounters => self.write(regs::PERF_CTRL.offset, regs::PERF_CTRL_CLEAR.mask(), 0xF),
            Command::Snapshot => self.snapshot(),
        }
    }

    fn run(&mut self, cycles: u64) -> Result<(), Finding> {
        (0..cycles).try_for_each(|_| self.bench.cycle(&mut self.model))
    }

    fn checked<T>(&self, outcome: Result<T, String>) -> Result<T, Finding> {
        outcome.map_err(|problem| self.bench.found(problem))
    }

    fn start(
        &mut self,
        shape: (usize, usize, usize),
        activations: &Feed,
        weights: &Feed,
        watchdog: u32,
    ) -> Result<(), Finding> {
        self.tag += 1;
        let (m, k, n) = shape;
        let words = [
            (regs::WATCHDOG, watchdog),
            (regs::TOKENS, m as u32),
            (regs::DEPTH, k as u32),
            (regs::OUTPUTS, n as u32),
            (regs::JOB_TAG, self.tag),
        ];
        for (register, value) in words {
            self.write(register.offset, value, 0xF)?;
        }
        self.resolve(None)?;
        if self.model.job.is_none() {
            self.bench.withdraw();
            self.run(1)?;
            self.bench.offer(0, feed::activations(&self.config, shape, activations), activations.pause % MOST_PAUSE);
            self.bench.offer(1, feed::weights(&self.config, shape, weights), weights.pause % MOST_PAUSE);
        }
        self.write(regs::CTRL.offset, regs::CTRL_START.mask(), 0xF)
    }

    /// A write, and what has to be seen around it.
    fn write(&mut self, offset: u32, value: u32, strobes: u32) -> Result<(), Finding> {
        let is = |register: &Register| offset & !3 == register.offset;
        let (control, flags) = (is(&regs::CTRL), [is(&regs::STATUS), is(&regs::IRQ_STAT)]);
        let counters = is(&regs::PERF_CTRL) && strobes == 0xF;
        if control || flags.contains(&true) {
            self.resolve(None)?;
        }
        let (before, ran) = (self.counts()?, self.model.job.is_some());
        if counters {
            self.run(4)?;
        }
        let (refused, _) = self.bench.access(&mut self.model, Op::Write { offset, value, strobes })?;
        self.summary.refused += u64::from(refused);
        if refused {
            return Ok(());
        }
        if control {
            self.run(SETTLED)?;
            if regs::CTRL_SOFT_RESET.of(value) == 1 {
                self.summary.dropped += u64::from(ran);
                // The last events of a job that it drops are counted, or not.
                (self.cleared, self.issues_cleared) = ([[0; 4], self.model.counts], (!ran).then_some(0));
            }
            self.resolve(None)?;
            if ran && regs::CTRL_ABORT.of(value) == 1 && regs::CTRL_START.of(value) == 0 && self.model.job.is_some() {
                return Err(self.bench.found("STATUS says busy after an abort"));
            }
        }
        if ran && flags.contains(&true) {
            self.resolve(None)?;
            if self.model.job.is_none() {
                // It ended around the write: before it or after it.
                for (flags, _) in self.model.flags.iter_mut().zip(flags).filter(|(_, written)| *written) {
                    *flags = [None; 2];
                }
            }
        }
        if counters && regs::PERF_CTRL_CLEAR.of(value) == 1 {
            self.run(4)?;
            let issues = (self.model.job.is_none() && !ran).then_some(self.model.issues).flatten();
            (self.cleared, self.issues_cleared) = ([before, self.counts()?], issues);
        }
        Ok(())
    }

    /// A read, of which everything that is known has to be right.
    fn read(&mut self, offset: u32) -> Result<u32, Finding> {
        let before = self.model.expected(offset);
        let ran = self.model.job.is_some();
        let (refused, value) = self.bench.access(&mut self.model, Op::Read { offset })?;
        self.summary.refused += u64::from(refused);
        let changes = [regs::STATUS, regs::ERR_CODE, regs::IRQ_STAT, regs::DONE_TAG];
        if changes.iter().any(|register| register.offset == offset & !3) {
            self.resolve(None)?;
        }
        let fits = |expected: Option<(u32, u32)>| match expected {
            None => refused && value == 0,
            Some((word, known)) => !refused && (value ^ word) & known == 0,
        };
        let after = self.model.expected(offset);
        if !fits(before) && !fits(after) {
            let found = format!("{offset:#x} reads {value:#x}, refused {refused}; expected {before:x?} or {after:x?}");
            return Err(self.bench.found(found));
        }
        if !ran || !changes.iter().any(|register| register.offset == offset & !3) {
            self.model.learn(offset, value);
        }
        Ok(value)
    }

    fn look(&mut self, register: &Register) -> Result<u32, Finding> {
        let (refused, value) = self.bench.access(&mut self.model, Op::Read { offset: register.offset })?;
        if refused { Err(self.bench.found(format!("{} cannot be read", register.name))) } else { Ok(value) }
    }

    /// Looks whether the running job has ended, and how.
    fn resolve(&mut self, waits: Option<[bool; 2]>) -> Result<(), Finding> {
        let Some(job) = &self.model.job else { return Ok(()) };
        let tag = job.tag;
        let status = self.look(&regs::STATUS)?;
        if regs::STATUS_BUSY.of(status) == 1 {
            let outcome = self.model.running_on(waits);
            self.checked(outcome)?;
        } else {
            let code = regs::ERR_CODE_CODE.of(self.look(&regs::ERR_CODE)?);
            let done = self.look(&regs::DONE_TAG)? == tag;
            let end = match (code, done) {
                (0, true) => End::Done,
                (0, false) => End::Dropped,
                _ => End::Error(self.checked(ErrorCode::from_code(code).ok_or(format!("ERR_CODE {code}")))?),
            };
            match end {
                End::Done => self.summary.done += 1,
                End::Error(code) => self.summary.failed[code as usize] += 1,
                End::Dropped => self.summary.dropped += 1,
            }
            let outcome = self.model.end(end);
            self.checked(outcome)?;
        }
        let expected = self.model.expected(regs::STATUS.offset);
        if expected.is_none_or(|(word, known)| (word ^ status) & known != 0) {
            return Err(self.bench.found(format!("STATUS reads {status:#x}; expected {expected:x?}")));
        }
        Ok(())
    }

    /// Waits until nothing moves any more; a job that goes on then needs a reason.
    fn finish(&mut self) -> Result<(), Finding> {
        let pass = self.config.max_tokens() * self.config.max_depth().div_ceil(self.config.lanes());
        // A watchdog of any length that a host here sets on purpose is waited for.
        let watchdog = Some(self.model.word(&regs::WATCHDOG).into()).filter(|limit| *limit < MOST_CYCLES / 10);
        let patience = 128 + watchdog.unwrap_or(0).max(pass as u64);
        for _ in 0..MOST_CYCLES {
            self.run(1)?;
            if self.bench.quiet > patience {
                break;
            }
        }
        let waits = (self.bench.sink <= MOST_PAUSE && self.bench.quiet > patience).then(|| self.bench.offers());
        self.resolve(waits)
    }

    fn counts(&mut self) -> Result<Counts, Finding> {
        self.resolve(None)?;
        Ok(self.model.counts)
    }

    /// Copies the counters and looks at all of them.
    fn snapshot(&mut self) -> Result<(), Finding> {
        let least = self.counts()?;
        self.write(regs::PERF_CTRL.offset, regs::PERF_CTRL_SNAPSHOT.mask(), 0xF)?;
        self.run(4)?;
        let most = self.counts()?;
        let events = [&regs::ACT_BEATS, &regs::WGT_BEATS, &regs::RES_BEATS, &regs::JOBS];
        for (index, register) in events.into_iter().enumerate() {
            let value = u64::from(self.read(register.offset)?);
            let unseen = if index == 3 { self.model.unseen } else { 0 };
            let least = least[index].saturating_sub(self.cleared[1][index]);
            let most = most[index] - self.cleared[0][index] + unseen;
            if !(least..=most).contains(&value) {
                return Err(self.bench.found(format!("{} is {value}, not {least} to {most}", register.name)));
            }
        }
        let pairs = [
            (&regs::CYCLES_LO, &regs::CYCLES_HI),
            (&regs::ACTIVE_LO, &regs::ACTIVE_HI),
            (&regs::STALL_ACT_LO, &regs::STALL_ACT_HI),
            (&regs::STALL_WGT_LO, &regs::STALL_WGT_HI),
            (&regs::STALL_OUT_LO, &regs::STALL_OUT_HI),
        ];
        let mut values = [0; 5];
        for (value, (low, high)) in values.iter_mut().zip(pairs) {
            *value = u64::from(self.read(low.offset)?) | u64::from(self.read(high.offset)?) << 32;
        }
        let [cycles, active, rest @ ..] = values;
        // Counters begin and end one after another, with the pipeline between them.
        if active + rest.iter().sum::<u64>() > cycles + SETTLED || cycles > self.bench.cycles() {
            return Err(self.bench.found(format!("{values:?} of {} cycles", self.bench.cycles())));
        }
        if let (None, Some(all), Some(cleared)) = (&self.model.job, self.model.issues, self.issues_cleared)
            && active != all - cleared
        {
            return Err(self.bench.found(format!("ACTIVE is {active} of {} lane chunks", all - cleared)));
        }
        Ok(())
    }

    fn interrupt(&mut self) -> Result<(), Finding> {
        self.run(2)?;
        match (self.model.irq(), self.bench.irq()?) {
            (Some(expected), found) if expected != found => Err(self.bench.found(format!("irq is {found}"))),
            _ => Ok(()),
        }
    }

    /// Drops what is running, and has a job of full size done.
    fn recover(&mut self) -> Result<(), Finding> {
        self.write(regs::CTRL.offset, regs::CTRL_ABORT.mask(), 0xF)?;
        self.bench.sink = 0;
        let feed = |seed| Feed { seed, pause: 0, defect: Defect::None };
        let done = self.summary.done;
        let shape = (self.config.max_tokens(), self.config.max_depth(), self.config.columns() + 1);
        self.start(shape, &feed(1), &feed(2), 0)?;
        self.finish()?;
        self.snapshot()?;
        self.interrupt()?;
        if self.summary.done == done + 1 { Ok(()) } else { Err(self.bench.found("it is not done")) }
    }
}
