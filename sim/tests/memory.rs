//! Memories behind read masters: contents, latency, rules, faults and reset.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use trine_sim::{Dut, Error, Fault, FaultKind, Limits, MemoryOptions, MemoryPort, Sink, Source, Stalls, Timing};

/// A master of wires: stream `s` is the address channel and stream `m` the data channel.
pub fn reader(bits: usize) -> String {
    format!(
        "module reader(
    input clk,
    input aresetn,
    input [63:0] s_tdata,
    input s_tvalid,
    output s_tready,
    output [{answer}:0] m_tdata,
    output m_tlast,
    output m_tvalid,
    input m_tready,
    output [37:0] m_axi_araddr,
    output [7:0] m_axi_arlen,
    output [2:0] m_axi_arsize,
    output [1:0] m_axi_arburst,
    output [2:0] m_axi_arprot,
    output [3:0] m_axi_arcache,
    output m_axi_arvalid,
    input m_axi_arready,
    input [{data}:0] m_axi_rdata,
    input [1:0] m_axi_rresp,
    input m_axi_rlast,
    input m_axi_rvalid,
    output m_axi_rready
);
    assign {{m_axi_arcache, m_axi_arprot, m_axi_arburst, m_axi_arsize, m_axi_arlen, m_axi_araddr}} = s_tdata[57:0];
    assign {{m_axi_arvalid, s_tready, m_axi_rready}} = {{s_tvalid, m_axi_arready, m_tready}};
    assign {{m_tdata, m_tlast, m_tvalid}} = {{6'b0, m_axi_rresp, m_axi_rdata, m_axi_rlast, m_axi_rvalid}};
endmodule
",
        answer = bits + 7,
        data = bits - 1
    )
}

/// The address channel's payload for a burst on a bus of `bits`.
fn ask(bits: usize, at: u64, beats: u64) -> u64 {
    let size = (bits / 8).trailing_zeros();
    1 << 49 | u64::from(size) << 46 | (beats - 1) << 38 | at
}

/// A beat of the data channel.
#[derive(Debug)]
pub struct Answer {
    pub cycle: u64,
    response: u8,
    last: bool,
    data: Vec<u8>,
}

pub struct Bench {
    pub dut: Dut,
    pub port: MemoryPort,
    bits: usize,
}

impl Bench {
    pub fn new(bits: usize, options: &MemoryOptions) -> Self {
        let mut dut = crate::common::dut("clk", &reader(bits));
        let port = dut.attach_memory("m_axi", options).unwrap();
        let mut bench = Self { dut, port, bits };
        bench.reset();
        bench
    }

    pub fn reset(&mut self) {
        for (level, cycles) in [(false, 16), (true, 1)] {
            self.dut.poke("aresetn", level).unwrap();
            (0..cycles).for_each(|_| self.dut.tick().unwrap());
        }
    }

    /// Reads bursts of address and beats; returns each beat.
    pub fn read(&mut self, bursts: &[(u64, u64)], stalls: Stalls) -> Result<Vec<Answer>, Error> {
        let Self { dut, bits, .. } = self;
        let mut source = Source::axi(dut, "s", stalls.for_stream(3))?;
        let mut sink = Sink::axi(dut, "m", stalls.for_stream(4))?;
        let asked: Vec<u8> = bursts.iter().flat_map(|(at, beats)| ask(*bits, *at, *beats).to_le_bytes()).collect();
        let beat = sink.beat_bytes();
        let mut answers = vec![0; bursts.iter().map(|burst| burst.1 as usize).sum::<usize>() * beat];
        let limits = Limits { idle: 5000, ..Limits::default() };
        trine_sim::exchange(dut, &mut [source.play(&asked)], &mut [sink.collect(&mut answers)], limits)?;
        let beats = answers.chunks(beat).enumerate().map(|(index, answer)| {
            let (data, response) = answer.split_at(beat - 1);
            Answer {
                cycle: sink.cycles()[index],
                response: response[0],
                last: sink.is_last(index),
                data: data.to_vec(),
            }
        });
        Ok(beats.collect())
    }
}

/// Bytes that differ from their neighbours, and from those a row away.
fn contents(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| (at * 7 + at / 251 + at / 4096 * 13) as u8).collect()
}

/// Bursts that master and memory allow.
fn random_bursts(random: &mut StdRng, bus: u64, bytes: u64, count: usize) -> Vec<(u64, u64)> {
    let burst = |_| {
        let at = random.random_range(0..bytes / bus) * bus;
        let most = ((4096 - at % 4096) / bus).min((bytes - at) / bus).min(256);
        (at, random.random_range(1..=most))
    };
    (0..count).map(burst).collect()
}

