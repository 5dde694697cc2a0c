//! The timing of simulated DRAMs: rows, banks, refresh and clocks by hand, and the shares of the peak that LiteDRAM reaches.

use trine_sim::{DramTiming, MemoryOptions, Stalls, Timing};

use crate::memory::{Bench, check_contents};

/// Rows of four beats of 64 bits in two banks.
const TINY: DramTiming = DramTiming {
    controller_hz: 100,
    unit_hz: 100,
    access_bytes: 8,
    access_cycles: 1,
    row_bytes: 32,
    banks: 2,
    rcd: 3,
    rp: 2,
    ras: 6,
    rc: 8,
    rfc: 5,
    refi: 100_000,
    read_latency: 4,
    front: 1,
    refresh_entry: 2,
    lookahead: 4,
    outstanding: 16,
    banks_ahead: 1,
    one_command: 0,
};

/// DDR3 of 16 bits (MT41K64M16) at 192 MT/s behind LiteDRAM at 48 MHz.
pub const DDR3: DramTiming = DramTiming {
    controller_hz: 48_000_000,
    unit_hz: 48_000_000,
    access_bytes: 16,
    access_cycles: 2,
    row_bytes: 2048,
    banks: 8,
    rcd: 2,
    rp: 2,
    ras: 3,
    rc: 3,
    rfc: 7,
    refi: 375,
    read_latency: 14,
    front: 5,
    refresh_entry: 4,
    lookahead: 8,
    outstanding: 32,
    banks_ahead: 0,
    one_command: 0,
};

fn bench(bits: usize, timing: DramTiming) -> Bench {
    Bench::new(bits, &MemoryOptions { timing: Timing::Dram(timing), ..MemoryOptions::new(1 << 24) })
}

/// Cycles from the start of each read to its beats.
fn cycles(bench: &mut Bench, bursts: &[(u64, u64)]) -> Vec<u64> {
    let start = bench.dut.cycles();
    bench.read(bursts, Stalls::NONE).unwrap().iter().map(|answer| answer.cycle - start).collect()
}

#[test]
fn rows_that_are_open_closed_and_in_the_way_by_hand() {
    let mut bench = bench(64, TINY);
    // A cycle to the controller, one to the first command, and the data 4 after the column command: 6, and 3 to open a row.
    assert_eq!(cycles(&mut bench, &[(0, 2)]), [9, 10]);
    assert_eq!(cycles(&mut bench, &[(16, 2)]), [6, 7]);
    // Row 1 of the same bank: 2 more to close row 0, which was opened long ago.
    assert_eq!(cycles(&mut bench, &[(64, 1)]), [11]);
    let counts = bench.dut.memory_statistics(bench.port).unwrap();
    assert_eq!((counts.activates, counts.row_hits, counts.refreshes), (2, 3, 0));
    // Two rows of a bank in turn: closed and opened, and the other one no earlier than tRC of 8 after that.
    assert_eq!(cycles(&mut bench, &[(0, 1), (64, 1)]), [11, 11 + 8]);
}

#[test]
fn rows_of_the_next_bank_open_ahead_or_not() {
    // The window sees the fifth beat once the first column command made room, in cycle 6 of the controller; opened in cycle 7,
    // its column comes in cycle 10 instead of 9.
    assert_eq!(cycles(&mut bench(64, TINY), &[(0, 8)]), [9, 10, 11, 12, 14, 15, 16, 17]);
    // Ample room hides all of it.
    let wide = DramTiming { lookahead: 8, ..TINY };
    assert_eq!(cycles(&mut bench(64, wide), &[(0, 8)]), (9..17).collect::<Vec<_>>());
    // One bank at a time: a cycle to take the fifth beat, one to its first command, 3 to open the row.
    let one = DramTiming { banks_ahead: 0, ..wide };
    assert_eq!(cycles(&mut bench(64, one), &[(0, 8)])[3..5], [12, 12 + 5]);
}

#[test]
fn a_refresh_closes_all_rows_by_hand() {
    let timing = DramTiming { row_bytes: 4096, refi: 40, ..TINY };
    let mut bench = bench(64, timing);
    let times = cycles(&mut bench, &[(0, 256)]);
    let gaps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).filter(|gap| *gap > 1).collect();
    // 2 cycles of entry, 2 to close, 5 of refresh, 3 to open the row again; every 40 cycles, of which 28 are left.
    assert_eq!(gaps, [13; 9]);
    let counts = bench.dut.memory_statistics(bench.port).unwrap();
    assert_eq!(counts.activates + counts.row_hits, 256);
    assert_eq!(counts.refreshes, bench.dut.cycles() / 40);
}

