//! The register bus, channel by channel.

use trine_spec::registers::{self as regs, ID_VALUE};

use super::unit::DrivenUnit;
use super::weights::memory;
use super::{Found, equal, holds};
use trine_sim::{AxiAnswer, AxiHalf, AxiRule, AxiSeen, Dut, Error, PortHandle};

/// An answer that was taken: whether it is OKAY, and the data.
pub(super) type Taken = Option<(bool, u32)>;

/// Answers in a row, each whether it is OKAY, and the data.
type Answers = Vec<(bool, u32)>;

/// Payload of a request that is not made.
const IDLE: u32 = 0x5A5A_5A5A;

/// Writes or reads, at a pace.
#[derive(Clone, Debug)]
pub(super) struct Half {
    port: AxiHalf,
    age: u64,
    /// Cycles before each request is made and before the answer is taken.
    pub delays: [u64; 3],
}

impl Half {
    fn new(port: AxiHalf) -> Self {
        Self { port, age: 0, delays: [0; 3] }
    }

    /// One cycle: offers requests, looks at the answer; what it is when it is taken.
    fn look(&mut self, dut: &mut Dut) -> Found<Taken> {
        let (age, delays) = (self.age, self.delays);
        let takes = self.port.asks() && age >= delays[2];
        self.port.drive(dut, |i, _| age >= delays[i], Some(IDLE))?;
        self.port.take(dut, takes)?;
        self.age += 1;
        let seen = self.port.watch(dut)?.map_err(|rule| {
            match rule {
                AxiRule::Asked => "an answer that nobody asked for",
                AxiRule::Order => "an answer before its request was through",
                AxiRule::Stable => "an answer changed while it waited",
                AxiRule::Kept => "an answer was withdrawn",
            }
            .to_owned()
        })?;
        let Some(AxiSeen { answer: AxiAnswer { response, data }, taken, .. }) = seen else { return Ok(None) };
        holds!(response == 0 || response == 2, "response {response}");
        Ok(taken.then_some((response == 0, data)))
    }

    fn ask(&mut self, payloads: &[u32]) {
        self.port.ask(payloads);
        self.age = 0;
    }
}

/// Both halves.
#[derive(Clone, Debug)]
pub(super) struct Bus {
    pub write: Half,
    pub read: Half,
    strobes: PortHandle,
    protections: [PortHandle; 2],
}

impl Bus {
    pub fn new(dut: &Dut) -> Result<Self, Error> {
        let port = |name: &str| dut.port(&format!("s_axil_{name}"));
        Ok(Self {
            write: Half::new(AxiHalf::writes(dut, "s_axil")?),
            read: Half::new(AxiHalf::reads(dut, "s_axil")?),
            strobes: port("wstrb")?,
            protections: [port("awprot")?, port("arprot")?],
        })
    }

    /// Asks for one access; no answer to an earlier one may be there.
    pub fn request(&mut self, dut: &mut Dut, offset: u32, value: Option<(u32, u32)>) -> Found {
        for port in self.protections {
            dut.poke(port, u64::from(offset >> 2 & 7))?;
        }
        match value {
            Some((value, strobes)) => {
                dut.poke(self.strobes, strobes)?;
                self.write.ask(&[offset, value]);
            }
            None => self.read.ask(&[offset]),
        }
        Ok(())
    }

    /// One cycle of both halves; the answer that is taken.
    pub fn look(&mut self, dut: &mut Dut) -> Found<Taken> {
        let (written, read) = self.look_both(dut)?;
        Ok(written.or(read))
    }

    /// One cycle of both halves; what writes and reads are answered.
    pub fn look_both(&mut self, dut: &mut Dut) -> Found<(Taken, Taken)> {
        Ok((self.write.look(dut)?, self.read.look(dut)?))
    }

    /// Nothing is asked, nothing is taken.
    pub fn idle(&mut self, dut: &mut Dut) -> Found {
        for half in [&mut self.write, &mut self.read] {
            half.port.rest(dut)?;
        }
        Ok(())
    }

    /// Both halves at rest, watched for a few cycles.
    fn rests(unit: &mut DrivenUnit<'_>) -> Found {
        for _ in 0..4 {
            unit.bus.look(&mut unit.dut)?;
            unit.step()?;
        }
        Ok(())
    }
}

