//! The simulated accelerator as a device of the host driver: the driver that runs here is the one that ships.

use std::path::PathBuf;

use trine_driver::{Exchange, Memory, MemoryCommands, MemoryError, Transport, TransportError, Words};

use crate::axi::AxiLite;
use crate::dut::Dut;
use crate::error::Error;
use crate::exchange::{Limits, exchange};
use crate::library::Library;
use crate::memory::{MemoryOptions, MemoryPort, MemoryStatistics};
use crate::stalls::Stalls;
use crate::streams::{Sink, Source};

/// Clock cycles for which reset is held; AXI wants 16.
const RESET_CYCLES: u64 = 16;

/// Bytes of a memory where nothing else is said; only those that are used take memory of this machine.
pub const MEMORY: u64 = 1 << 32;

/// The ports of a unit that reads its weights from memory end in their numbers.
const WEIGHTS: &str = "m_axi_wgt";

/// The port of a unit that fetches its jobs, to the same memory.
const JOBS: &str = "m_axi";

/// Ports that are low in reset, beside those of the weights; units differ in which they have.
const VALIDS: [&str; 6] =
    ["m_axis_res_tvalid", "s_axil_bvalid", "s_axil_rvalid", "m_axi_arvalid", "m_axi_awvalid", "m_axi_wvalid"];

/// Options of a simulated device.
#[derive(Clone, Debug)]
pub struct SimOptions {
    /// Pauses of the host on every stream and register channel.
    pub stalls: Stalls,
    /// Cycles without a single beat after which a job is given up. The longest silence of a healthy device is one pass:
    /// tokens times lane chunks.
    pub idle_limit: u64,
    /// Cycles after which a register access of a unit without streams is given up, as LiteX's bus does: a read of results waits for the
    /// first one of a column block, whose weights may come from memory.
    pub word_limit: u64,
    /// Waveform file; the library must have been built with `trace`.
    pub waveform: Option<PathBuf>,
    /// Further inputs and the values that they keep.
    pub held: Vec<(String, u64)>,
    /// The memory of a unit that reads its weights from there; others have none.
    pub memory: MemoryOptions,
}

impl Default for SimOptions {
    fn default() -> Self {
        Self {
            stalls: Stalls::NONE,
            idle_limit: 200_000,
            word_limit: 1_000_000,
            waveform: None,
            held: vec![],
            memory: MemoryOptions::new(MEMORY),
        }
    }
}

/// Puts one memory behind all ports of the weights; its timing is that of all of them together, and every port has pauses of its own.
/// A unit that reads no weights gets none.
///
/// # Errors
/// As [`Dut::attach_memory`].
pub fn attach_weights(dut: &mut Dut, options: &MemoryOptions) -> Result<Vec<MemoryPort>, Error> {
    let mut ports: Vec<MemoryPort> = vec![];
    while dut.port(&format!("{WEIGHTS}{}_araddr", ports.len())).is_ok() {
        let name = format!("{WEIGHTS}{}", ports.len());
        let port = match ports.first() {
            None => dut.attach_memory(&name, options)?,
            Some(&first) => dut.share_memory(&name, first, options.stalls.for_stream(10 + ports.len() as u64))?,
        };
        ports.push(port);
    }
    Ok(ports)
}

/// Work of the memory of the weights in beats of the datapath, each of which has a part from every port; `None` without ports.
///
/// # Errors
/// None for the design that the ports belong to.
pub fn weights_statistics(dut: &mut Dut, ports: &[MemoryPort]) -> Result<Option<MemoryStatistics>, Error> {
    let all = ports.iter().map(|port| dut.memory_statistics(*port)).collect::<Result<Vec<_>, _>>()?;
    let Some(first) = all.first() else { return Ok(None) };
    let mean = |count: fn(&MemoryStatistics) -> u64| all.iter().map(count).sum::<u64>() / all.len() as u64;
    Ok(Some(MemoryStatistics { bursts: mean(|port| port.bursts), beats: mean(|port| port.beats), ..*first }))
}

/// A simulated accelerator's registers and pins.
#[derive(Debug)]
pub struct SimRegisters {
    dut: Dut,
    registers: AxiLite,
    /// Ports of the memory of the weights.
    ports: Vec<MemoryPort>,
    /// Size of the memory.
    bytes: u64,
}

impl SimRegisters {
    /// Makes a device and resets it.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`] when the design has no register port, [`Error::Design`] when it fails, or when it answers
    /// while it is in reset.
    pub fn new(library: &Library, options: &SimOptions) -> Result<Self, Error> {
        let mut dut = Dut::new(library)?;
        if let Some(file) = &options.waveform {
            dut.trace(file)?;
        }
        for (port, value) in &options.held {
            dut.poke(port.as_str(), *value)?;
        }
        let ports = attach_weights(&mut dut, &options.memory)?;
        let bytes = if ports.is_empty() { 0 } else { options.memory.bytes };
        if let Some(&port) = ports.first().filter(|_| dut.port(&format!("{JOBS}_araddr")).is_ok()) {
            dut.share_memory(JOBS, port, options.memory.stalls.for_stream(7))?;
        }
        let registers = AxiLite::new(&dut, "s_axil", options.stalls.for_stream(1))?;
        let words = dut.port("m_axis_res_tvalid").is_err();
        let registers = if words { registers.with_time_limit(options.word_limit) } else { registers };
        let mut device = Self { registers, ports, bytes, dut };
        device.reset()?;
        Ok(device)
    }

