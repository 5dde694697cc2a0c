//! Writes or reads of an AXI4-Lite port, cycle by cycle: requests are driven, and the answer is held to the rules.
//!
//! A cycle is [`AxiHalf::drive`], [`AxiHalf::take`] and [`AxiHalf::watch`], then a tick of the design. The caller decides when
//! each request is made and when the answer is taken.

use crate::dut::{Dut, PortHandle};
use crate::error::Error;

/// Ports of one channel.
#[derive(Clone, Copy, Debug)]
pub struct AxiChannel {
    /// Address or data of a request, response of an answer.
    pub payload: PortHandle,
    /// Valid.
    pub valid: PortHandle,
    /// Ready.
    pub ready: PortHandle,
}

/// An answer of the slave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AxiAnswer {
    /// Response code; 0 is OKAY.
    pub response: u64,
    /// Word that was read; 0 for a write.
    pub data: u32,
}

/// An answer in one cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AxiSeen {
    /// The answer.
    pub answer: AxiAnswer,
    /// This is its first cycle.
    pub first: bool,
    /// This is the cycle in which it is taken.
    pub taken: bool,
}

/// A rule of answers that a slave can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxiRule {
    /// Nothing is answered that was not asked for.
    Asked,
    /// An answer comes after its request.
    Order,
    /// An answer stays as it is until it is taken.
    Stable,
    /// An answer stays until it is taken.
    Kept,
}

/// Writes or reads of one port, with at most one access under way.
#[derive(Clone, Debug)]
pub struct AxiHalf {
    requests: Vec<AxiChannel>,
    /// Bits of each request's payload.
    masks: Vec<u64>,
    answer: AxiChannel,
    data: Option<PortHandle>,
    /// Payloads of the access under way; empty without one.
    payloads: Vec<u32>,
    offered: Vec<bool>,
    sent: Vec<bool>,
    takes: bool,
    held: Option<AxiAnswer>,
}

impl AxiHalf {
    /// The write channels of the port with this prefix: address, data and response.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`] when a channel is incomplete.
    pub fn writes(dut: &Dut, prefix: &str) -> Result<Self, Error> {
        Self::new(dut, prefix, &[("aw", "awaddr"), ("w", "wdata")], ("b", "bresp"), None)
    }

    /// The read channels of the port with this prefix: address and data.
    ///
    /// # Errors
    /// As [`AxiHalf::writes`].
    pub fn reads(dut: &Dut, prefix: &str) -> Result<Self, Error> {
        Self::new(dut, prefix, &[("ar", "araddr")], ("r", "rresp"), Some("rdata"))
    }

    fn new(
        dut: &Dut,
        prefix: &str,
        requests: &[(&str, &str)],
        answer: (&str, &str),
        data: Option<&str>,
    ) -> Result<Self, Error> {
        let port = |name: &str| dut.port(&format!("{prefix}_{name}"));
        let channel = |(name, payload): (&str, &str)| -> Result<AxiChannel, Error> {
            Ok(AxiChannel {
                payload: port(payload)?,
                valid: port(&format!("{name}valid"))?,
                ready: port(&format!("{name}ready"))?,
            })
        };
        let requests: Vec<AxiChannel> = requests.iter().map(|request| channel(*request)).collect::<Result<_, _>>()?;
        let mask = |request: &AxiChannel| Ok((1 << dut.width(&request.payload)?) - 1);
        Ok(Self {
            masks: requests.iter().map(mask).collect::<Result<_, Error>>()?,
            answer: channel(answer)?,
            data: data.map(port).transpose()?,
            payloads: vec![],
            offered: vec![false; requests.len()],
            sent: vec![false; requests.len()],
            takes: false,
            held: None,
            requests,
        })
    }

    /// Channels of the requests.
    #[must_use]
    pub fn requests(&self) -> &[AxiChannel] {
        &self.requests
    }

