//! The device's registers and the life of its jobs, as far as the beats that moved decide them.
//!
//! The unit answers what it is asked a few cycles before or after it carries it out, and ends a job a few cycles after its
//! reason. So a job is `running` here until somebody looks; [`Model::end`] then checks that it could have ended so, and
//! [`Model::running_on`] that it need not have.

use std::collections::HashMap;

use trine_spec::Config;
use trine_spec::registers::{self as regs, Access, ErrorCode, Register};

use super::job::Job;

/// Cycles that the unit may take to act on what it has seen.
const SLACK: u64 = 16;

/// End of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Done,
    Error(ErrorCode),
    /// By an abort or a reset.
    Dropped,
}

/// A value that a look at the unit may have to settle.
type Known<T> = Option<T>;

/// Events that were counted, at least and at most: the bench learns a few cycles late what the unit has seen.
pub(super) type Counts = [u64; 4];

/// The device.
pub(super) struct Model {
    config: Config,
    words: HashMap<u32, u32>,
    /// STATUS and IRQ_STAT: done, error.
    pub(super) flags: [[Known<bool>; 2]; 2],
    code: Known<u32>,
    done_tag: Known<u32>,
    pub(super) job: Option<Job>,
    /// The running job is to be dropped.
    dropping: bool,
    /// Beats still under way after a soft reset belong to the job before.
    leaving: u64,
    /// Cycles without a beat since the job began, a beat moved, or WATCHDOG was written.
    quiet: u64,
    since_written: u64,
    expired: bool,
    since_drained: u64,
    /// Activation, weight and result beats, and jobs done, since the reset.
    pub(super) counts: Counts,
    /// Jobs that may be done or may have failed: nobody saw.
    pub(super) unseen: u64,
    /// Lane chunks taken by jobs done, as long as every job since the reset is known to be.
    pub(super) issues: Known<u64>,
    /// Copies of the counters, once they have been read.
    copies: HashMap<u32, u32>,
}