    /// A port of the memory, if it has `count` bytes from `at` on.
    fn range(&self, at: u64, count: usize) -> Result<MemoryPort, MemoryError> {
        let (count, bytes) = (count as u64, self.bytes);
        let within = at.checked_add(count).is_some_and(|end| end <= bytes);
        self.ports.first().filter(|_| within).copied().ok_or(MemoryError::Range { at, count, bytes })
    }

    /// Resets the device through its reset pin.
    ///
    /// # Errors
    /// [`Error::Design`] when the design fails, or raises a valid while it is in reset.
    pub fn reset(&mut self) -> Result<(), Error> {
        self.dut.poke("aresetn", false)?;
        for _ in 0..RESET_CYCLES {
            self.dut.tick()?;
        }
        let requests = (0..self.ports.len()).map(|number| format!("{WEIGHTS}{number}_arvalid"));
        for valid in VALIDS.map(String::from).into_iter().chain(requests) {
            let Ok(port) = self.dut.port(&valid) else { continue };
            if self.dut.peek(port)? != 0 {
                let message = format!("{valid} is high in reset, after {RESET_CYCLES} cycles");
                return Err(Error::Design { top: self.dut.library().top().to_owned(), message });
            }
        }
        self.dut.poke("aresetn", true)?;
        self.dut.tick()
    }

    /// The design itself.
    #[must_use]
    pub fn dut(&self) -> &Dut {
        &self.dut
    }

    /// The design itself, to look at its pins between accesses.
    pub fn dut_mut(&mut self) -> &mut Dut {
        &mut self.dut
    }

    /// Work of the memory of the weights, if there is one.
    ///
    /// # Errors
    /// None for the design that the memory belongs to.
    pub fn memory_statistics(&mut self) -> Result<Option<MemoryStatistics>, Error> {
        weights_statistics(&mut self.dut, &self.ports)
    }

    /// The memory of the weights, if there is one.
    fn weights(&mut self) -> Option<&mut dyn Memory> {
        (!self.ports.is_empty()).then_some(self as &mut dyn Memory)
    }

    fn waveform_note(&self) -> String {
        self.dut.waveform().map(|file| format!(", waveform {}", file.display())).unwrap_or_default()
    }

    fn failed(&self, error: &Error) -> TransportError {
        let message = format!("{error}{}", self.waveform_note());
        match error {
            Error::Refused { .. } => TransportError::Refused(message),
            _ => TransportError::Failed(message),
        }
    }
}

/// That of the weights; a unit without one has no bytes.
impl Memory for SimRegisters {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn epoch(&self) -> u64 {
        0
    }

    fn store(&mut self, at: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        let port = self.range(at, bytes.len())?;
        self.dut.memory_write(port, at, bytes).map_err(|error| MemoryError::Failed(error.to_string()))
    }

    fn load(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError> {
        let port = self.range(at, bytes.len())?;
        self.dut.memory_read(port, at, bytes).map_err(|error| MemoryError::Failed(error.to_string()))
    }
}

impl Words for SimRegisters {
    fn memory(&mut self) -> Option<&mut dyn Memory> {
        self.weights()
    }

    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        self.registers.read(&mut self.dut, offset).map_err(|error| self.failed(&error))
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        self.registers.write(&mut self.dut, offset, value).map_err(|error| self.failed(&error))
    }
}

/// A simulated accelerator with stream ports behind the driver's [`Transport`].
#[derive(Debug)]
pub struct SimTransport {
    device: SimRegisters,
    activations: Source,
    /// None where the unit reads its weights from memory.
    weights: Option<Source>,
    results: Sink,
    limits: Limits,
}

impl SimTransport {
    /// Work of the memory of the weights, as [`SimRegisters::memory_statistics`].
    ///
    /// # Errors
    /// As there.
    pub fn memory_statistics(&mut self) -> Result<Option<MemoryStatistics>, Error> {
        self.device.memory_statistics()
    }

    /// Makes a device and resets it.
    ///
    /// # Errors
    /// As [`SimRegisters::new`], and [`Error::NoSuchPort`] when the design has no streams.
    pub fn new(library: &Library, options: &SimOptions) -> Result<Self, Error> {
        let device = SimRegisters::new(library, options)?;
        let stalls = |stream| options.stalls.for_stream(stream);
        Ok(Self {
            activations: Source::axi(&device.dut, "s_axis_act", stalls(2))?,
            weights: match device.ports.is_empty() {
                true => Some(Source::axi(&device.dut, "s_axis_wgt", stalls(3))?),
                false => None,
            },
            results: Sink::axi(&device.dut, "m_axis_res", stalls(4))?,
            limits: Limits { idle: options.idle_limit, ..Limits::default() },
            device,
        })
    }

