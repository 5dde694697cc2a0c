//! Masters that write to a simulated memory: contents, strobes, answers and rules.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use trine_sim::{
    DramTiming, Dut, Error, Fault, FaultKind, Limits, MemoryOptions, MemoryPort, Sink, Source, Stalls, Timing,
};

/// A master of wires with a bus of 32 bits: streams `a`, `w` and `b` are the channels to write, `s` and `m` those to read.
const WRITER: &str = "module writer(
    input clk,
    input aresetn,
    input [63:0] a_tdata,
    input a_tvalid,
    output a_tready,
    input [39:0] w_tdata,
    input w_tvalid,
    output w_tready,
    output [7:0] b_tdata,
    output b_tvalid,
    input b_tready,
    input [63:0] s_tdata,
    input s_tvalid,
    output s_tready,
    output [31:0] m_tdata,
    output m_tvalid,
    input m_tready,
    output [37:0] m_axi_awaddr,
    output [7:0] m_axi_awlen,
    output [2:0] m_axi_awsize,
    output [1:0] m_axi_awburst,
    output m_axi_awvalid,
    input m_axi_awready,
    output [31:0] m_axi_wdata,
    output [3:0] m_axi_wstrb,
    output m_axi_wlast,
    output m_axi_wvalid,
    input m_axi_wready,
    input [1:0] m_axi_bresp,
    input m_axi_bvalid,
    output m_axi_bready,
    output [37:0] m_axi_araddr,
    output [7:0] m_axi_arlen,
    output [2:0] m_axi_arsize,
    output [1:0] m_axi_arburst,
    output m_axi_arvalid,
    input m_axi_arready,
    input [31:0] m_axi_rdata,
    input [1:0] m_axi_rresp,
    input m_axi_rlast,
    input m_axi_rvalid,
    output m_axi_rready
);
    assign {m_axi_awburst, m_axi_awsize, m_axi_awlen, m_axi_awaddr, m_axi_awvalid} = {a_tdata[50:0], a_tvalid};
    assign {m_axi_wlast, m_axi_wstrb, m_axi_wdata, m_axi_wvalid} = {w_tdata[36:0], w_tvalid};
    assign {b_tdata, b_tvalid, m_axi_bready} = {6'b0, m_axi_bresp, m_axi_bvalid, b_tready};
    assign {a_tready, w_tready} = {m_axi_awready, m_axi_wready};
    assign {m_axi_arburst, m_axi_arsize, m_axi_arlen, m_axi_araddr, m_axi_arvalid} = {s_tdata[50:0], s_tvalid};
    assign {m_tdata, m_tvalid, m_axi_rready, s_tready} = {m_axi_rdata, m_axi_rvalid, m_tready, m_axi_arready};
endmodule
";

const BUS: u64 = 4;

/// The address channel's payload.
fn ask(at: u64, beats: u64) -> u64 {
    1 << 49 | 2 << 46 | (beats - 1) << 38 | at
}

/// The data channel's payload.
fn beat(data: u32, strobes: u8, last: bool) -> [u8; 5] {
    let [a, b, c, d] = data.to_le_bytes();
    [a, b, c, d, u8::from(last) << 4 | strobes]
}

fn writer(options: &MemoryOptions) -> (Dut, MemoryPort) {
    let mut dut = crate::common::dut("clk", WRITER);
    let port = dut.attach_memory("m_axi", options).unwrap();
    dut.tick().unwrap();
    dut.poke("aresetn", true).unwrap();
    dut.tick().unwrap();
    (dut, port)
}

/// Writes bursts; returns their responses, and the cycle of the last one.
fn write(dut: &mut Dut, asked: &[u64], beats: &[[u8; 5]], stalls: Stalls) -> Result<(Vec<u8>, u64), Error> {
    let mut addresses = Source::axi(dut, "a", stalls.for_stream(6))?;
    let mut data = Source::axi(dut, "w", stalls.for_stream(7))?;
    let mut sink = Sink::axi(dut, "b", stalls.for_stream(8))?;
    let (asked, beats): (Vec<u8>, Vec<u8>) = (asked.iter().flat_map(|ask| ask.to_le_bytes()).collect(), beats.concat());
    let mut answers = vec![0; asked.len() / 8];
    let limits = Limits { idle: 3000, ..Limits::default() };
    let mut plays = [addresses.play(&asked), data.play(&beats)];
    trine_sim::exchange(dut, &mut plays, &mut [sink.collect(&mut answers)], limits)?;
    Ok((answers, *sink.cycles().last().unwrap()))
}

#[test]
fn random_bursts_with_strobes_arrive_under_stalls() {
    const BYTES: u64 = 2 * 4096 + 64;
    let dram = DramTiming { unit_hz: 70_000_000, row_bytes: 256, ..DramTiming::SDRAM };
    for seed in 0..12 {
        let mut random = StdRng::seed_from_u64(seed);
        let stalls = Stalls::new([0.0, 0.3, 0.7][seed as usize % 3], seed).unwrap();
        let timing = if seed % 2 == 0 { Timing::Ideal { latency: 1 + seed } } else { Timing::Dram(dram) };
        let (mut dut, port) = writer(&MemoryOptions { timing, stalls, ..MemoryOptions::new(BYTES) });
        let mut expected = vec![0; BYTES as usize];
        let (mut asked, mut beats) = (vec![], vec![]);
        for _ in 0..30 {
            let at = random.random_range(0..BYTES / BUS) * BUS;
            let count = random.random_range(1..=((4096 - at % 4096) / BUS).min((BYTES - at) / BUS).min(256));
            asked.push(ask(at, count));
            for index in 0..count {
                let (data, strobes): (u32, u8) = (random.random(), random.random_range(0..16));
                beats.push(beat(data, strobes, index + 1 == count));
                for byte in (0..4).filter(|byte| strobes >> byte & 1 == 1) {
                    expected[(at + index * BUS) as usize + byte] = data.to_le_bytes()[byte];
                }
            }
        }
        assert_eq!(write(&mut dut, &asked, &beats, stalls).unwrap().0, [0; 30], "seed {seed}");
        let mut contents = vec![0; BYTES as usize];
        dut.memory_read(port, 0, &mut contents).unwrap();
        assert!(contents == expected, "seed {seed}");
        let counts = dut.memory_statistics(port).unwrap();
        assert_eq!((counts.write_bursts, counts.write_beats, counts.beats), (30, beats.len() as u64, 0));
    }
}

#[test]
fn an_answer_means_that_reads_see_the_data() {
    let (mut dut, port) = writer(&MemoryOptions { timing: Timing::Ideal { latency: 9 }, ..MemoryOptions::new(4096) });
    let start = dut.cycles();
    let beats = [1, 2, 3].map(|value| beat(value, 15, value == 3));
    let (answers, cycle) = write(&mut dut, &[ask(64, 3)], &beats, Stalls::NONE).unwrap();
    // The address in the first cycle, a beat in each of the next three, and the answer 9 cycles after the last of them.
    assert_eq!((answers, cycle - start), (vec![0], 3 + 9));
    let mut source = Source::axi(&dut, "s", Stalls::NONE).unwrap();
    let mut sink = Sink::axi(&dut, "m", Stalls::NONE).unwrap();
    let mut read = [0; 12];
    let asked = ask(64, 3).to_le_bytes();
    trine_sim::exchange(&mut dut, &mut [source.play(&asked)], &mut [sink.collect(&mut read)], Limits::default())
        .unwrap();
    assert_eq!(read, [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]);
    let counts = dut.memory_statistics(port).unwrap();
    assert_eq!((counts.bursts, counts.beats, counts.write_bursts, counts.write_beats), (1, 3, 1, 3));
}

#[test]
fn faults_answer_writes_and_keep_them_out() {
    let fault = |range, kind| Fault { range, kind };
    let faults = vec![fault(8..12, FaultKind::SlaveError), fault(0x800..0x804, FaultKind::Silent)];
    let (mut dut, port) = writer(&MemoryOptions { faults, ..MemoryOptions::new(4096) });
    let beats = [(7, false), (8, false), (9, true), (5, true)].map(|(value, last)| beat(value, 15, last));
    let answers = write(&mut dut, &[ask(4, 3), ask(0, 1)], &beats, Stalls::NONE).unwrap().0;
    assert_eq!(answers, [2, 0]);
    let mut words = [1; 16];
    dut.memory_read(port, 0, &mut words).unwrap();
    assert_eq!(words, [5, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0]);
    let silent = write(&mut dut, &[ask(0x800, 1)], &[beat(1, 15, true)], Stalls::NONE).unwrap_err();
    assert!(matches!(&silent, Error::Idle { progress, .. } if progress.ends_with("b 0 of 1 beats")), "{silent}");
}

#[test]
fn the_rules_of_writing_are_checked() {
    let broken = |asked: u64, beats: &[[u8; 5]]| {
        let (mut dut, _) = writer(&MemoryOptions::new(4096));
        write(&mut dut, &[asked], beats, Stalls::NONE).unwrap_err().to_string()
    };
    let data = |last| beat(1, 15, last);
    assert_eq!(
        broken(ask(8, 2), &[data(true), data(true)]),
        "writer: m_axi, cycle 3, address 0x8: wlast comes before the last beat"
    );
    assert_eq!(
        broken(ask(8, 2), &[data(false), data(false)]),
        "writer: m_axi, cycle 4, address 0xc: wlast is missing at the last beat"
    );
    assert_eq!(
        broken(ask(0x1000, 1), &[data(true)]),
        "writer: m_axi, cycle 2, address 0x1000: the burst ends beyond the memory"
    );
    // A beat waits until its address is there, and holds meanwhile.
    for (valid, data, says) in [
        (false, 1_u64, "wvalid was dropped before wready"),
        (true, 2, "the data, strobes or last of a beat changed while they waited"),
    ] {
        let (mut dut, _) = writer(&MemoryOptions::new(4096));
        let mut offer = |valid, data| {
            dut.poke("w_tvalid", valid).unwrap();
            dut.poke("w_tdata", data).unwrap();
            dut.tick()
        };
        offer(true, 1).unwrap();
        assert_eq!(offer(valid, data).unwrap_err().to_string(), format!("writer: m_axi, cycle 3, address 0x0: {says}"));
    }
}