/// Checks random bursts under pauses of everybody.
pub fn check_contents(bits: usize, timing: &Timing, seed: u64) {
    const BYTES: usize = 3 * 4096 + 128;
    let mut random = StdRng::seed_from_u64(seed);
    let stalls = Stalls::new([0.0, 0.3, 0.8][seed as usize % 3], seed).unwrap();
    let options = MemoryOptions { timing: timing.clone(), stalls, ..MemoryOptions::new(BYTES as u64) };
    let mut bench = Bench::new(bits, &options);
    let stored = contents(BYTES);
    bench.dut.memory_write(bench.port, 0, &stored).unwrap();
    let bus = bits as u64 / 8;
    let bursts = random_bursts(&mut random, bus, BYTES as u64, 30);
    let answers = bench.read(&bursts, stalls).unwrap();
    let expected = bursts.iter().flat_map(|(at, beats)| (0..*beats).map(move |i| (at + i * bus, i + 1 == *beats)));
    for (Answer { cycle, response, last, data }, (at, ends)) in answers.iter().zip(expected) {
        let place = format!("{bits} bits, seed {seed}, cycle {cycle}, address {at:#x}");
        assert_eq!((*response, *last), (0, ends), "{place}");
        assert_eq!(data, &stored[at as usize..][..bus as usize], "{place}");
    }
    let statistics = bench.dut.memory_statistics(bench.port).unwrap();
    assert_eq!((statistics.bursts, statistics.beats), (30, answers.len() as u64));
}

#[test]
fn random_bursts_under_stalls_bring_the_contents_back() {
    for (bits, seed) in [(8, 1), (16, 2), (32, 3), (64, 4), (128, 5), (512, 6), (1024, 7)] {
        for seed in [seed, seed + 7, seed + 14] {
            check_contents(bits, &Timing::Ideal { latency: 1 + seed % 9 }, seed);
        }
    }
}

#[test]
fn the_ideal_latency_is_exact() {
    for latency in [1, 2, 30] {
        let mut bench =
            Bench::new(64, &MemoryOptions { timing: Timing::Ideal { latency }, ..MemoryOptions::new(8192) });
        let start = bench.dut.cycles();
        // Three bursts are taken in successive cycles, and their beats follow one another.
        let answers = bench.read(&[(0, 4), (64, 1), (4096, 2)], Stalls::NONE).unwrap();
        let cycles: Vec<u64> = answers.iter().map(|answer| answer.cycle - start).collect();
        assert_eq!(cycles, (latency..latency + 7).collect::<Vec<_>>(), "latency {latency}");
        let counts = bench.dut.memory_statistics(bench.port).unwrap();
        assert_eq!((counts.bursts, counts.beats), (3, 7));
        // Outstanding from the cycle behind the first address to the one in which the last beat moves.
        assert_eq!(counts.busy, latency + 6);
    }
}

#[test]
fn contents_are_written_and_read_from_outside() {
    let mut bench = Bench::new(32, &MemoryOptions::new(1 << 33));
    let at = (1 << 33) - 4;
    bench.dut.memory_write(bench.port, at, &[1, 2, 3, 4]).unwrap();
    assert_eq!(bench.read(&[(at, 1)], Stalls::NONE).unwrap()[0].data, [1, 2, 3, 4], "pages that nobody uses are free");
    let mut back = [9; 6];
    bench.dut.memory_read(bench.port, at - 2, &mut back).unwrap();
    assert_eq!(back, [0, 0, 1, 2, 3, 4]);
    let outside = bench.dut.memory_write(bench.port, at, &[0; 5]).unwrap_err().to_string();
    assert_eq!(outside, "memory behind m_axi: 5 bytes from 0x1fffffffc on are outside its 8589934592 bytes");
    assert!(bench.dut.memory_read(bench.port, u64::MAX, &mut back).is_err());
}

/// Drives the address channel by hand; returns the failure that some cycle ends with.
fn broken(offers: &[Option<u64>], ready: bool) -> String {
    // A memory that nearly always pauses keeps addresses waiting.
    let stalls = Stalls::new(if ready { 0.0 } else { 0.999_999 }, 1).unwrap();
    let mut bench = Bench::new(64, &MemoryOptions { stalls, ..MemoryOptions::new(8192) });
    assert_eq!(bench.dut.peek("s_tready").unwrap(), u64::from(ready));
    let tick = |offer: &Option<u64>| {
        bench.dut.poke("s_tvalid", offer.is_some()).unwrap();
        bench.dut.poke("s_tdata", offer.unwrap_or(0)).unwrap();
        bench.dut.tick()
    };
    let result = offers.iter().map(tick).find_map(Result::err);
    assert!(bench.dut.tick().is_err(), "a failed design stays failed");
    result.expect("a rule is broken").to_string()
}

