//! An AXI4-Lite master that checks the slave: one answer to each request, not before it, held until taken, and OKAY. An
//! answer that is not is taken like any other before it is reported, so that accesses can go on.

mod half;

pub use half::{AxiAnswer, AxiChannel, AxiHalf, AxiRule, AxiSeen};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::dut::{Dut, PortHandle};
use crate::error::Error;
use crate::stalls::Stalls;

/// Cycles after which an access is given up, unless another number was asked for.
const TIME_LIMIT: u64 = 10_000;

/// Cycles watched for a second answer.
const WATCHED: u64 = 2;

/// A master for the AXI4-Lite slave with the ports `<prefix>_awaddr` and so on, 32 bits of data.
#[derive(Debug)]
pub struct AxiLite {
    prefix: String,
    write: AxiHalf,
    read: AxiHalf,
    strobe: PortHandle,
    address_limit: u64,
    time_limit: u64,
    /// A write or a read was given up, and its answer may still come.
    late: [bool; 2],
    stalls: Stalls,
    random: StdRng,
}

impl AxiLite {
    /// A master whose five channels pause independently as `stalls` says.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`] when a channel is incomplete.
    pub fn new(dut: &Dut, prefix: &str, stalls: Stalls) -> Result<Self, Error> {
        let port = |name: &str| dut.port(&format!("{prefix}_{name}"));
        Ok(Self {
            prefix: prefix.to_owned(),
            write: AxiHalf::writes(dut, prefix)?,
            read: AxiHalf::reads(dut, prefix)?,
            strobe: port("wstrb")?,
            address_limit: 1 << dut.find(&port("awaddr")?, None)?.1.width.min(32),
            time_limit: TIME_LIMIT,
            late: [false; 2],
            random: StdRng::seed_from_u64(stalls.seed()),
            stalls,
        })
    }

    /// Gives an access up after this number of cycles.
    #[must_use]
    pub fn with_time_limit(self, cycles: u64) -> Self {
        Self { time_limit: cycles, ..self }
    }

    /// Reads the register at byte `offset`.
    ///
    /// # Errors
    /// [`Error::Refused`] when the slave says so, [`Error::Bus`] when it breaks a rule or does not answer,
    /// [`Error::Design`] when the design fails.
    pub fn read(&mut self, dut: &mut Dut, offset: u32) -> Result<u32, Error> {
        self.access(dut, "read", offset, &[offset])
    }

    /// Writes the register at byte `offset`.
    ///
    /// # Errors
    /// As [`AxiLite::read`].
    pub fn write(&mut self, dut: &mut Dut, offset: u32, value: u32) -> Result<(), Error> {
        dut.poke(self.strobe, 0xf_u32)?;
        self.access(dut, "write", offset, &[offset, value]).map(drop)
    }

    /// Sends the requests, each on its channel and in its own time, takes the answer, and sees that no other comes.
    fn access(&mut self, dut: &mut Dut, access: &'static str, offset: u32, payloads: &[u32]) -> Result<u32, Error> {
        let wrong = |prefix: &str, cycle: u64, problem: &str| Error::Bus {
            bus: prefix.to_owned(),
            access,
            offset,
            cycle,
            problem: problem.to_owned(),
        };
        if u64::from(offset) >= self.address_limit {
            return Err(wrong(&self.prefix, dut.cycles(), "the address port is too narrow for it"));
        }
        let Self { prefix, write, read, stalls, random, late, time_limit, .. } = self;
        let mut pauses = || random.random_bool(stalls.probability());
        let [late_write, late_read] = late;
        let (half, late) = if payloads.len() == 1 { (read, late_read) } else { (write, late_write) };
        for _ in 0..*time_limit {
            *late = *late && half.asks();
            if !*late {
                break;
            }
            half.drive(dut, |_, _| true, Some(0))?;
            half.take(dut, true)?;
            // The answer is nobody's.
            let _ = half.watch(dut)?;
            dut.tick()?;
        }
        if *late {
            return Err(wrong(prefix, dut.cycles(), "the access before still has no answer"));
        }
        half.ask(payloads);
        let mut taken = None;
        let mut watched = 0;
        for _ in 0..*time_limit {
            half.drive(dut, |_, offered| offered || !pauses(), Some(0))?;
            half.take(dut, !pauses())?;
            let seen = half.watch(dut)?.map_err(|rule| {
                let problem = match rule {
                    AxiRule::Asked => "a second answer came",
                    AxiRule::Order => "the answer came before the request was through",
                    AxiRule::Stable => "the answer changed while it waited to be taken",
                    AxiRule::Kept => "the answer was withdrawn before it was taken",
                };
                wrong(prefix, dut.cycles(), problem)
            })?;
            dut.tick()?;
            if let Some((cycle, AxiAnswer { response, data })) = taken {
                watched += 1;
                if watched == WATCHED {
                    // A stray answer is not swallowed: it waits for the next access, which reports it.
                    dut.poke(half.answer().ready, false)?;
                    return match response {
                        0 => Ok(data),
                        _ => Err(Error::Refused { bus: prefix.clone(), access, offset, cycle }),
                    };
                }
            } else if let Some(AxiSeen { answer, taken: true, .. }) = seen {
                taken = Some((dut.cycles() - 1, answer));
            }
        }
        *late = true;
        Err(wrong(prefix, dut.cycles(), "no answer"))
    }
}
