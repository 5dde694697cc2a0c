//! A [`SoftUnit`] with windows, for links that only move words.
//!
//! Words of activations add up to beats, and the job runs when the last beat is there. A word too many, a result too many or an
//! access without a job ends with the error that a unit has for it.

use std::collections::VecDeque;

use trine_driver::{Exchange, Memory, Transport, TransportError, Words};
use trine_spec::Config;
use trine_spec::registers::{self as regs, ErrorCode};

use crate::SoftUnit;

/// A unit whose activations and results pass through windows, and whose weights lie in memory.
#[derive(Debug)]
pub struct WindowedUnit {
    /// The unit behind the windows.
    pub unit: SoftUnit,
    config: Config,
    /// Words of activations of the job so far.
    words: Vec<u32>,
    /// Number of words at which the last beat ends.
    last: Option<usize>,
    running: bool,
    results: VecDeque<u32>,
    error: Option<ErrorCode>,
}

impl WindowedUnit {
    /// A unit of configuration `config` after reset.
    ///
    /// # Panics
    /// If `config` has no windows, or takes weights from the host.
    pub fn new(config: &Config) -> Self {
        assert!(config.windows() && config.memory(), "windows, and weights from memory");
        let unit = SoftUnit::new(config);
        let (words, results) = (vec![], VecDeque::new());
        Self { unit, config: config.clone(), words, last: None, running: false, results, error: None }
    }

    /// Words of a beat of activations.
    fn beat(&self) -> usize {
        self.config.act_bus().div_ceil(32)
    }

    fn drop_job(&mut self) {
        (self.running, self.last) = (false, None);
        self.words.clear();
        self.results.clear();
    }

    fn fail<R>(&mut self, code: ErrorCode) -> Result<R, TransportError> {
        self.error.get_or_insert(code);
        self.drop_job();
        self.unit.write(regs::CTRL.offset, regs::CTRL_ABORT.mask())?;
        Err(TransportError::Refused(format!("{code:?}")))
    }

    fn control(&mut self, value: u32) -> Result<(), TransportError> {
        if regs::CTRL_ABORT.of(value) | regs::CTRL_SOFT_RESET.of(value) == 1 {
            self.drop_job();
        }
        if regs::CTRL_SOFT_RESET.of(value) == 1 {
            self.error = None;
        }
        if regs::CTRL_ACT_LAST.of(value) == 1 {
            self.last = Some((self.words.len() / self.beat() + 1) * self.beat());
        }
        if regs::CTRL_START.of(value) == 1 {
            if self.running {
                return Err(TransportError::Refused("a job is running".into()));
            }
            self.drop_job();
            self.running = true;
            self.unit.write(regs::STATUS.offset, regs::STATUS_DONE.mask() | regs::STATUS_ERROR.mask())?;
        }
        self.unit.write(regs::CTRL.offset, value)
    }

    fn activation(&mut self, word: u32) -> Result<(), TransportError> {
        if !self.running || self.last.is_some_and(|last| self.words.len() == last) {
            return self.fail(ErrorCode::WindowFull);
        }
        self.words.push(word);
        if self.last != Some(self.words.len()) {
            return Ok(());
        }
        let bytes = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
        let beats = self.words.chunks(self.beat());
        let activations: Vec<u8> = beats.flat_map(|beat| bytes(beat)[..self.config.act_bus() / 8].to_vec()).collect();
        let (tokens, outputs) = (self.unit.read(regs::TOKENS.offset)?, self.unit.read(regs::OUTPUTS.offset)?);
        let blocks = (outputs as usize).div_ceil(self.config.columns());
        let mut results = vec![0; blocks * tokens as usize * self.config.res_bus() / 8];
        // A job that fails says so in the unit's registers.
        let streams = Exchange { activations: &activations, weights: &[], results: &mut results };
        if self.unit.exchange(streams).is_ok() {
            self.results = results.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        }
        Ok(())
    }
}

impl Words for WindowedUnit {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        if offset >= regs::RES_WINDOW.offset {
            return match self.results.pop_front() {
                Some(word) => {
                    self.running = !self.results.is_empty();
                    Ok(word)
                }
                None => self.fail(ErrorCode::WindowEmpty),
            };
        }
        let value = self.unit.read(offset)?;
        Ok(match self.error {
            Some(_) if offset == regs::STATUS.offset => value | regs::STATUS_ERROR.mask(),
            Some(code) if offset == regs::ERR_CODE.offset => code as u32,
            // A job is done when its results are gone.
            _ if offset == regs::STATUS.offset && !self.results.is_empty() => value & !regs::STATUS_DONE.mask(),
            _ => value,
        })
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        if offset == regs::CTRL.offset {
            return self.control(value);
        }
        if (regs::ACT_WINDOW.offset..regs::SPACE).contains(&offset) {
            return self.activation(value);
        }
        if offset == regs::STATUS.offset && regs::STATUS_ERROR.of(value) == 1 {
            self.error = None;
        }
        self.unit.write(offset, value)
    }

    fn memory(&mut self) -> Option<&mut dyn Memory> {
        Transport::memory(&mut self.unit)
    }
}