/// Makes accesses as fast as the channels take them, each channel in its own time; answers are taken in every cycle of a number
/// that `pace` divides, from cycle `hold` on. What writes and reads were answered, in order.
pub(super) fn pipelined(
    unit: &mut DrivenUnit<'_>,
    writes: &[(u32, u32)],
    reads: &[u32],
    (hold, pace): (u64, u64),
) -> Found<(Vec<bool>, Answers)> {
    let payloads = [writes.iter().map(|w| w.0).collect(), writes.iter().map(|w| w.1).collect(), reads.to_vec()];
    let (write, read) = (&unit.bus.write.port, &unit.bus.read.port);
    let channels = [write.requests(), read.requests()].concat();
    let masks = [write.masks(), read.masks()].concat();
    let answers = [write.answer(), read.answer()];
    let (strobes, data) = (unit.bus.strobes, read.data());
    let mut sent = [0; 3];
    let mut taken: [Vec<(bool, u32)>; 2] = [vec![], vec![]];
    let mut held = [None; 2];
    unit.dut.poke(strobes, 0xF_u32)?;
    for cycle in 0..hold + (writes.len() + reads.len()) as u64 * (pace + 5) + 20 {
        let takes = cycle >= hold && cycle % pace == 0;
        for (((channel, mask), payloads), sent) in channels.iter().zip(&masks).zip(&payloads).zip(&sent) {
            let payload: Option<&u32> = payloads.get(*sent);
            let nonsense = (cycle as u32).wrapping_mul(0x1234_5677);
            unit.dut.poke(channel.payload, u64::from(payload.copied().unwrap_or(nonsense)) & mask)?;
            unit.dut.poke(channel.valid, payload.is_some())?;
        }
        for (channel, sent) in channels.iter().zip(&mut sent) {
            *sent += usize::from(unit.dut.peek(channel.valid)? == 1 && unit.dut.peek(channel.ready)? == 1);
        }
        for (i, answer) in answers.iter().enumerate() {
            unit.dut.poke(answer.ready, takes)?;
            if unit.dut.peek(answer.valid)? == 0 {
                holds!(held[i].is_none(), "an answer was withdrawn");
                continue;
            }
            let value = data.filter(|_| i == 1).map_or(Ok(0), |data| unit.dut.peek(data))? as u32;
            let now = (unit.dut.peek(answer.payload)? == 0, value);
            holds!(held[i].is_none_or(|held| held == now), "an answer changed while it waited");
            held[i] = Some(now).filter(|_| !takes);
            if takes {
                taken[i].push(now);
            }
        }
        unit.step()?;
    }
    unit.bus.idle(&mut unit.dut)?;
    let [written, read] = taken;
    equal!((written.len(), read.len()), (writes.len(), reads.len()), "answers to writes and reads");
    Ok((written.into_iter().map(|(okay, _)| okay).collect(), read))
}

/// Requests that follow one another while earlier ones are answered.
pub(super) fn pipelines(unit: &mut DrivenUnit<'_>) -> Found {
    // No weights come while requests follow one another.
    unit.renew(&memory(60, 0.0, 0)?)?;
    // Every register has something to show.
    if !unit.config.windows() {
        unit.works(&super::work::Work::small(unit.config, 9))?;
    }
    unit.shape(0, 0, 0)?;
    unit.write(&regs::CTRL, regs::CTRL_START.mask())?;
    unit.steps(4)?;
    for (register, value) in [(&regs::IRQ_EN, 3), (&regs::OUTPUTS, 0x9_1234), (&regs::JOB_TAG, 0x1357_9BDF)] {
        unit.write(register, value)?;
    }
    let all: Vec<(bool, u32)> =
        regs::registers(unit.config).map(|r| Ok((true, unit.read(r)?))).collect::<Found<_>>()?;
    let offsets: Vec<u32> = regs::registers(unit.config).map(|r| r.offset).collect();
    for (hold, pace) in [(0, 1), (0, 2), (0, 3), (0, 7), (30, 1), (30, 5)] {
        let backwards: Vec<u32> = offsets.iter().rev().copied().collect();
        let reads = [offsets.as_slice(), &backwards].concat();
        let expected: Vec<(bool, u32)> = all.iter().chain(all.iter().rev()).copied().collect();
        let (_, read) = pipelined(unit, &[], &reads, (hold, pace))?;
        equal!(read, expected, "all registers in a row, answers taken every {pace} cycles from {hold} on");
    }
    unit.failed(trine_spec::registers::ErrorCode::Shape)?;
    for (hold, pace) in [(0, 1), (1, 1), (2, 1), (3, 1), (5, 2), (20, 3)] {
        let hold = (hold, pace);
        let writes: Vec<(u32, u32)> = (1..=6).map(|value| (regs::SCRATCH.offset, value)).collect();
        let reads = [regs::ID.offset, regs::VERSION.offset, 0x0FC, regs::WATCHDOG.offset, regs::ID.offset];
        let (written, read) = pipelined(unit, &writes, &reads, hold)?;
        equal!(written, [true; 6], "writes in a row");
        let expected = [(true, ID_VALUE), (true, regs::VERSION_VALUE), (false, 0), (true, 0), (true, ID_VALUE)];
        equal!(read, expected, "reads in a row");
        equal!(unit.read(&regs::SCRATCH)?, 6, "SCRATCH after writes in a row");
        // The second start of two in a row comes too late.
        unit.shape(1, 1, 1)?;
        let start = (regs::CTRL.offset, regs::CTRL_START.mask());
        equal!(pipelined(unit, &[start, start, start], &[], hold)?.0, [true, false, false], "starts in a row");
        unit.abort()?;
        unit.steps(4)?;
    }
    // What is written in the cycle of a soft reset is reset.
    let reset = (regs::CTRL.offset, regs::CTRL_SOFT_RESET.mask());
    let start = (regs::CTRL.offset, regs::CTRL_START.mask());
    pipelined(unit, &[reset, (regs::SCRATCH.offset, 5)], &[], (0, 1))?;
    equal!(unit.read(&regs::SCRATCH)?, 0, "SCRATCH, written in the cycle of a soft reset");
    pipelined(unit, &[reset, start], &[], (0, 1))?;
    equal!(unit.status()?, 0, "STATUS after a start in the cycle of a soft reset");
    unit.write(&regs::CTRL, reset.1 | start.1)?;
    unit.steps(6)?;
    equal!(unit.status()?, 0, "STATUS after a soft reset with a start");
    // Answers that nobody takes are gone with a reset, and so are the requests behind them.
    unit.bus.write.delays = [0, 0, u64::MAX];
    unit.bus.read.delays = [0, 0, u64::MAX];
    unit.bus.write.ask(&[regs::SCRATCH.offset, 2]);
    unit.bus.read.ask(&[regs::SCRATCH.offset]);
    for _ in 0..8 {
        unit.bus.look(&mut unit.dut)?;
        unit.step()?;
    }
    for channel in unit.bus.write.port.requests().iter().chain(unit.bus.read.port.requests()) {
        unit.dut.poke(channel.valid, true)?;
    }
    unit.steps(3)?;
    for half in [&unit.bus.write, &unit.bus.read] {
        holds!(unit.dut.peek(half.port.answer().valid)? == 1, "no answer waits");
    }
    (unit.bus.write.delays, unit.bus.read.delays) = ([0; 3], [0; 3]);
    unit.reset()?;
    Bus::rests(unit)?;
    equal!(unit.read(&regs::SCRATCH)?, 0, "SCRATCH after a reset");
    Ok(())
}