    /// Channel of the answer.
    #[must_use]
    pub fn answer(&self) -> AxiChannel {
        self.answer
    }

    /// Port of the word that is read.
    #[must_use]
    pub fn data(&self) -> Option<PortHandle> {
        self.data
    }

    /// Bits of the payload of each request.
    #[must_use]
    pub fn masks(&self) -> &[u64] {
        &self.masks
    }

    /// Begins an access with one payload a request, or none with no payloads. What was under way is forgotten.
    pub fn ask(&mut self, payloads: &[u32]) {
        self.payloads = payloads.to_vec();
        self.offered.fill(false);
        self.sent.fill(false);
        self.held = None;
    }

    /// True while an access is under way.
    #[must_use]
    pub fn asks(&self) -> bool {
        !self.payloads.is_empty()
    }

    /// True if request `index` is made in this cycle.
    ///
    /// # Panics
    /// When there is no such request.
    #[must_use]
    pub fn offers(&self, index: usize) -> bool {
        self.offered[index]
    }

    /// Drives the requests of one cycle. `offer` gets the number of a request that is not through and whether it was
    /// made already, and decides whether it is made; `idle` is the payload of the others, which keep theirs without it.
    ///
    /// # Errors
    /// [`Error::Width`] when a payload does not fit.
    pub fn drive(
        &mut self,
        dut: &mut Dut,
        mut offer: impl FnMut(usize, bool) -> bool,
        idle: Option<u32>,
    ) -> Result<(), Error> {
        for (index, request) in self.requests.iter().enumerate() {
            let payload = self.payloads.get(index).filter(|_| !self.sent[index] && offer(index, self.offered[index]));
            self.offered[index] = payload.is_some();
            if let Some(payload) = payload.copied().or(idle) {
                dut.poke(request.payload, u64::from(payload) & self.masks[index])?;
            }
            dut.poke(request.valid, self.offered[index])?;
        }
        Ok(())
    }

    /// Is ready for the answer in this cycle, or not.
    ///
    /// # Errors
    /// None for a port of this design.
    pub fn take(&mut self, dut: &mut Dut, takes: bool) -> Result<(), Error> {
        self.takes = takes;
        dut.poke(self.answer.ready, takes)
    }

    /// The answer in this cycle, or the rule that the slave breaks with it. Taking it ends the access.
    ///
    /// # Errors
    /// [`Error::Design`] when the design fails.
    pub fn watch(&mut self, dut: &mut Dut) -> Result<Result<Option<AxiSeen>, AxiRule>, Error> {
        let through = self.sent.iter().all(|sent| *sent);
        for (index, request) in self.requests.iter().enumerate() {
            self.sent[index] |= dut.peek(request.valid)? == 1 && dut.peek(request.ready)? == 1;
        }
        if dut.peek(self.answer.valid)? == 0 {
            return Ok(if self.held.is_some() { Err(AxiRule::Kept) } else { Ok(None) });
        }
        if !self.asks() {
            return Ok(Err(AxiRule::Asked));
        }
        if !through {
            return Ok(Err(AxiRule::Order));
        }
        let response = dut.peek(self.answer.payload)?;
        let answer = AxiAnswer { response, data: self.data.map_or(Ok(0), |data| dut.peek(data))? as u32 };
        let first = self.held.is_none();
        if self.held.is_some_and(|held| held != answer) {
            return Ok(Err(AxiRule::Stable));
        }
        let taken = self.takes;
        self.held = Some(answer).filter(|_| !taken);
        if taken {
            self.payloads.clear();
        }
        Ok(Ok(Some(AxiSeen { answer, first, taken })))
    }

    /// Withdraws everything that the master drives.
    ///
    /// # Errors
    /// None for a port of this design.
    pub fn rest(&mut self, dut: &mut Dut) -> Result<(), Error> {
        self.ask(&[]);
        for channel in &self.requests {
            dut.poke(channel.valid, false)?;
        }
        dut.poke(self.answer.ready, false)
    }
}
