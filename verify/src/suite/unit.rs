//! A unit driven pin by pin: streams move in every cycle, also while registers are accessed.

use std::path::{Path, PathBuf};

use trine_driver::{Counters, MatmulShape};
use trine_spec::Config;
use trine_spec::registers::{self as regs, ErrorCode, Field, Register};

use super::bus::Bus;
use super::feed::{Drain, Feed, Pace};
use super::weights::WeightMemory;
use super::work::Work;
use super::{Found, equal, holds};
use trine_sim::{Dut, Library, MemoryOptions, MemoryStatistics, PortHandle};

/// Cycles for which reset is held; AXI wants 16.
const RESET_CYCLES: usize = 16;

/// Cycles after which a job or an access has hung.
const PATIENCE: u64 = 3_000;

/// A write of a register that a trigger sits in.
const STROBES: u32 = 0xF;

/// Outcome of a register access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub okay: bool,
    pub data: u32,
    /// Cycles from the request to the answer.
    pub cycles: u64,
}

pub(super) struct DrivenUnit<'a> {
    pub config: &'a Config,
    pub dut: Dut,
    pub bus: Bus,
    irq: PortHandle,
    /// Activations, then weights unless they come from memory; none with windows or a ring.
    pub feeds: Vec<Feed>,
    pub drain: Option<Drain>,
    pub memory: Option<WeightMemory>,
    tag: u32,
    library: &'a Library,
    held: &'a [(String, u64)],
    waveform: Option<PathBuf>,
}

impl<'a> DrivenUnit<'a> {
    /// A unit after reset, with waveforms in a file if one is named.
    pub fn new(
        library: &'a Library,
        config: &'a Config,
        held: &'a [(String, u64)],
        waveform: Option<&Path>,
    ) -> Found<Self> {
        Self::behind(library, config, held, waveform, &WeightMemory::ideal())
    }

    /// The same with such a memory behind it, if it reads its weights from there.
    fn behind(
        library: &'a Library,
        config: &'a Config,
        held: &'a [(String, u64)],
        waveform: Option<&Path>,
        memory: &MemoryOptions,
    ) -> Found<Self> {
        let mut dut = Dut::new(library)?;
        if let Some(file) = waveform {
            dut.trace(file)?;
        }
        for (port, value) in held {
            dut.poke(port.as_str(), *value)?;
        }
        let no_streams = config.windows() || config.ring();
        let streams = match (no_streams, config.memory()) {
            (true, _) => &[][..],
            (false, true) => &["s_axis_act"],
            (false, false) => &["s_axis_act", "s_axis_wgt"],
        };
        let mut unit = Self {
            bus: Bus::new(&dut)?,
            irq: dut.port("irq")?,
            feeds: streams.iter().map(|prefix| Feed::new(&dut, prefix)).collect::<Result<_, _>>()?,
            drain: (!no_streams).then(|| Drain::new(&dut, "m_axis_res", config.columns())).transpose()?,
            memory: config.memory().then(|| WeightMemory::attach(&mut dut, config, memory)).transpose()?,
            config,
            dut,
            tag: 0,
            library,
            held,
            waveform: waveform.map(Path::to_owned),
        };
        unit.reset()?;
        Ok(unit)
    }

    /// Goes on with a fresh unit, with such a memory behind it; a waveform begins anew.
    pub fn renew(&mut self, memory: &MemoryOptions) -> Found {
        let Self { library, config, held, .. } = *self;
        let waveform = self.waveform.take();
        // Two designs cannot write one waveform.
        *self = Self::behind(library, config, held, None, memory)?;
        if let Some(file) = &waveform {
            self.dut.trace(file)?;
        }
        self.waveform = waveform;
        Ok(())
    }

    pub fn cycle(&self) -> u64 {
        self.dut.cycles()
    }