/// Channels in any order, answers taken late, reads and writes at once and back to back.
pub(super) fn handshakes(unit: &mut DrivenUnit<'_>) -> Found {
    let delays = [0, 1, 2, 3, 5, 9];
    let mut value = 1u32;
    for address in delays {
        for data in delays {
            for answer in delays {
                value = value.wrapping_mul(0x0101_0193).wrapping_add(7);
                (unit.bus.write.delays, unit.bus.read.delays) = ([address, data, answer], [address, 0, answer]);
                unit.write(&regs::SCRATCH, value)?;
                Bus::rests(unit)?;
                equal!(unit.read(&regs::SCRATCH)?, value, "SCRATCH");
                Bus::rests(unit)?;
            }
        }
    }
    for seed in 0u64..200 {
        let delay = |place: u64| (seed * 7 + place * 5) % (place + 3) * (seed % 3);
        unit.bus.write.delays = [delay(1), delay(2), delay(3)];
        unit.bus.read.delays = [delay(4), 0, delay(5)];
        unit.bus.write.ask(&[regs::SCRATCH.offset, seed as u32]);
        unit.bus.read.ask(&[if seed % 2 == 0 { regs::ID.offset } else { regs::WATCHDOG.offset }]);
        let (mut written, mut read) = (false, None);
        for _ in 0..60 {
            written |= unit.bus.write.look(&mut unit.dut)?.is_some_and(|(okay, _)| okay);
            read = read.or(unit.bus.read.look(&mut unit.dut)?);
            unit.step()?;
        }
        holds!(written, "a write beside a read is not answered");
        equal!(read, Some((true, if seed % 2 == 0 { ID_VALUE } else { 0 })), "a read beside a write");
    }
    (unit.bus.write.delays, unit.bus.read.delays) = ([0; 3], [0; 3]);
    for value in 0..20 {
        unit.write(&regs::SCRATCH, value)?;
        equal!(unit.read(&regs::SCRATCH)?, value, "back to back");
    }
    Ok(())
}

/// Cycles from a request to its answer, and from a start to the first beat.
pub(super) fn timing(unit: &mut DrivenUnit<'_>) -> Found {
    /// A write answers two cycles after its request was made, a read four.
    const WRITE: u64 = 2;
    const READ: u64 = 4;
    for _ in 0..3 {
        let write = unit.access(regs::SCRATCH.offset, Some((1, 0xF)))?;
        equal!(write.cycles, WRITE, "cycles of a write");
        let read = unit.access(regs::SCRATCH.offset, None)?;
        equal!((read.cycles, read.data), (READ, 1), "cycles and value of a read");
    }
    Bus::rests(unit)?;
    for channel in unit.bus.write.port.requests().iter().chain(unit.bus.read.port.requests()) {
        holds!(unit.dut.peek(channel.ready)? == 1, "a channel at rest is not ready");
    }
    // The unit has room for a request of each kind while an answer waits.
    (unit.bus.write.delays, unit.bus.read.delays) = ([0, 0, 20], [0, 0, 20]);
    unit.bus.write.ask(&[regs::SCRATCH.offset, 2]);
    unit.bus.read.ask(&[regs::SCRATCH.offset]);
    for _ in 0..30 {
        unit.bus.look(&mut unit.dut)?;
        unit.step()?;
    }
    (unit.bus.write.delays, unit.bus.read.delays) = ([0; 3], [0; 3]);
    equal!(unit.read(&regs::SCRATCH)?, 2, "SCRATCH");
    Ok(())
}