    /// Resets the device through its reset pin.
    ///
    /// # Errors
    /// As [`SimRegisters::reset`].
    pub fn reset(&mut self) -> Result<(), Error> {
        self.device.reset()
    }

    /// The design itself.
    #[must_use]
    pub fn dut(&self) -> &Dut {
        &self.device.dut
    }

    /// The design itself, to look at its pins between jobs.
    pub fn dut_mut(&mut self) -> &mut Dut {
        &mut self.device.dut
    }

    /// Checks that exactly the last result beat of each job, behind which its index is one of `ends`, is marked as last and that
    /// whole values count, from column 0 on. Numbers of beats are those in their job.
    fn check_framing(&self, ends: &[u64]) -> Result<(), TransportError> {
        const VALUE_BYTES: usize = 4;
        let wrong = |beat: u64, problem: &str| {
            Err(TransportError::Framing { beat, problem: format!("{problem}{}", self.device.waveform_note()) })
        };
        let starts = [0].into_iter().chain(ends.iter().copied());
        for (first, end) in starts.zip(ends.iter().copied()) {
            for beat in first..end {
                match (self.results.is_last(beat as usize), beat + 1 == end) {
                    (true, false) => return wrong(beat - first, "tlast came early"),
                    (false, true) => return wrong(beat - first, "tlast is missing"),
                    _ => {}
                }
                let mut kept = (0..self.results.beat_bytes()).map(|byte| self.results.keeps(beat as usize, byte));
                let count = kept.by_ref().take_while(|kept| *kept).count();
                if count == 0 || count % VALUE_BYTES != 0 || kept.any(|kept| kept) {
                    return wrong(beat - first, "tkeep does not mark whole values from column 0 on");
                }
            }
        }
        Ok(())
    }

    /// Plays packets of activations, of these lengths, and one of weights, until the results of jobs are through; `ends` are the
    /// indices behind their last beats.
    fn play(
        &mut self,
        activations: &[u8],
        lengths: &[usize],
        weights: &[u8],
        results: &mut [u8],
        ends: &[u64],
    ) -> Result<(), TransportError> {
        let weights = self.weights.as_mut().map(|source| source.play(weights));
        let activations = self.activations.play_packets(activations, lengths);
        let mut sources: Vec<_> = [Some(activations), weights].into_iter().flatten().collect();
        let mut sinks = [self.results.collect(results)];
        let outcome = exchange(&mut self.device.dut, &mut sources, &mut sinks, self.limits);
        drop(sources);
        match outcome {
            Ok(()) => self.check_framing(ends),
            Err(Error::Idle { limit, .. }) => Err(TransportError::Timeout {
                activations: self.activations.moved(),
                weights: self.weights.as_ref().map_or(0, Source::moved),
                results: self.results.moved(),
                limit,
            }),
            Err(Error::Stream { beat, cycle, rule, .. }) => {
                let problem = format!("{rule} in cycle {cycle}{}", self.device.waveform_note());
                Err(TransportError::Framing { beat, problem })
            }
            Err(error) => Err(self.device.failed(&error)),
        }
    }
}

impl Transport for SimTransport {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        self.device.read(offset)
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        self.device.write(offset, value)
    }

    fn exchange(&mut self, streams: Exchange<'_>) -> Result<(), TransportError> {
        let Exchange { activations, weights, results } = streams;
        let beats = (results.len() / self.results.beat_bytes()) as u64;
        self.play(activations, &[activations.len()], weights, results, &[beats])
    }

    fn queues(&self) -> bool {
        self.weights.is_none()
    }

    /// One exchange of all beats: the next job's are there in the cycle in which the unit takes them.
    fn exchange_all(&mut self, jobs: &mut [Exchange<'_>]) -> Result<(), TransportError> {
        let beat = self.results.beat_bytes();
        let activations: Vec<u8> = jobs.iter().flat_map(|job| job.activations).copied().collect();
        let lengths: Vec<usize> = jobs.iter().map(|job| job.activations.len()).collect();
        let mut results: Vec<u8> = jobs.iter().flat_map(|job| &*job.results).copied().collect();
        let ends = jobs.iter().scan(0, |end, job| {
            *end += job.results.len() / beat;
            Some(*end as u64)
        });
        let ends: Vec<u64> = ends.collect();
        self.play(&activations, &lengths, &[], &mut results, &ends)?;
        let mut rest = &results[..];
        for job in jobs {
            let (own, others) = rest.split_at(job.results.len());
            job.results.copy_from_slice(own);
            rest = others;
        }
        Ok(())
    }

    fn result_cycles(&self) -> &[u64] {
        self.results.cycles()
    }

    fn memory(&mut self) -> Option<&mut dyn Memory> {
        self.device.weights()
    }

    /// The unit only reads.
    fn memory_commands(&mut self) -> Option<MemoryCommands> {
        let counts = self.memory_statistics().ok()??;
        Some(MemoryCommands { activates: counts.activates, reads: counts.columns, refreshes: counts.refreshes })
    }
}
