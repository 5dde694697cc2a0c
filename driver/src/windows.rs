//! Beats through windows of the register space, for a link that can only read and write words.
//!
//! ```text
//! activations -> ACT_WINDOW        all of them, then for each column block
//!   weights   -> WGT_WINDOW          the tiles of the block, unless the unit reads them from memory
//!   RES_WINDOW -> results            its results
//! ```
//! Before the last beat of a source, CTRL says that it is the last one. A link that does not hear responses, like a serial
//! line, needs nothing more: whatever goes wrong ends the job, and STATUS tells.

use std::time::Instant;

use trine_memory::Memory;
use trine_spec::Config;
use trine_spec::registers::{
    ACT_WINDOW, CTRL, CTRL_ACT_LAST, CTRL_WGT_LAST, Field, RES_WINDOW, TOKENS, WGT_WINDOW, WINDOW_BYTES, Window,
};

use crate::{Exchange, Transport, TransportError};

/// Words of one burst: as many as a window has.
const BURST: usize = WINDOW_BYTES as usize / 4;

/// A link to a device's 32-bit words: a serial bridge, a debugger, a bus.
pub trait Words {
    /// Reads the word at byte `offset`.
    ///
    /// # Errors
    /// [`TransportError`] when the link fails, or the device refuses and the link can tell.
    fn read(&mut self, offset: u32) -> Result<u32, TransportError>;

    /// Writes the word at byte `offset`.
    ///
    /// # Errors
    /// As [`Words::read`].
    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError>;

    /// Reads words at rising addresses from byte `offset` on, at most a window full; word by word unless the link has
    /// something better.
    ///
    /// # Errors
    /// As [`Words::read`].
    fn read_burst(&mut self, offset: u32, words: &mut [u32]) -> Result<(), TransportError> {
        for (address, word) in (offset..).step_by(4).zip(words) {
            *word = self.read(address)?;
        }
        Ok(())
    }

    /// Writes words at rising addresses, like [`Words::read_burst`].
    ///
    /// # Errors
    /// As [`Words::read`].
    fn write_burst(&mut self, offset: u32, words: &[u32]) -> Result<(), TransportError> {
        (offset..).step_by(4).zip(words).try_for_each(|(address, word)| self.write(address, *word))
    }

    /// Memory of the device, like [`Transport::memory`].
    fn memory(&mut self) -> Option<&mut dyn Memory> {
        None
    }

    /// Brings the link back in order, like [`Transport::recover`].
    ///
    /// # Errors
    /// [`TransportError`] when the link stays broken.
    fn recover(&mut self) -> Result<(), TransportError> {
        Ok(())
    }
}

/// A unit that has windows, behind a link of words.
#[derive(Debug)]
pub struct WindowTransport<W> {
    words: W,
    config: Config,
    /// When the exchange began, and when it has to be over.
    time: (Instant, Option<Instant>),
}

impl<W: Words> WindowTransport<W> {
    /// A unit of configuration `config` behind `words`.
    pub fn new(words: W, config: Config) -> Self {
        Self { words, config, time: (Instant::now(), None) }
    }

    /// The link.
    pub fn words(&self) -> &W {
        &self.words
    }

    /// The link, for what only it can do.
    pub fn words_mut(&mut self) -> &mut W {
        &mut self.words
    }

    /// Writes beats of `bus` bits to a window, the last one marked with `mark` if there is one.
    fn send(&mut self, window: Window, bus: usize, beats: &[u8], mark: Option<Field>) -> Result<(), TransportError> {
        let size = bus / 8;
        let marked = if mark.is_some() { beats.len().saturating_sub(size) } else { beats.len() };
        let (before, last) = beats.split_at(marked);
        self.burst(window, size, before)?;
        if let Some(mark) = mark {
            self.words.write(CTRL.offset, mark.mask())?;
        }
        self.burst(window, size, last)
    }

    fn burst(&mut self, window: Window, size: usize, beats: &[u8]) -> Result<(), TransportError> {
        let words: Vec<u32> = beats.chunks(size).flat_map(|beat| beat.chunks(4).map(word)).collect();
        words.chunks(BURST).try_for_each(|words| {
            in_time(self.time)?;
            self.words.write_burst(window.offset, words)
        })
    }

    fn receive(&mut self, beats: &mut [u8]) -> Result<(), TransportError> {
        let mut words = [0; BURST];
        for part in beats.chunks_mut(4 * BURST) {
            in_time(self.time)?;
            let words = &mut words[..part.len() / 4];
            self.words.read_burst(RES_WINDOW.offset, words)?;
            for (bytes, word) in part.chunks_exact_mut(4).zip(words) {
                bytes.copy_from_slice(&word.to_le_bytes());
            }
        }
        Ok(())
    }
}

/// True if an exchange may go on.
fn in_time((begun, end): (Instant, Option<Instant>)) -> Result<(), TransportError> {
    match end {
        Some(end) if Instant::now() >= end => Err(TransportError::Deadline { after: begun.elapsed() }),
        _ => Ok(()),
    }
}