    /// Resets the unit through its pin, with everything else at rest; it has to be quiet then.
    pub fn reset(&mut self) -> Found {
        self.drop_streams();
        self.bus.idle(&mut self.dut)?;
        self.dut.poke("aresetn", false)?;
        // What waits is withdrawn.
        for _ in 0..RESET_CYCLES {
            self.step_unwatched()?;
        }
        for valid in
            ["m_axis_res_tvalid", "s_axil_bvalid", "s_axil_rvalid", "m_axi_arvalid", "m_axi_awvalid", "m_axi_wvalid"]
        {
            let Ok(port) = self.dut.port(valid) else { continue };
            holds!(self.dut.peek(port)? == 0, "{valid} is high in reset");
        }
        self.dut.poke("aresetn", true)?;
        self.step()
    }

    /// One clock cycle.
    pub fn step(&mut self) -> Found {
        let cycle = self.cycle();
        for feed in &mut self.feeds {
            feed.drive(&mut self.dut, cycle)?;
        }
        if let Some(drain) = &mut self.drain {
            drain.drive(&mut self.dut, cycle)?;
        }
        for feed in &mut self.feeds {
            feed.sample(&mut self.dut)?;
        }
        if let Some(drain) = &mut self.drain {
            drain.sample(&mut self.dut, cycle)?;
        }
        Ok(self.dut.tick()?)
    }

    /// One clock cycle, after which a result may be gone.
    pub fn step_unwatched(&mut self) -> Found {
        self.step()?;
        self.drain.iter_mut().for_each(Drain::forgive);
        Ok(())
    }

    pub fn steps(&mut self, cycles: u64) -> Found {
        (0..cycles).try_for_each(|_| self.step())
    }

    /// Accesses a register; `None` reads it.
    pub fn access(&mut self, offset: u32, value: Option<(u32, u32)>) -> Found<Answer> {
        let begun = self.cycle();
        self.bus.request(&mut self.dut, offset, value)?;
        while self.cycle() - begun < PATIENCE {
            let answer = self.bus.look(&mut self.dut)?;
            self.step()?;
            if let Some((okay, data)) = answer {
                return Ok(Answer { okay, data, cycles: self.cycle() - 1 - begun });
            }
        }
        Err(format!("register {offset:#x} does not answer").into())
    }

    pub fn read(&mut self, register: &Register) -> Found<u32> {
        let answer = self.access(register.offset, None)?;
        holds!(answer.okay, "reading {} is refused", register.name);
        Ok(answer.data)
    }

    pub fn write(&mut self, register: &Register, value: u32) -> Found {
        let answer = self.access(register.offset, Some((value, STROBES)))?;
        holds!(answer.okay, "writing {value:#x} to {} is refused", register.name);
        Ok(())
    }

    /// A write that the unit has to refuse.
    pub fn refused(&mut self, offset: u32, value: Option<(u32, u32)>) -> Found<Answer> {
        let answer = self.access(offset, value)?;
        holds!(!answer.okay, "an access of {offset:#x} with {value:x?} is not refused");
        Ok(answer)
    }

    pub fn irq(&mut self) -> Found<bool> {
        Ok(self.dut.peek(self.irq)? == 1)
    }

    pub fn shape(&mut self, m: u32, k: u32, n: u32) -> Found {
        for (register, value) in [(&regs::TOKENS, m), (&regs::DEPTH, k), (&regs::OUTPUTS, n)] {
            self.write(register, value)?;
        }
        if let Some(memory) = &mut self.memory {
            let [base, length, run, stride] = memory.region(&mut self.dut)?;
            self.write(&regs::WGT_BASE, base)?;
            self.write(&regs::WGT_LENGTH, length)?;
            if self.config.strides() {
                self.write(&regs::WGT_RUN, run)?;
                self.write(&regs::WGT_STRIDE, stride)?;
            }
        }
        Ok(())
    }

    /// Describes and starts a job, whose beats may go at once.
    pub fn start(&mut self, shape: MatmulShape) -> Found {
        self.shape(shape.m as u32, shape.k as u32, shape.n as u32)?;
        self.write(&regs::CTRL, regs::CTRL_START.mask())
    }

    /// The same for a unit with windows, whose beats follow; weights from memory are there at once.
    pub fn begin(&mut self, work: &Work) -> Found {
        self.send(&[], &work.weights);
        self.start(work.shape)
    }

