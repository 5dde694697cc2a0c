//! A unit driven pin by pin: streams move in every cycle, also while registers are accessed.

mod jobs;
mod streams;

use std::path::{Path, PathBuf};

use trine_driver::Counters;
use trine_spec::Config;
use trine_spec::registers::{self as regs, Register};

use super::bus::Bus;
use super::feed::{Drain, Feed};
use super::weights::WeightMemory;
use super::{Found, holds};
use trine_sim::{Dut, Library, MemoryOptions, PortHandle};

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

    pub fn status(&mut self) -> Found<u32> {
        self.read(&regs::STATUS)
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
}
