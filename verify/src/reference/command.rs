//! Actions of a host on a device, sensible or not, in numbers small enough to be drawn at random and to be shrunk.

/// One step of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Describes a job, offers its streams, and starts it. Sizes are taken modulo what the unit can do and a little more, so
    /// that some are refused. While a job runs, the start is to be refused, and the streams stay as they are.
    Start {
        /// Tokens.
        m: u8,
        /// Depth.
        k: u16,
        /// Outputs.
        n: u8,
        /// The activation stream.
        activations: Feed,
        /// The weight stream.
        weights: Feed,
        /// WATCHDOG, in units of 16 cycles; 0 is off.
        watchdog: u8,
    },
    /// Writes any address with any strobes.
    Write {
        /// Byte offset.
        offset: u16,
        /// The word.
        value: u32,
        /// Which of its bytes.
        strobes: u8,
    },
    /// Reads any address.
    Read {
        /// Byte offset.
        offset: u16,
    },
    /// Lets time pass.
    Run {
        /// Clock cycles.
        cycles: u8,
    },
    /// Waits until nothing moves any more.
    Finish,
    /// Writes CTRL.abort.
    Abort,
    /// Writes CTRL.soft_reset.
    SoftReset,
    /// Pulls the reset pin.
    Reset,
    /// From now on results are taken with these pauses; 255 takes none.
    Sink {
        /// Probability of a pause, of 256.
        pause: u8,
    },
    /// Withdraws what the sources still offer.
    Withdraw,
    /// Sets the counters to zero.
    ClearCounters,
    /// Copies the counters and looks at all of them.
    Snapshot,
}

/// Feeding of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Of the data.
    pub seed: u32,
    /// Probability of a pause, of 256.
    pub pause: u8,
    /// The fault in it.
    pub defect: Defect,
}

/// A fault in a stream; a place is a fraction of its length, of 256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// Nothing.
    None,
    /// The last beat's mark comes early, and the rest of the beats after it.
    Early(u8),
    /// There is no mark, and this number of beats more.
    Unmarked(u8),
    /// The host stops.
    Cut(u8),
    /// One byte is an illegal code, where the stream has any.
    Illegal(u8),
    /// Every byte is random.
    Noise,
}

impl Command {
    /// Commands out of any bytes, for fuzzers: every byte string is a host.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Vec<Self> {
        let mut tape = Tape(bytes);
        let mut commands = vec![];
        while let Some(kind) = tape.byte() {
            commands.push(tape.command(kind));
        }
        commands
    }
}

/// Bytes that are read until they are used up, and zeros behind them.
struct Tape<'a>(&'a [u8]);

impl Tape<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self, bytes: usize) -> u32 {
        (0..bytes).fold(0, |number, _| number << 8 | u32::from(self.byte().unwrap_or(0)))
    }

    fn small(&mut self) -> u8 {
        self.byte().unwrap_or(0)
    }

    fn command(&mut self, kind: u8) -> Command {
        match kind % 16 {
            0..=4 => Command::Start {
                m: self.small(),
                k: self.number(2) as u16,
                n: self.small(),
                activations: self.feed(),
                weights: self.feed(),
                watchdog: self.small(),
            },
            5 => Command::Write { offset: self.number(2) as u16, value: self.number(4), strobes: self.small() },
            6 => Command::Read { offset: self.number(2) as u16 },
            7 | 8 => Command::Run { cycles: self.small() },
            9 => Command::Finish,
            10 => Command::Abort,
            11 => Command::SoftReset,
            12 => Command::Reset,
            13 => Command::Sink { pause: self.small() },
            14 => Command::Withdraw,
            _ if kind >= 128 => Command::ClearCounters,
            _ => Command::Snapshot,
        }
    }

    fn feed(&mut self) -> Feed {
        let (seed, pause, kind) = (self.number(2), self.small(), self.small());
        let defect = match kind % 16 {
            0..=8 => Defect::None,
            9 | 10 => Defect::Early(self.small()),
            11 => Defect::Unmarked(self.small()),
            12 | 13 => Defect::Cut(self.small()),
            14 => Defect::Illegal(self.small()),
            _ => Defect::Noise,
        };
        Feed { seed, pause, defect }
    }
}