    /// Gives beats to the sources, the last one of each marked, and weights to the memory if there is one.
    pub fn send(&mut self, acts: &[Vec<u8>], weights: &[Vec<u8>]) {
        for (feed, beats) in self.feeds.iter_mut().zip([acts, weights]) {
            let marked = beats.iter().enumerate().map(|(i, beat)| (beat.clone(), i + 1 == beats.len()));
            feed.queue.extend(marked);
        }
        for memory in self.memory.iter_mut().filter(|_| !weights.is_empty()) {
            memory.give(weights.to_vec());
        }
    }

    /// The next job reads this number of beats from memory, where the unit has one.
    pub fn reads(&mut self, length: usize) {
        self.memory.iter_mut().for_each(|memory| memory.length = Some(length as u32));
    }

    /// The weights that are given next lie from step `base` of the memory on.
    pub fn place(&mut self, base: u64) {
        self.memory.iter_mut().for_each(|memory| memory.place = Some(base));
    }

    /// The weights that are given next lie in runs of `run` beats, whose first ones are `stride` beats apart.
    pub fn runs(&mut self, run: u32, stride: u32) {
        self.memory.iter_mut().for_each(|memory| memory.runs = Some([run, stride]));
    }

    pub fn pace(&mut self, acts: Pace, weights: Pace, results: Pace) {
        for (feed, pace) in self.feeds.iter_mut().zip([acts, weights]) {
            feed.pace = pace;
        }
        self.drain.iter_mut().for_each(|drain| drain.pace = results.clone());
    }

    pub fn eager(&mut self) {
        self.pace(Pace::eager(), Pace::eager(), Pace::eager());
    }

    /// Forgets all that is under way on the streams.
    pub fn drop_streams(&mut self) {
        self.feeds.iter_mut().for_each(Feed::drop_all);
        if let Some(drain) = &mut self.drain {
            drain.beats.clear();
            drain.cycles.clear();
        }
    }

    /// First cycle at which no end of a stream pauses on purpose; an end that never is willing does not count.
    fn all_willing_from(&self) -> u64 {
        let paces = self.feeds.iter().map(|feed| &feed.pace).chain(self.drain.iter().map(|drain| &drain.pace));
        paces.map(|pace| pace.from).filter(|from| *from != u64::MAX).max().unwrap_or(0)
    }

    /// Steps until a number of results have come.
    pub fn collect(&mut self, beats: usize) -> Found {
        let (mut quiet, willing) = (0, self.all_willing_from());
        loop {
            let Some(drain) = &self.drain else { return Err("no result stream".to_owned().into()) };
            let came = drain.beats.len();
            if came >= beats {
                return Ok(());
            }
            let before = self.moved()?;
            self.step()?;
            quiet = if before == self.moved()? && self.cycle() > willing { quiet + 1 } else { 0 };
            holds!(quiet < self.patience(), "no beat moves any more; {came} of {beats} results came");
        }
    }

    /// Beats that have moved: results, those of the sources, and those from memory.
    fn moved(&mut self) -> Found<[u64; 3]> {
        let results = self.drain.as_ref().map_or(0, |drain| drain.beats.len() as u64);
        let sources = self.feeds.iter().map(|feed| feed.taken).sum();
        Ok([results, sources, self.traffic()?.beats])
    }

    /// Cycles without a beat after which a unit hangs; what it has read ahead from memory may be a tile a beat.
    fn patience(&self) -> u64 {
        let ahead = if self.memory.is_some() { Config::READ_AHEAD * self.config.max_tokens() } else { 0 };
        PATIENCE + ahead as u64
    }

    pub fn status(&mut self) -> Found<u32> {
        self.read(&regs::STATUS)
    }

