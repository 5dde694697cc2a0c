//! The simulated memory beside LiteDRAM's own controller, which `make dram-check` generates and this test simulates.

use std::fs;
use std::path::{Path, PathBuf};

use trine_hdl::{Direction, Port, SourceFile, Verilog};
use trine_sim::{BuildOptions, DramTiming, Dut, MemoryOptions, Stalls, Timing};

use crate::common::record;
use crate::dram::DDR3;
use crate::memory::Bench;

/// Bytes that each of them reads.
const BYTES: u64 = 1 << 20;

/// A case of `sim/litex/dram.py`.
struct Case {
    name: &'static str,
    timing: DramTiming,
    /// Words of a run, and from the start of a run to the next one; `None` is in order.
    runs: Option<(u64, u64)>,
    /// Difference that is allowed, in percent.
    within: f64,
}

/// The timings of the first two were fitted to them; the others hold them to what they were not fitted to.
fn cases() -> [Case; 6] {
    let case = |name, timing, runs, within| Case { name, timing, runs, within };
    let sdr = DramTiming::SDRAM;
    let faster = DramTiming { rcd: 2, rp: 2, ras: 5, rc: 6, rfc: 6, refi: 782, ..sdr };
    [
        case("sdr_50", sdr, None, 2.0),
        case("ddr3_48", DDR3, None, 2.0),
        case("sdr_100", faster, None, 2.0),
        case("ddr3_48_long_refresh", DramTiming { rfc: 64, ..DDR3 }, None, 2.0),
        case("sdr_50_runs", sdr, Some((64, 5 * 1024)), 2.0),
        case("ddr3_48_runs", DDR3, Some((16, 3 * 128)), 2.0),
    ]
}

/// The design of a case, read back.
fn controller(folder: &Path, name: &str) -> Dut {
    let port = |(name, direction, width): (&str, _, _)| Port { name: name.into(), direction, width, signed: false };
    use Direction::{Input, Output};
    let file = format!("{name}.v");
    let verilog = Verilog {
        top: name.into(),
        clock: "sys_clk".into(),
        files: vec![SourceFile { text: fs::read_to_string(folder.join(&file)).unwrap(), name: file }],
        cells: vec![],
        ports: [
            ("sys_clk", Input, 1),
            ("sys_rst", Input, 1),
            ("go", Input, 1),
            ("words", Input, 32),
            ("beats", Output, 32),
            ("cycles", Output, 32),
        ]
        .map(port)
        .into(),
    };
    Dut::new(&trine_sim::build(&verilog, &BuildOptions::default()).unwrap()).unwrap()
}

/// Cycles that LiteDRAM takes to read `words` words.
fn measured(folder: &Path, name: &str, words: u64) -> u64 {
    let mut dut = controller(folder, name);
    dut.poke("words", words).unwrap();
    dut.poke("sys_rst", true).unwrap();
    (0..16).for_each(|_| dut.tick().unwrap());
    dut.poke("sys_rst", false).unwrap();
    (0..2000).for_each(|_| dut.tick().unwrap());
    dut.poke("go", true).unwrap();
    for _ in 0..40 * words {
        dut.tick().unwrap();
        if dut.peek("beats").unwrap() == words {
            return dut.peek("cycles").unwrap();
        }
    }
    panic!("{name}: LiteDRAM is stuck at {} of {words} words", dut.peek("beats").unwrap());
}

/// Cycles in which the model reads the same.
fn modelled(case: &Case, bits: u64, words: u64) -> u64 {
    let bus = bits / 8;
    let burst = (4096 / bus).min(256);
    let bursts: Vec<_> = match case.runs {
        None => (0..words / burst).map(|index| (index * burst * bus, burst)).collect(),
        Some((run, step)) => (0..words / run).map(|index| (index * step * bus, run)).collect(),
    };
    let mut bench =
        Bench::new(bits as usize, &MemoryOptions { timing: Timing::Dram(case.timing), ..MemoryOptions::new(1 << 30) });
    let start = bench.dut.cycles();
    bench.read(&bursts, Stalls::NONE).unwrap().last().unwrap().cycle - start
}

#[test]
#[ignore = "needs LiteDRAM: run `make dram-check`"]
fn the_model_reads_as_fast_as_litedram() {
    let folder = PathBuf::from(std::env::var_os("TRINE_LITEDRAM").expect("the folder that sim/litex/dram.py filled"));
    let list = fs::read_to_string(folder.join("cases.txt")).unwrap();
    let generated: Vec<(&str, u64)> = list
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, bits)| (name, bits.parse().unwrap()))
        .collect();
    let cases = cases();
    assert!(generated.iter().map(|case| case.0).eq(cases.iter().map(|case| case.name)), "{generated:?}");
    let (mut wrong, mut rows) = (vec![], vec![]);
    for (case, (name, bits)) in cases.iter().zip(generated) {
        let words = BYTES * 8 / bits;
        let (litedram, model) = (measured(&folder, name, words), modelled(case, bits, words));
        let peak = case.timing.bytes_per_unit_cycle();
        let [measured, modelled] = [litedram, model].map(|cycles| BYTES as f64 / cycles as f64);
        let off = 100.0 * (modelled / measured - 1.0);
        println!(
            "{name}: LiteDRAM {measured:.3} bytes a cycle ({:.1} % of the peak), model {modelled:.3} ({:.1} %): {off:+.2} %",
            100.0 * measured / peak,
            100.0 * modelled / peak
        );
        rows.push(format!(
            r#"{{"name": "{name}", "peak": {peak}, "litedram": {measured:.4}, "model": {modelled:.4}}}"#
        ));
        if off.abs() > case.within {
            wrong.push(format!("{name}: {off:+.2} %, and {} % are allowed", case.within));
        }
    }
    record("controllers.json", &format!("[{}]", rows.join(",\n")));
    assert!(wrong.is_empty(), "{wrong:#?}");
}
