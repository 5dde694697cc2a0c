//! A testbench in plain Verilog for whoever integrates a unit and has no more than a simulator.
//!
//! ```text
//! jobs ──> vectors ──> trine_tb_jobs.hex   a row a job: shape, ends of the streams, pauses, how it has to end
//!                      trine_tb_act.hex    activation beats
//!                      trine_tb_wgt.hex    weight beats
//!                      trine_tb_sums.hex   what has to come out, token by token, output by output
//! ```
//! The beats are packed here and the results are found on their stream by the Verilog, so neither side can make up for a
//! mistake of the other. The sums come from the plain definition of the product.

mod jobs;
mod vectors;

use crate::emitted::SourceFile;
use trine_spec::Config;
use trine_spec::registers::{self as regs, CAPS0, CAPS1, CAPS2, ID, Register, constant};
use vectors::{ROW, Vectors};

/// Name of its module.
pub const TESTBENCH: &str = "trine_tb";

/// Line of the text that the settings take the place of.
const SETTINGS: &str = "  // settings\n";

/// A testbench and the files that it reads when it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Testbench {
    /// The module [`TESTBENCH`], in SystemVerilog as far as `$fatal` goes.
    pub module: SourceFile,
    /// Jobs, beats and sums, for `$readmemh` in the folder in which the simulation runs.
    pub vectors: Vec<SourceFile>,
}

impl Testbench {
    /// All files, the module first.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        std::iter::once(&self.module).chain(&self.vectors)
    }
}

/// Registers that the testbench uses, by the names that they have in it.
const REGISTERS: [Register; 19] = [
    regs::CTRL,
    regs::STATUS,
    regs::ERR_CODE,
    regs::IRQ_EN,
    regs::IRQ_STAT,
    regs::TOKENS,
    regs::DEPTH,
    regs::OUTPUTS,
    regs::JOB_TAG,
    regs::DONE_TAG,
    regs::PERF_CTRL,
    regs::CYCLES_LO,
    regs::ACTIVE_LO,
    regs::STALL_ACT_LO,
    regs::STALL_WGT_LO,
    regs::STALL_OUT_LO,
    regs::ACT_BEATS,
    regs::WGT_BEATS,
    regs::RES_BEATS,
];

/// Registers that say what the unit is.
const CONSTANTS: [Register; 5] = [ID, regs::VERSION, CAPS0, CAPS1, CAPS2];

/// Cycles of silence after which a unit hangs: many times what a healthy one takes for a tile.
fn patience(c: &Config) -> usize {
    20_000 + 8 * (c.max_tokens() + c.beats_per_tile())
}

/// The testbench of a unit of configuration `c`; `None` for one without streams of activations, weights and results to drive.
pub fn testbench(c: &Config) -> Option<Testbench> {
    if c.windows() || c.memory() {
        return None;
    }
    let vectors = Vectors::new(c, &jobs::jobs(c));
    let numbers = [
        ("LANES", c.lanes()),
        ("COLUMNS", c.columns()),
        ("ACT_BITS", c.act_bus()),
        ("WGT_BITS", c.weight_bus()),
        ("RES_BITS", c.res_bus()),
        ("BEATS", c.beats_per_tile()),
        ("PATIENCE", patience(c)),
        ("JOBS", vectors.jobs()),
        ("ROW", ROW),
        ("ACTS", vectors.activations.lines()),
        ("WGTS", vectors.weights.lines()),
        ("SUMS", vectors.sums()),
    ];
    let masks = [
        ("START", regs::CTRL_START.mask()),
        ("DONE", regs::STATUS_DONE.mask()),
        ("ERROR", regs::STATUS_ERROR.mask()),
        ("CLEAR", regs::PERF_CTRL_CLEAR.mask()),
        ("SNAPSHOT", regs::PERF_CTRL_SNAPSHOT.mask()),
    ];
    let mut settings: String =
        numbers.map(|(name, value)| format!("  localparam integer {name} = {value};\n")).concat();
    settings += &REGISTERS.map(|r| format!("  localparam [11:0] {} = 12'd{};\n", r.name, r.offset)).concat();
    settings += &masks.map(|(name, value)| format!("  localparam [31:0] {name} = 32'd{value};\n")).concat();
    for register in &CONSTANTS {
        let (name, value) = (register.name, constant(register, c));
        settings += &format!("  localparam [11:0] {name} = 12'd{};\n", register.offset);
        settings += &format!("  localparam [31:0] {name}_VALUE = 32'h{value:08x};\n");
    }
    let text = include_str!("testbench.v").replace(SETTINGS, &settings);
    Some(Testbench { module: SourceFile { name: format!("{TESTBENCH}.v"), text }, vectors: vectors.files() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_with_windows_has_none() {
        assert_eq!(testbench(&Config::preset("serial").unwrap()), None);
    }

    #[test]
    fn settings_take_the_place_of_the_marked_line_and_vectors_are_of_the_sizes_it_names() {
        for name in ["unit", "odd", "small", "standard", "wide"] {
            let bench = testbench(&Config::preset(name).unwrap()).unwrap();
            let text = &bench.module.text;
            assert!(!text.contains(SETTINGS));
            let number = |name: &str| -> usize {
                let (_, rest) = text.split_once(&format!("integer {name} = ")).unwrap();
                rest.split(';').next().unwrap().parse().unwrap()
            };
            let words: Vec<usize> = bench.vectors.iter().map(|f| f.text.split_whitespace().count()).collect();
            assert_eq!(words, [number("JOBS") * ROW, number("ACTS"), number("WGTS"), number("SUMS")], "{name}");
            let bytes: usize = bench.files().map(|file| file.text.len()).sum();
            assert!(bytes < 4 << 20, "{name}: {bytes} bytes");
        }
    }

    #[test]
    fn the_same_unit_gets_the_same_vectors() {
        let config = Config::preset("odd").unwrap();
        assert_eq!(testbench(&config), testbench(&config));
    }
}