#[test]
fn each_rule_of_the_master_is_checked() {
    let good = ask(64, 0x40, 4);
    let field = |at: u32, bits: u32, value: u64| good & !(((1 << bits) - 1) << at) | value << at;
    for (offer, rule) in [
        (field(49, 2, 0), "address 0x40: the burst type is not INCR"),
        (field(49, 2, 2), "address 0x40: the burst type is not INCR"),
        (field(46, 3, 2), "address 0x40: the size of a beat is not the width of the bus"),
        (ask(64, 0x44, 1), "address 0x44: the address is not aligned to the width of the bus"),
        (ask(64, 0xff8, 2), "address 0xff8: the burst crosses a boundary of 4 KiB"),
        (ask(64, 0x2000, 1), "address 0x2000: the burst ends beyond the memory"),
    ] {
        // Found when it is offered, whether or not it is taken.
        for ready in [false, true] {
            assert_eq!(broken(&[None, Some(offer)], ready), format!("reader: m_axi, cycle 18, {rule}"));
        }
    }
    let dropped = broken(&[Some(good), Some(good), None], false);
    assert_eq!(dropped, "reader: m_axi, cycle 19, address 0x0: valid of the address was dropped before ready");
    for (at, what) in [(0, "address"), (38, "length"), (53, "protection"), (57, "cache attribute")] {
        let changed = broken(&[Some(good), Some(good ^ 1 << at)], false);
        assert!(changed.ends_with(": the address or its attributes changed while they waited"), "{what}: {changed}");
    }
}

#[test]
fn an_address_in_reset_is_found() {
    let mut bench = Bench::new(64, &MemoryOptions::new(4096));
    bench.dut.poke("aresetn", false).unwrap();
    bench.dut.poke("s_tdata", ask(64, 0, 1)).unwrap();
    bench.dut.poke("s_tvalid", true).unwrap();
    let failure = (0..16).find_map(|_| bench.dut.tick().err()).unwrap().to_string();
    assert_eq!(failure, "reader: m_axi, cycle 32, address 0x0: an address is valid in reset");
}

#[test]
fn a_broken_rule_ends_an_exchange() {
    let mut bench = Bench::new(64, &MemoryOptions::new(8192));
    let failure = bench.read(&[(0, 4), (0xfc0, 9)], Stalls::NONE).unwrap_err().to_string();
    assert_eq!(failure, "reader: m_axi, cycle 18, address 0xfc0: the burst crosses a boundary of 4 KiB");
}

#[test]
fn ranges_answer_with_errors_or_not_at_all() {
    let fault = |range, kind| Fault { range, kind };
    let faults = vec![
        fault(0x104..0x105, FaultKind::SlaveError),
        fault(0x110..0x120, FaultKind::DecodeError),
        fault(0x800..0x900, FaultKind::Silent),
    ];
    let mut bench = Bench::new(64, &MemoryOptions { faults, ..MemoryOptions::new(4096) });
    bench.dut.memory_write(bench.port, 0, &contents(4096)).unwrap();
    let answers = bench.read(&[(0xf8, 6)], Stalls::NONE).unwrap();
    assert_eq!(answers.iter().map(|answer| answer.response).collect::<Vec<_>>(), [0, 2, 0, 3, 3, 0]);
    assert_eq!(answers[1].data, [0xa5; 8], "an error brings no data");
    assert_eq!(answers[2].data, contents(4096)[0x108..0x110]);

    let silent = bench.read(&[(0, 2), (0x7f8, 2), (0, 1)], Stalls::NONE).unwrap_err();
    assert!(matches!(&silent, Error::Idle { progress, .. } if progress.ends_with("m 2 of 5 beats")), "{silent}");
    // Reset drops what is outstanding, and contents stay.
    bench.reset();
    assert_eq!(bench.read(&[(8, 1)], Stalls::NONE).unwrap()[0].data, contents(4096)[8..16]);
}

#[test]
fn what_is_not_valid_is_garbage() {
    let mut bench = Bench::new(64, &MemoryOptions::new(4096));
    let seen = |dut: &mut Dut| ["m_axi_rdata", "m_axi_rresp", "m_axi_rlast"].map(|port| dut.peek(port).unwrap());
    assert_eq!(seen(&mut bench.dut), [0xa5a5_a5a5_a5a5_a5a5, 2, 1]);
    bench.read(&[(0, 2)], Stalls::NONE).unwrap();
    assert_eq!(seen(&mut bench.dut), [0xa5a5_a5a5_a5a5_a5a5, 2, 1]);
}

