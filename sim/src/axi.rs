//! An AXI4-Lite master that checks the slave: one answer to each request, not before it, held until taken, and OKAY. An
//! answer that is not is taken like any other before it is reported, so that accesses can go on.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::dut::{Dut, PortHandle};
use crate::error::Error;
use crate::streams::Stalls;

/// Cycles after which an access is given up.
const TIME_LIMIT: u64 = 10_000;

/// Cycles watched for a second answer.
const WATCHED: u64 = 2;

/// A master for the AXI4-Lite slave with the ports `<prefix>_awaddr` and so on, 32 bits of data.
#[derive(Debug)]
pub struct AxiLite {
    prefix: String,
    write: [Request; 2],
    write_answer: Answer,
    read: [Request; 1],
    read_answer: Answer,
    strobe: PortHandle,
    address_limit: u64,
    stalls: Stalls,
    random: StdRng,
}

/// A channel that the master drives.
#[derive(Clone, Copy, Debug)]
struct Request {
    payload: PortHandle,
    valid: PortHandle,
    ready: PortHandle,
}

/// A channel that the slave drives.
#[derive(Clone, Copy, Debug)]
struct Answer {
    data: Option<PortHandle>,
    resp: PortHandle,
    valid: PortHandle,
    ready: PortHandle,
}

impl AxiLite {
    /// A master whose five channels pause independently as `stalls` says.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`] when a channel is incomplete.
    pub fn new(dut: &Dut, prefix: &str, stalls: Stalls) -> Result<Self, Error> {
        let port = |name: &str| dut.port(&format!("{prefix}_{name}"));
        let request = |channel: &str, payload: &str| -> Result<Request, Error> {
            Ok(Request {
                payload: port(payload)?,
                valid: port(&format!("{channel}valid"))?,
                ready: port(&format!("{channel}ready"))?,
            })
        };
        Ok(Self {
            prefix: prefix.to_owned(),
            write: [request("aw", "awaddr")?, request("w", "wdata")?],
            write_answer: Answer { data: None, resp: port("bresp")?, valid: port("bvalid")?, ready: port("bready")? },
            read: [request("ar", "araddr")?],
            read_answer: Answer {
                data: Some(port("rdata")?),
                resp: port("rresp")?,
                valid: port("rvalid")?,
                ready: port("rready")?,
            },
            strobe: port("wstrb")?,
            address_limit: 1 << dut.find(&port("awaddr")?, None)?.1.width.min(32),
            random: StdRng::seed_from_u64(stalls.seed()),
            stalls,
        })
    }

    /// Reads the register at byte `offset`.
    ///
    /// # Errors
    /// [`Error::Refused`] when the slave says so, [`Error::Bus`] when it breaks a rule or does not answer,
    /// [`Error::Design`] when the design fails.
    pub fn read(&mut self, dut: &mut Dut, offset: u32) -> Result<u32, Error> {
        self.access(dut, "read", offset, &self.read.clone(), self.read_answer, &[offset])
    }

    /// Writes the register at byte `offset`.
    ///
    /// # Errors
    /// As [`AxiLite::read`].
    pub fn write(&mut self, dut: &mut Dut, offset: u32, value: u32) -> Result<(), Error> {
        dut.poke(self.strobe, 0xf_u32)?;
        self.access(dut, "write", offset, &self.write.clone(), self.write_answer, &[offset, value]).map(drop)
    }

    /// Sends the requests, each on its channel and in its own time, takes the answer, and sees that no other comes.
    fn access(
        &mut self,
        dut: &mut Dut,
        access: &'static str,
        offset: u32,
        requests: &[Request],
        answer: Answer,
        payloads: &[u32],
    ) -> Result<u32, Error> {
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
        let mut sent = vec![false; requests.len()];
        let mut held = None;
        let mut taken = None;
        let mut watched = 0;
        for _ in 0..TIME_LIMIT {
            for ((request, sent), payload) in requests.iter().zip(&sent).zip(payloads) {
                let offered = dut.peek(request.valid)? == 1;
                let offer = !sent && (offered || !self.pauses());
                dut.poke(request.payload, if offer { *payload } else { 0 })?;
                dut.poke(request.valid, offer)?;
            }
            dut.poke(answer.ready, !self.pauses())?;

            let all_sent = sent.iter().all(|sent| *sent);
            for (request, sent) in requests.iter().zip(&mut sent) {
                *sent |= dut.peek(request.valid)? == 1 && dut.peek(request.ready)? == 1;
            }
            let now = match dut.peek(answer.valid)? {
                0 => None,
                _ => Some((dut.peek(answer.resp)?, answer.data.map_or(Ok(0), |data| dut.peek(data))?)),
            };
            let problem = match (now, held) {
                (Some(_), _) if taken.is_some() => Some("a second answer came"),
                (Some(_), _) if !all_sent => Some("the answer came before the request was through"),
                (Some(_), Some(_)) if now != held => Some("the answer changed while it waited to be taken"),
                (None, Some(_)) => Some("the answer was withdrawn before it was taken"),
                _ => None,
            };
            if let Some(problem) = problem {
                return Err(wrong(&self.prefix, dut.cycles(), problem));
            }
            let takes = dut.peek(answer.ready)? == 1;
            held = now.filter(|_| !takes);
            dut.tick()?;
            if let Some((cycle, resp, data)) = taken {
                watched += 1;
                if watched == WATCHED {
                    // A stray answer is not swallowed: it waits for the next access, which reports it.
                    dut.poke(answer.ready, false)?;
                    return match resp {
                        0 => Ok(data),
                        _ => Err(Error::Refused { bus: self.prefix.clone(), access, offset, cycle }),
                    };
                }
            } else if let (Some((resp, data)), true) = (now, takes) {
                taken = Some((dut.cycles() - 1, resp, data as u32));
            }
        }
        Err(wrong(&self.prefix, dut.cycles(), "no answer"))
    }

    fn pauses(&mut self) -> bool {
        self.random.random_bool(self.stalls.probability())
    }
}