impl Model {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            config: config.clone(),
            words: HashMap::new(),
            flags: [[Some(false); 2]; 2],
            code: Some(0),
            done_tag: Some(0),
            job: None,
            dropping: false,
            leaving: 0,
            quiet: 0,
            since_written: 0,
            expired: false,
            since_drained: 0,
            counts: [0; 4],
            unseen: 0,
            issues: Some(0),
            copies: regs::REGISTERS.iter().filter(|r| is_copy(r)).map(|r| (r.offset, 0)).collect(),
        }
    }

    pub(super) fn word(&self, register: &Register) -> u32 {
        self.words.get(&register.offset).copied().unwrap_or(0)
    }

    /// One cycle, in which a beat moved or none did.
    pub(super) fn tick(&mut self, moved: bool) {
        self.leaving = self.leaving.saturating_sub(1);
        let Some(job) = &self.job else { return };
        self.since_drained = if job.is_drained() { self.since_drained + 1 } else { 0 };
        self.quiet = if moved { 0 } else { self.quiet + 1 };
        self.since_written += 1;
        let limit = u64::from(self.word(&regs::WATCHDOG));
        self.expired |= limit > 0 && self.quiet + SLACK >= limit;
    }

    pub(super) fn source(&mut self, source: usize, bytes: Vec<u8>, last: bool) -> Result<(), String> {
        self.counts[source] += 1;
        match &mut self.job {
            Some(job) if source == 0 => job.activation(bytes, last),
            Some(job) => job.weight(&bytes, last),
            None if self.leaving > 0 => Ok(()),
            None => Err("a beat was taken without a job".into()),
        }
    }

    pub(super) fn result_offered(&self) -> Result<(), String> {
        if self.job.is_some() || self.leaving > 0 { Ok(()) } else { Err("a result is offered without a job".into()) }
    }

    pub(super) fn result(&mut self, values: &[i32], kept: &[bool], last: bool) -> Result<(), String> {
        self.counts[2] += 1;
        self.job.as_mut().map_or(Ok(()), |job| job.result(values, kept, last))
    }

    /// True if there is a reason for results to go away: an end that is not [`End::Done`].
    pub(super) fn may_withdraw(&self) -> bool {
        self.leaving > 0 || self.dropping || self.job.as_ref().is_none_or(|job| !self.reasons(job).is_empty())
    }

    fn reasons(&self, job: &Job) -> Vec<ErrorCode> {
        job.defects().into_iter().chain(self.expired.then_some(ErrorCode::Watchdog)).collect()
    }

    /// A write that was answered, by SLVERR or not.
    pub(super) fn write(&mut self, offset: u32, value: u32, strobes: u32, refused: bool) -> Result<(), String> {
        let register = regs::REGISTERS.iter().find(|r| r.offset == offset & !3);
        let bad = strobes != 0xF || register.is_none();
        let starts = register == Some(&regs::CTRL) && regs::CTRL_START.of(value) == 1;
        let wrong = |what: &str| Err(format!("a write of {value:#x} to {offset:#x}, strobes {strobes:#x}, {what}"));
        match (register, refused) {
            (_, true) if bad || starts && self.job.is_some() => Ok(()),
            (_, true) => wrong("was refused"),
            (Some(register), false) if !bad => {
                if starts && self.job.is_some() {
                    self.end_unseen()?;
                }
                self.written(register, value);
                Ok(())
            }
            _ => wrong("was not refused"),
        }
    }

    fn written(&mut self, register: &Register, value: u32) {
        for (which, flags) in [regs::STATUS, regs::IRQ_STAT].iter().zip(&mut self.flags) {
            for (flag, name) in flags.iter_mut().zip(["done", "error"]) {
                let field = which.fields.iter().find(|field| field.name == name);
                if which == register && field.is_some_and(|field| field.of(value) == 1) {
                    *flag = Some(false);
                }
            }
        }
        if *register == regs::CTRL {
            return self.control(value);
        }
        if *register == regs::PERF_CTRL {
            if regs::PERF_CTRL_SNAPSHOT.of(value) == 1 {
                self.copies.clear();
            }
            return;
        }
        if *register == regs::WATCHDOG {
            self.since_written = 0;
        }
        let kept = register.fields.iter().filter(|f| f.access == Access::ReadWrite).map(|f| f.mask());
        let kept = kept.fold(0, |all, mask| all | mask);
        self.words.insert(register.offset, value & kept);
    }

    fn control(&mut self, value: u32) {
        if regs::CTRL_SOFT_RESET.of(value) == 1 {
            // A job that ends in the same cycle is counted, or not.
            let unseen = self.job.is_some().into();
            *self = Self { leaving: SLACK, unseen, ..Self::new(&self.config) };
        } else if regs::CTRL_START.of(value) == 1 {
            let [m, k, n] = [&regs::TOKENS, &regs::DEPTH, &regs::OUTPUTS].map(|r| self.word(r) as usize);
            let fits =
                (1..=self.config.max_tokens()).contains(&m) && (1..=self.config.max_depth()).contains(&k) && n > 0;
            if fits {
                self.job = Some(Job::new(&self.config, (m, k, n), self.word(&regs::JOB_TAG)));
                self.code = Some(0);
                (self.dropping, self.expired) = (false, false);
                (self.quiet, self.since_drained) = (0, 0);
            } else {
                self.code = Some(ErrorCode::Shape as u32);
                self.flag(1, Some(true));
            }
        } else if regs::CTRL_ABORT.of(value) == 1 {
            self.dropping |= self.job.is_some();
        }
    }

    fn flag(&mut self, which: usize, value: Known<bool>) {
        for flags in &mut self.flags {
            flags[which] = value;
        }
    }

    /// A job ended, and a new one began before anybody looked.
    fn end_unseen(&mut self) -> Result<(), String> {
        let Some(job) = &self.job else { return Ok(()) };
        let (reasons, done) = (self.reasons(job), job.is_drained());
        if reasons.is_empty() && !done && !self.dropping {
            return Err("a start was taken although the running job had no reason to end".into());
        }
        self.job = None;
        (self.done_tag, self.issues) = (None, None);
        self.unseen += 1;
        for flags in &mut self.flags {
            for flag in flags {
                *flag = flag.filter(|set| *set);
            }
        }
        Ok(())
    }

    /// The running job is seen to have ended.
    pub(super) fn end(&mut self, end: End) -> Result<(), String> {
        let Some(job) = self.job.take() else { return Ok(()) };
        let reasons = self.reasons(&job);
        let fine = match end {
            End::Done => job.is_drained() && job.defects().is_empty(),
            End::Error(code) => reasons.contains(&code),
            End::Dropped => self.dropping,
        };
        if !fine {
            let drained = job.is_drained();
            return Err(format!("the job ended with {end:?}; reasons were {reasons:?}, results all taken: {drained}"));
        }
        match end {
            End::Done => {
                (self.done_tag, self.counts[3]) = (Some(job.tag), self.counts[3] + 1);
                self.issues = self.issues.map(|issues| issues + job.issues());
                self.flag(0, Some(true));
            }
            End::Error(code) => {
                (self.code, self.issues) = (Some(code as u32), None);
                self.flag(1, Some(true));
            }
            End::Dropped => self.issues = None,
        }
        Ok(())
    }

    /// The job is seen to run on. When the host takes results and nothing has moved for longer than a healthy unit is silent,
    /// `waits` says which sources still offer beats.
    pub(super) fn running_on(&self, waits: Option<[bool; 2]>) -> Result<(), String> {
        let Some(job) = &self.job else { return Err("STATUS says busy without a job".into()) };
        let limit = u64::from(self.word(&regs::WATCHDOG));
        if limit > 0 && self.quiet.min(self.since_written) > limit + SLACK {
            return Err(format!("no beat moved for {} cycles, and WATCHDOG is {limit}", self.quiet));
        }
        if self.since_drained > SLACK && job.defects().is_empty() {
            return Err("the job goes on although all its results have been taken".into());
        }
        if waits.is_some_and(|offers| !job.is_starved(offers)) {
            return Err(format!("the job hangs; reasons to end it were {:?}", self.reasons(job)));
        }
        Ok(())
    }

    /// Value of a register, and its known bits; `None` where SLVERR answers. STATUS.busy follows the model.
    pub(super) fn expected(&self, offset: u32) -> Option<(u32, u32)> {
        let r = regs::REGISTERS.iter().find(|r| r.offset == offset & !3)?;
        let whole = |known: Known<u32>| known.map_or((0, 0), |value| (value, u32::MAX));
        Some(match r {
            r if *r == regs::STATUS => {
                let (flags, known) = flag_bits(&regs::STATUS_DONE, &regs::STATUS_ERROR, self.flags[0]);
                (flags | regs::STATUS_BUSY.at(self.job.is_some().into()), known)
            }
            r if *r == regs::IRQ_STAT => flag_bits(&regs::IRQ_STAT_DONE, &regs::IRQ_STAT_ERROR, self.flags[1]),
            r if *r == regs::ERR_CODE => whole(self.code),
            r if *r == regs::DONE_TAG => whole(self.done_tag),
            r if is_copy(r) => whole(self.copies.get(&r.offset).copied()),
            r => (self.word(r) | regs::constant(r, &self.config), u32::MAX),
        })
    }

    /// Keeps what a read has settled.
    pub(super) fn learn(&mut self, offset: u32, value: u32) {
        let fields = [[regs::STATUS_DONE, regs::STATUS_ERROR], [regs::IRQ_STAT_DONE, regs::IRQ_STAT_ERROR]];
        for (register, (fields, flags)) in [regs::STATUS, regs::IRQ_STAT].iter().zip(fields.iter().zip(&mut self.flags))
        {
            if register.offset == offset & !3 {
                *flags = [fields[0].of(value) == 1, fields[1].of(value) == 1].map(Some);
            }
        }
        if let Some(register) = regs::REGISTERS.iter().find(|r| r.offset == offset & !3) {
            if is_copy(register) {
                self.copies.insert(register.offset, value);
            } else if *register == regs::DONE_TAG {
                self.done_tag = Some(value);
            }
        }
    }

    /// The level of the interrupt pin, where it is certain.
    pub(super) fn irq(&self) -> Known<bool> {
        let enabled = self.word(&regs::IRQ_EN);
        let pending = [regs::IRQ_EN_DONE, regs::IRQ_EN_ERROR]
            .iter()
            .zip(self.flags[1])
            .map(|(enable, flag)| if enable.of(enabled) == 1 { flag } else { Some(false) });
        let pending: Vec<Known<bool>> = pending.collect();
        match pending.contains(&Some(true)) {
            true => Some(true),
            false => (self.job.is_none() && !pending.contains(&None)).then_some(false),
        }
    }
}

fn flag_bits(done: &regs::Field, error: &regs::Field, flags: [Known<bool>; 2]) -> (u32, u32) {
    let bits =
        |field: &regs::Field, flag: Known<bool>| flag.map_or((0, 0), |flag| (field.at(flag.into()), field.mask()));
    let ((a, known_a), (b, known_b)) = (bits(done, flags[0]), bits(error, flags[1]));
    (a | b, known_a | known_b | !(done.mask() | error.mask()))
}

/// True if a register is a copy of a counter.
fn is_copy(register: &Register) -> bool {
    (regs::CYCLES_LO.offset..=regs::JOBS.offset).contains(&register.offset)
}