/// A word of up to four bytes, the first one lowest.
fn word(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte))
}

impl<W: Words> Transport for WindowTransport<W> {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        self.words.read(offset)
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        self.words.write(offset, value)
    }

    fn exchange(&mut self, streams: Exchange<'_>) -> Result<(), TransportError> {
        let Exchange { activations, weights, results } = streams;
        self.time.0 = Instant::now();
        let (act_bus, wgt_bus, res_bus) = (self.config.act_bus(), self.config.weight_bus(), self.config.res_bus());
        let tokens = self.words.read(TOKENS.offset)? as usize;
        let blocks = results.len() / (res_bus / 8) / tokens.max(1);
        let part = weights.len() / blocks.max(1);
        if blocks * tokens * res_bus / 8 != results.len()
            || blocks * part != weights.len()
            || !(part * 8).is_multiple_of(wgt_bus)
        {
            let lengths = format!("{} bytes of weights and {} of results", weights.len(), results.len());
            return Err(TransportError::Failed(format!("{lengths} are no whole column blocks of {tokens} tokens")));
        }
        self.send(ACT_WINDOW, act_bus, activations, Some(CTRL_ACT_LAST))?;
        for block in 0..blocks {
            if !self.config.memory() {
                let mark = (block + 1 == blocks).then_some(CTRL_WGT_LAST);
                self.send(WGT_WINDOW, wgt_bus, &weights[part * block..][..part], mark)?;
            }
            self.receive(
                &mut results[4 * self.config.columns() * tokens * block..][..4 * self.config.columns() * tokens],
            )?;
        }
        Ok(())
    }

    fn recover(&mut self) -> Result<(), TransportError> {
        self.words.recover()
    }

    fn set_deadline(&mut self, end: Option<Instant>) {
        self.time.1 = end;
    }

    fn memory(&mut self) -> Option<&mut dyn Memory> {
        self.words.memory()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Log(Vec<(u32, u32)>);

    impl Words for Log {
        fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
            self.0.push((offset, 0));
            // Two tokens; results count up.
            Ok(if offset == TOKENS.offset { 2 } else { self.0.len() as u32 })
        }

        fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
            self.0.push((offset, value));
            Ok(())
        }
    }

    /// 5 lanes x 1 column: activation beats of two words, weight beats of one.
    fn transport() -> WindowTransport<Log> {
        WindowTransport::new(Log::default(), Config::sized(5, 1).windows(true).build().unwrap())
    }

    #[test]
    fn a_job_word_by_word() {
        let mut device = transport();
        let mut results = [0; 16];
        let (activations, weights) = ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [11, 12]);
        device.exchange(Exchange { activations: &activations, weights: &weights, results: &mut results }).unwrap();
        let expected = [
            (0x24, 0),
            (0x400, 0x0403_0201),
            (0x404, 0x05),
            (0x10, 8),
            (0x400, 0x0908_0706),
            (0x404, 0x0A),
            (0x800, 11),
            (0xC00, 0),
            (0xC04, 0),
            (0x10, 16),
            (0x800, 12),
            (0xC00, 0),
            (0xC04, 0),
        ];
        assert_eq!(device.words().0, expected);
        assert_eq!(results, [8, 0, 0, 0, 9, 0, 0, 0, 12, 0, 0, 0, 13, 0, 0, 0]);
    }

    #[test]
    fn bursts_stay_inside_their_window() {
        let mut device = transport();
        let activations = vec![0; 5 * 300];
        device.exchange(Exchange { activations: &activations, weights: &[0], results: &mut [0; 8] }).unwrap();
        let addresses: Vec<u32> = device.words().0.iter().map(|access| access.0).collect();
        let inside = addresses.iter().filter(|address| (0x400..0x800).contains(*address)).count();
        assert_eq!((inside, addresses[1], addresses[256], addresses[257]), (600, 0x400, 0x7FC, 0x400));
    }

    #[test]
    fn an_exchange_whose_time_is_up_ends_between_bursts() {
        let mut device = transport();
        device.set_deadline(Some(Instant::now()));
        let streams = Exchange { activations: &[0; 10], weights: &[11, 12], results: &mut [0; 16] };
        let error = device.exchange(streams).unwrap_err();
        assert!(matches!(error, TransportError::Deadline { .. }), "{error}");
        assert_eq!(device.words().0.len(), 1, "TOKENS is read, nothing is sent");
        device.set_deadline(None);
        device.exchange(Exchange { activations: &[0; 10], weights: &[11, 12], results: &mut [0; 16] }).unwrap();
    }

    #[test]
    fn buffers_that_are_no_job_are_refused() {
        for (weights, results) in [(1, 4), (1, 12), (3, 16)] {
            let mut results = vec![0; results];
            let streams = Exchange { activations: &[0; 10], weights: &vec![0; weights], results: &mut results };
            let error = transport().exchange(streams).unwrap_err().to_string();
            assert!(error.ends_with("are no whole column blocks of 2 tokens"), "{error}");
        }
    }
}