    /// Runs a whole job on a unit with streams; results, state and tag have to be right.
    pub fn works(&mut self, work: &Work) -> Found<Counters> {
        let before: Vec<u64> = self.feeds.iter().map(|feed| feed.taken).collect();
        let read = self.traffic()?;
        self.drop_streams();
        self.tag = self.tag.wrapping_mul(5).wrapping_add(0x9E37_79B9);
        self.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
        self.write(&regs::JOB_TAG, self.tag)?;
        self.send(&work.acts, &work.weights);
        self.start(work.shape)?;
        self.collect(work.results.len())?;
        self.finished(work)?;
        let taken: Vec<u64> = self.feeds.iter().zip(before).map(|(feed, before)| feed.taken - before).collect();
        equal!(taken, self.beats(work), "beats taken");
        let beats = if self.memory.is_some() { work.weights.len() as u64 } else { 0 };
        equal!(self.traffic()?.beats - read.beats, beats, "beats read from memory");
        self.counters()
    }

    /// Beats of a job on each of its sources.
    pub fn beats(&self, work: &Work) -> Vec<u64> {
        self.feeds.iter().zip([work.acts.len() as u64, work.weights.len() as u64]).map(|(_, beats)| beats).collect()
    }

    /// Work of the memory so far; none without one.
    pub fn traffic(&mut self) -> Found<MemoryStatistics> {
        self.memory.as_ref().map_or(Ok(MemoryStatistics::default()), |memory| memory.statistics(&mut self.dut))
    }

    /// A job counts the cycles of the model, or more if its weights come from memory.
    pub fn in_time(&self, counted: &Counters, work: &Work) -> Found {
        let (actual, expected) = (counted.cycles, work.shape.cycles(self.config));
        let right = if self.config.memory() { actual >= expected } else { actual == expected };
        holds!(right, "{actual} cycles instead of {expected} for {:?}", work.shape);
        Ok(())
    }

    /// Starts a job whose results nobody takes, with counters at zero.
    pub fn starts_unread(&mut self, work: &Work) -> Found {
        self.drop_streams();
        self.pace(Pace::eager(), Pace::eager(), Pace::new(u64::MAX, 0.0, 0));
        self.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
        self.send(&work.acts, &work.weights);
        self.start(work.shape)
    }

    /// Drops the job by an action of CTRL, and what sources still offer.
    pub fn drops(&mut self, action: &Field) -> Found {
        // What waits is withdrawn a few cycles after the write was taken.
        self.bus.request(&mut self.dut, regs::CTRL.offset, Some((action.mask(), STROBES)))?;
        for _ in 0..8 {
            self.bus.look(&mut self.dut)?;
            self.step_unwatched()?;
        }
        self.feeds.iter_mut().for_each(Feed::drop_all);
        self.drained()
    }

    /// Drops the job by an abort.
    pub fn abort(&mut self) -> Found {
        self.write(&regs::CTRL, regs::CTRL_ABORT.mask())?;
        self.drained()
    }

    /// Waits until no read of a job that was dropped is under way; then nothing more comes from memory.
    pub fn drained(&mut self) -> Found {
        if self.memory.is_none() {
            return Ok(());
        }
        // Until the unit says so.
        self.steps(2)?;
        let begun = self.cycle();
        while self.status()? & regs::STATUS_BUSY.mask() != 0 {
            holds!(self.cycle() - begun < 4 * PATIENCE, "reads of a job that was dropped never end");
        }
        equal!(self.read(&regs::MEM_STATUS)? & regs::MEM_STATUS_DRAINING.mask(), 0, "MEM_STATUS of an idle unit");
        let before = self.traffic()?;
        self.steps(4)?;
        let after = self.traffic()?;
        equal!(
            (after.bursts, after.beats, after.busy),
            (before.bursts, before.beats, before.busy),
            "bursts, beats and busy cycles of the memory behind an idle unit"
        );
        Ok(())
    }

    /// Lets the running job end, with its results; clears STATUS.
    pub fn completes(&mut self, work: &Work) -> Found {
        self.leaves(work)?;
        equal!(self.status()?, regs::STATUS_DONE.mask(), "STATUS after a job");
        self.write(&regs::STATUS, regs::STATUS_DONE.mask())
    }

    /// The results of jobs come, and nothing else.
    pub fn leaves(&mut self, work: &Work) -> Found {
        self.collect(work.results.len())?;
        self.steps(12)?;
        self.results(work)
    }