#[test]
fn clocks_of_memory_and_unit_differ() {
    let rate = |timing| {
        let times = cycles(&mut bench(64, DramTiming { row_bytes: 4096, lookahead: 16, ..timing }), &[(0, 256)]);
        255.0 / (times[255] - times[0]) as f64
    };
    assert_eq!(rate(TINY), 1.0);
    assert_eq!(rate(DramTiming { controller_hz: 200, access_bytes: 4, ..TINY }), 1.0);
    assert_eq!(rate(DramTiming { controller_hz: 50, ..TINY }), 0.5);
    let third = rate(DramTiming { controller_hz: 66, unit_hz: 200, ..TINY });
    assert!((0.329..0.332).contains(&third), "{third}");
    assert_eq!(DramTiming { controller_hz: 66, unit_hz: 200, ..TINY }.bytes_per_unit_cycle(), 2.64);
}

#[test]
fn too_few_outstanding_accesses_limit_the_rate() {
    // 20 cycles of latency, one to the port's beat and one to the next access, for 4 accesses.
    let timing = DramTiming { row_bytes: 4096, read_latency: 20, front: 0, outstanding: 4, lookahead: 16, ..TINY };
    let times = cycles(&mut bench(64, timing), &[(0, 256)]);
    assert_eq!((times[252] - times[0]) / 63, 21, "{times:?}");
}

#[test]
fn random_bursts_under_stalls_bring_the_contents_back() {
    let small = DramTiming { row_bytes: 256, refi: 40, ..TINY };
    for (bits, seed) in [(8, 1), (64, 2), (64, 3), (128, 4), (512, 5)] {
        check_contents(bits, &Timing::Dram(small), seed);
        check_contents(bits, &Timing::Dram(DramTiming { banks_ahead: 0, one_command: 1, ..small }), seed);
        check_contents(bits, &Timing::Dram(DramTiming { access_bytes: 32, controller_hz: 33, ..small }), seed);
    }
}

#[test]
fn reset_drops_accesses_that_the_controller_has() {
    let mut bench = bench(64, DramTiming { rcd: 40, ..TINY });
    for _ in 0..5 {
        bench.dut.poke("s_tvalid", true).unwrap();
        bench.dut.poke("s_tdata", 1_u64 << 49 | 3 << 46 | 7 << 38).unwrap();
        bench.dut.tick().unwrap();
    }
    bench.dut.poke("s_tvalid", false).unwrap();
    bench.reset();
    assert_eq!(cycles(&mut bench, &[(0, 1)]).len(), 1);
    assert_eq!(bench.dut.memory_statistics(bench.port).unwrap().beats, 1);
}

/// Share of the peak, in percent, of reading `bytes` in order.
fn share(bits: usize, timing: DramTiming, bytes: u64) -> f64 {
    let bus = bits as u64 / 8;
    let burst = (256 * bus).min(4096);
    let bursts: Vec<_> = (0..bytes / burst).map(|index| (index * burst, burst / bus)).collect();
    let last = *cycles(&mut bench(bits, timing), &bursts).last().unwrap();
    100.0 * bytes as f64 / (last as f64 * timing.bytes_per_unit_cycle())
}

/// The figures of `make dram-check`, which has LiteDRAM's own controller beside the model.
#[test]
fn sequential_reads_reach_the_share_of_the_peak_that_litedram_reaches() {
    for (bits, timing, measured) in [(16, DramTiming::SDRAM, 97.0), (128, DDR3, 93.9)] {
        let share = share(bits, timing, 1 << 20);
        assert!((share - measured).abs() < 0.5, "{bits} bits: {share:.2} %");
    }
    // Without refresh, what changing the row costs is left.
    let never = u32::MAX;
    for (bits, timing, measured) in [(16, DramTiming::SDRAM, 99.4), (128, DDR3, 97.0)] {
        let share = share(bits, DramTiming { refi: never, ..timing }, 1 << 20);
        assert!((share - measured).abs() < 0.1, "{bits} bits without refresh: {share:.2} %");
    }
}

#[test]
fn impossible_timings_are_refused_by_name() {
    let mut dut = crate::common::dut("clk", &crate::memory::reader(64));
    let mut refused = |timing: DramTiming| {
        let options = MemoryOptions { timing: Timing::Dram(timing), ..MemoryOptions::new(4096) };
        dut.attach_memory("m_axi", &options).unwrap_err().to_string()
    };
    for (timing, says) in [
        (DramTiming { unit_hz: 0, ..TINY }, "unit_hz is 0"),
        (DramTiming { banks: 0, ..TINY }, "banks is 0"),
        (DramTiming { access_bytes: 24, ..TINY }, "access_bytes is 24 and no power of two"),
        (DramTiming { banks_ahead: 2, ..TINY }, "banks_ahead is 2 and neither 0 nor 1"),
        (DramTiming { access_bytes: 64, ..TINY }, "access_bytes is 64 and row_bytes only 32"),
        (DramTiming { refi: 15, ..TINY }, "refi is 15 cycles, which refreshes of 15 fill"),
        (DramTiming { access_bytes: 2, outstanding: 3, ..TINY }, "outstanding is 3, and a beat takes 4 accesses"),
    ] {
        assert_eq!(refused(timing), format!("memory behind m_axi: {says}"));
    }
}