#[test]
fn two_masters_share_a_memory() {
    // Two masters of wires in one design, with the second one's ports numbered.
    let one = reader(64).replace("module reader", "module one");
    let pair = reader(64).replace("module reader", "module pair");
    let ports = pair.split("    assign").next().unwrap().replace(");\n", "");
    let second = ports.split("input aresetn,\n").nth(1).unwrap().replace(" s_", " t_").replace(" m_", " n_");
    let names: Vec<&str> =
        ports.lines().filter_map(|line| line.trim().trim_end_matches(',').rsplit(' ').next()).skip(1).collect();
    let pins = |first: &str, other: [&str; 2]| {
        let pin = |name: &&str| {
            let to = name.strip_prefix("s_").map(|rest| format!("{}_{rest}", other[0]));
            let to = to.or_else(|| name.strip_prefix("m_").map(|rest| format!("{}_{rest}", other[1])));
            format!(".{name}({})", to.unwrap_or_else(|| (*name).to_owned()))
        };
        format!("    one {first}({});\n", names.iter().map(pin).collect::<Vec<_>>().join(", "))
    };
    let text = format!(
        "{},\n{}\n);\n{}{}endmodule\n{one}",
        ports.trim_end(),
        second.trim_end(),
        pins("a", ["s", "m"]),
        pins("b", ["t", "n"])
    );
    let mut dut = crate::common::dut("clk", &text);
    let stalls = Stalls::new(0.4, 5).unwrap();
    let first = dut.attach_memory("m_axi", &MemoryOptions { stalls, ..MemoryOptions::new(4096) }).unwrap();
    let taken = dut.attach_memory("m_axi", &MemoryOptions::new(4096)).unwrap_err().to_string();
    assert_eq!(taken, "memory behind m_axi: the port has a memory");
    let second = dut.share_memory("n_axi", first, Stalls::NONE).unwrap();
    dut.memory_write(second, 0, &contents(4096)).unwrap();
    dut.poke("aresetn", true).unwrap();
    let mut sources = ["s", "t"].map(|prefix| Source::axi(&dut, prefix, Stalls::NONE).unwrap());
    let mut sinks = ["m", "n"].map(|prefix| Sink::axi(&dut, prefix, Stalls::NONE).unwrap());
    let asked = [ask(64, 0, 200), ask(64, 0x800, 100)].map(u64::to_le_bytes);
    let mut answers = [vec![0; 200 * 9], vec![0; 100 * 9]];
    let mut plays: Vec<_> = sources.iter_mut().zip(&asked).map(|(source, asked)| source.play(asked)).collect();
    let mut collects: Vec<_> = sinks.iter_mut().zip(&mut answers).map(|(sink, room)| sink.collect(room)).collect();
    trine_sim::exchange(&mut dut, &mut plays, &mut collects, Limits::default()).unwrap();
    for (answers, at) in answers.iter().zip([0, 0x800]) {
        let data: Vec<u8> = answers.chunks(9).flat_map(|beat| beat[..8].to_vec()).collect();
        assert_eq!(data, contents(4096)[at..][..data.len()]);
    }
    let beats = [first, second].map(|port| dut.memory_statistics(port).unwrap().beats);
    assert_eq!(beats, [200, 100]);
}

#[test]
fn options_and_ports_that_do_not_fit_are_errors() {
    let mut dut = crate::common::dut("clk", &reader(64));
    let mut refused =
        |prefix: &str, options: &MemoryOptions| dut.attach_memory(prefix, options).unwrap_err().to_string();
    let no_latency = MemoryOptions { timing: Timing::Ideal { latency: 0 }, ..MemoryOptions::new(4096) };
    assert_eq!(refused("m_axi", &no_latency), "memory behind m_axi: a latency of 0 cycles is none");
    assert_eq!(refused("m_axi", &MemoryOptions::new(0)), "memory behind m_axi: 0 bytes are no size of a memory");
    assert_eq!(refused("x", &MemoryOptions::new(1)), "reader has no output port x_araddr");
    for (from, to, says) in [
        (
            "[63:0] m_axi_rdata",
            "[47:0] m_axi_rdata",
            "port m_axi_rdata is 48 bits wide: on an AXI4 port it is a power of two",
        ),
        (
            "[1:0] m_axi_rresp",
            "[2:0] m_axi_rresp",
            "port m_axi_rresp is 3 bits wide: on an AXI4 port it is 2 bits wide",
        ),
    ] {
        let mut dut = crate::common::dut("clk", &reader(64).replace(from, to));
        assert_eq!(dut.attach_memory("m_axi", &MemoryOptions::new(1)).unwrap_err().to_string(), says);
    }
}
