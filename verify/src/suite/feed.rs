//! The host's ends of streams, pin by pin.

use std::collections::VecDeque;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::{Found, holds};
use trine_sim::Error;
use trine_sim::{Dut, PortHandle};

/// When an end of a stream is willing: never before cycle `from`, then with pauses.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    pub from: u64,
    pub pauses: f64,
    random: StdRng,
}

impl Pace {
    pub fn new(from: u64, pauses: f64, seed: u64) -> Self {
        Self { from, pauses, random: StdRng::seed_from_u64(seed) }
    }

    /// Always willing.
    pub fn eager() -> Self {
        Self::new(0, 0.0, 0)
    }

    fn willing(&mut self, cycle: u64) -> bool {
        cycle >= self.from && (self.pauses == 0.0 || !self.random.random_bool(self.pauses))
    }
}

/// A source of beats.
#[derive(Debug)]
pub(super) struct Feed {
    data: PortHandle,
    keep: PortHandle,
    last: PortHandle,
    valid: PortHandle,
    ready: PortHandle,
    width: usize,
    words: Vec<u32>,
    offered: bool,
    pub queue: VecDeque<(Vec<u8>, bool)>,
    pub pace: Pace,
    pub taken: u64,
}

impl Feed {
    pub fn new(dut: &Dut, prefix: &str) -> Result<Self, Error> {
        let port = |name: &str| dut.port(&format!("{prefix}_{name}"));
        let width = dut.width(&port("tdata")?)?;
        Ok(Self {
            data: port("tdata")?,
            keep: port("tkeep")?,
            last: port("tlast")?,
            valid: port("tvalid")?,
            ready: port("tready")?,
            width,
            words: vec![0; width.div_ceil(32)],
            offered: false,
            queue: VecDeque::new(),
            pace: Pace::eager(),
            taken: 0,
        })
    }

    /// Offers the next beat, or nonsense; `tkeep` is nonsense always, since nobody may look at it.
    pub fn drive(&mut self, dut: &mut Dut, cycle: u64) -> Found {
        let offers = !self.queue.is_empty() && (self.offered || self.pace.willing(cycle));
        let (bytes, last) = match self.queue.front() {
            Some((bytes, last)) if offers => (bytes.as_slice(), *last),
            _ => (&[][..], true),
        };
        // Nonsense that would be an illegal trit, in either code, if anybody looked at it.
        let filler = if offers { 0 } else { [0xA5, 0x78, 0xAA][cycle as usize % 3] };
        let byte = |i: usize| bytes.get(i).copied().unwrap_or(filler);
        for (i, word) in self.words.iter_mut().enumerate() {
            *word = u32::from_le_bytes([0, 1, 2, 3].map(|b| byte(4 * i + b)));
        }
        if let (Some(top), used @ 1..) = (self.words.last_mut(), self.width % 32) {
            *top &= (1 << used) - 1;
        }
        dut.poke(self.data, self.words.as_slice())?;
        dut.poke(self.keep, cycle & 1)?;
        dut.poke(self.last, last)?;
        dut.poke(self.valid, offers)?;
        self.offered = offers;
        Ok(())
    }

    /// Sees whether the beat offered is taken.
    pub fn sample(&mut self, dut: &mut Dut) -> Found {
        if self.offered && dut.peek(self.ready)? == 1 {
            self.queue.pop_front();
            self.taken += 1;
            self.offered = false;
        }
        Ok(())
    }

    /// True if the unit would take a beat.
    pub fn ready(&self, dut: &mut Dut) -> Found<bool> {
        Ok(dut.peek(self.ready)? == 1)
    }

    /// Drops what was to be sent.
    pub fn drop_all(&mut self) {
        self.queue.clear();
        self.offered = false;
    }
}

/// A result beat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Beat {
    /// One value a column, 0 for columns that do not count.
    pub values: Vec<i32>,
    /// Which columns count.
    pub real: Vec<bool>,
    pub last: bool,
}

impl Beat {
    /// The first difference to the beat that is right.
    pub fn difference(&self, right: &Beat) -> Option<String> {
        let columns = || 0..right.real.len();
        if let Some(column) = columns().find(|&column| self.real[column] != right.real[column]) {
            return Some(format!(
                "tkeep of column {column}: expected {}, actual {}",
                right.real[column], self.real[column]
            ));
        }
        if let Some(column) = columns().find(|&column| self.values[column] != right.values[column]) {
            return Some(format!("column {column}: expected {}, actual {}", right.values[column], self.values[column]));
        }
        (self.last != right.last).then(|| format!("tlast: expected {}, actual {}", right.last, self.last))
    }
}

/// Room for results.
#[derive(Debug)]
pub(super) struct Drain {
    data: PortHandle,
    keep: PortHandle,
    last: PortHandle,
    valid: PortHandle,
    ready: PortHandle,
    columns: usize,
    ready_now: bool,
    held: Option<Beat>,
    pub pace: Pace,
    pub beats: Vec<Beat>,
    /// Cycles in which they were taken.
    pub cycles: Vec<u64>,
}

impl Drain {
    pub fn new(dut: &Dut, prefix: &str, columns: usize) -> Result<Self, Error> {
        let port = |name: &str| dut.port(&format!("{prefix}_{name}"));
        Ok(Self {
            data: port("tdata")?,
            keep: port("tkeep")?,
            last: port("tlast")?,
            valid: port("tvalid")?,
            ready: port("tready")?,
            columns,
            ready_now: false,
            held: None,
            pace: Pace::eager(),
            beats: vec![],
            cycles: vec![],
        })
    }

    pub fn drive(&mut self, dut: &mut Dut, cycle: u64) -> Found {
        self.ready_now = self.pace.willing(cycle);
        Ok(dut.poke(self.ready, self.ready_now)?)
    }

    /// True if a result is offered.
    pub fn valid(&self, dut: &mut Dut) -> Found<bool> {
        Ok(dut.peek(self.valid)? == 1)
    }

    /// Takes what is offered; what was offered before must still be there.
    pub fn sample(&mut self, dut: &mut Dut, cycle: u64) -> Found {
        if !self.valid(dut)? {
            holds!(self.held.is_none(), "a result was withdrawn");
            return Ok(());
        }
        let beat = self.beat(dut)?;
        if let Some(held) = &self.held {
            holds!(*held == beat, "a result changed while it waited");
        }
        if self.ready_now {
            self.held = None;
            self.beats.push(beat);
            self.cycles.push(cycle);
        } else {
            self.held = Some(beat);
        }
        Ok(())
    }

    /// A job was dropped: what waits may be withdrawn, once.
    pub fn forgive(&mut self) {
        self.held = None;
    }

    fn beat(&self, dut: &mut Dut) -> Found<Beat> {
        let (words, keep) = (dut.peek_words(self.data)?, dut.peek_words(self.keep)?);
        let nibble = |n: usize| keep[n / 8] >> (n % 8 * 4) & 0xF;
        let mut beat = Beat { values: vec![], real: vec![], last: dut.peek(self.last)? == 1 };
        for (n, word) in words.into_iter().take(self.columns).enumerate() {
            let keep = nibble(n);
            holds!(keep == 0 || keep == 0xF, "tkeep of column {n} is {keep:#x}");
            beat.real.push(keep != 0);
            beat.values.push(if keep == 0 { 0 } else { word as i32 });
        }
        Ok(beat)
    }
}