    /// The job has left its results and nothing else.
    fn finished(&mut self, work: &Work) -> Found {
        self.steps(12)?;
        self.results(work)?;
        if self.drain.is_some() { self.done() } else { Ok(()) }
    }

    /// The results that came are those of the job.
    fn results(&self, work: &Work) -> Found {
        let Some(drain) = &self.drain else { return Ok(()) };
        equal!(drain.beats.len(), work.results.len(), "result beats of {:?}", work.shape);
        for (i, (actual, expected)) in drain.beats.iter().zip(&work.results).enumerate() {
            if let Some(difference) = actual.difference(expected) {
                let MatmulShape { m, k, n } = work.shape;
                return Err(format!("result beat {i} of {m} x {k} x {n}: {difference}").into());
            }
        }
        Ok(())
    }

    /// STATUS, error code and tag of a job that went well; clears the flag.
    pub fn done(&mut self) -> Found {
        equal!(self.status()?, regs::STATUS_DONE.mask(), "STATUS after a job");
        equal!(self.read(&regs::ERR_CODE)?, 0, "ERR_CODE after a job");
        equal!(self.read(&regs::DONE_TAG)?, self.tag, "DONE_TAG");
        self.write(&regs::STATUS, regs::STATUS_DONE.mask())?;
        equal!(self.status()?, 0, "STATUS after done was cleared");
        self.write(&regs::IRQ_STAT, regs::IRQ_STAT_DONE.mask())
    }

    /// A snapshot of all counters.
    pub fn counters(&mut self) -> Found<Counters> {
        self.write(&regs::PERF_CTRL, regs::PERF_CTRL_SNAPSHOT.mask())?;
        self.copies()
    }

    /// The counters as they were copied last.
    pub fn copies(&mut self) -> Found<Counters> {
        let mut wide = |low, high| -> Found<u64> { Ok(u64::from(self.read(low)?) | u64::from(self.read(high)?) << 32) };
        Ok(Counters {
            cycles: wide(&regs::CYCLES_LO, &regs::CYCLES_HI)?,
            active: wide(&regs::ACTIVE_LO, &regs::ACTIVE_HI)?,
            stall_act: wide(&regs::STALL_ACT_LO, &regs::STALL_ACT_HI)?,
            stall_wgt: wide(&regs::STALL_WGT_LO, &regs::STALL_WGT_HI)?,
            stall_out: wide(&regs::STALL_OUT_LO, &regs::STALL_OUT_HI)?,
            act_beats: self.read(&regs::ACT_BEATS)?.into(),
            wgt_beats: self.read(&regs::WGT_BEATS)?.into(),
            res_beats: self.read(&regs::RES_BEATS)?.into(),
        })
    }

    /// The unit has dropped its job for this reason; clears the flags.
    pub fn failed(&mut self, code: ErrorCode) -> Found {
        self.drained()?;
        equal!(self.status()?, regs::STATUS_ERROR.mask(), "STATUS after {code:?}");
        equal!(self.read(&regs::ERR_CODE)?, code as u32, "ERR_CODE after {code:?}");
        equal!(self.read(&regs::IRQ_STAT)?, regs::IRQ_STAT_ERROR.mask(), "IRQ_STAT after {code:?}");
        self.write(&regs::STATUS, regs::STATUS_ERROR.mask())?;
        self.write(&regs::IRQ_STAT, regs::IRQ_STAT_ERROR.mask())?;
        equal!(self.status()?, 0, "STATUS after error was cleared");
        equal!(self.read(&regs::ERR_CODE)?, code as u32, "ERR_CODE is kept");
        Ok(())
    }

    /// The streams are at rest: nothing is taken, nothing is offered.
    pub fn silent(&mut self) -> Found {
        for (feed, name) in self.feeds.iter().zip(["activations", "weights"]) {
            holds!(!feed.ready(&mut self.dut)?, "{name} would be taken without a job");
        }
        if let Some(drain) = &self.drain {
            holds!(!drain.valid(&mut self.dut)?, "a result is offered without a job");
        }
        Ok(())
    }
}
