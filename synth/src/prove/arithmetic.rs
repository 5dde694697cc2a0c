//! The datapath computes exactly `Σ x * w`: claims from the weight byte to the accumulator.
//!
//! ```text
//!  byte ─ trit_decoder ─> codes ─┐
//!                                ├─ column: w * x ─ tree ─> sum + owed ─ accumulators ─> Σ over chunks
//!  activations ──────────────────┘
//! ```
//! A whole tree against a sum is out of reach of a SAT solver at 64 lanes. [`column()`] therefore gives every node of the
//! generated tree a twin in plain integers that is wide enough for any sum: a leaf's twin is `w * x`, an inner node's the
//! sum of its two children's. With `value + owed = twin` asserted of all nodes (on Xilinx 7 `value * sign = twin` of the first level), each step of the induction is about one
//! adder, and the root's twin is the sum of all leaves because the twins pair off every leaf exactly once.

use super::{Claim, memory};
use std::fmt::Write;
use trine_hdl::lang::{Errors, RamStyle};
use trine_hdl::{design, lang};
use trine_spec::config::clog2;
use trine_spec::{Config, Style};

/// All 243 combinations of five trits have one byte, which decodes to them; the 13 other bytes are flagged.
///
/// # Errors
/// See [`design::trit_decoder`].
pub fn trit_decoder() -> Result<Claim, Errors> {
    let property = include_str!("properties/trit_decoder.v");
    claim("trit decoder inverts the code", &design::trit_decoder()?, property.into(), 2)
}

/// The column's sum and what it owes are `Σ x * w` of the lanes, and no node of its tree leaves its range: over `n`
/// leaves, `[-n * 2^(act_bits - 1), n * 2^(act_bits - 1) - 1]`.
///
/// # Errors
/// See [`design::column`].
pub fn column(c: &Config) -> Result<Claim, Errors> {
    if c.style() == Style::Packed {
        return packed_column(c);
    }
    let width = twin_bits(c);
    let mut p = String::from(
        "\n  // Registers hold something of these inputs only once the pipeline has filled.\n  \
         reg [7:0] age = 0;\n  always @(posedge clk_i) if (~&age) age <= age + 1;\n",
    );
    // Writing to a String cannot fail
    for i in 0..c.lanes() {
        let (low, code) = (i * c.act_bits(), format!("code_i[{}:{}]", 2 * i + 1, 2 * i));
        let _ = writeln!(p, "  wire signed [{}:0] x_{i} = act_i[{}:{low}];", c.act_bits() - 1, low + c.act_bits() - 1);
        let _ = writeln!(p, "  wire signed [{}:0] twin_0_{i} =", width - 1);
        let _ = writeln!(p, "    {code} == 2'b01 ? x_{i} : {code} == 2'b11 ? -x_{i} : 0;");
        let _ = writeln!(p, "  always @* assume ({code} != 2'b10);");
    }
    // Leaves below each node of the level before
    let mut below = vec![1; c.lanes()];
    for level in 1..=c.tree_levels() {
        let size = children(c.style(), level);
        // A pair of one lane has a sign of its own on Xilinx 7, and so the range of two
        let full = c.style() == Style::Xilinx7 && level == 1;
        let leaves: Vec<usize> = below.chunks(size).map(|group| if full { 2 } else { group.iter().sum() }).collect();
        for (i, n) in leaves.iter().enumerate() {
            let of = (size * i..below.len().min(size * (i + 1))).map(|child| format!("twin_{}_{child}", level - 1));
            let _ = writeln!(p, "  reg signed [{}:0] twin_{level}_{i};", width - 1);
            let _ =
                writeln!(p, "  always @(posedge clk_i) twin_{level}_{i} <= {};", of.collect::<Vec<_>>().join(" + "));
            let value = format!("sum_{level}_{i}_q");
            let exact = match full {
                true => format!("sign_{level}_{i}_q ? -{value} : {value}"),
                false => format!("{value} + $signed({{1'b0, owed_{level}_{i}_q}})"),
            };
            p += &asserted(c, &format!("{level}_{i}"), level, (&value, &exact), *n);
        }
        below = leaves;
    }
    let exact = "sum_o + $signed({1'b0, owed_o})";
    p += &format!("  wire signed [{}:0] twin_root = twin_{}_0;\n", width - 1, c.tree_levels());
    p += &asserted(c, "root", c.tree_levels(), ("sum_o", exact), below[0]);
    let name = format!("{} column of {} lanes sums exactly", c.style(), c.lanes());
    claim(&name, &design::column(c)?, p, c.tree_levels() + 2)
}

/// The same of a column without a tree: its sum is that of the lanes it last had, or nothing is claimed before it had any. Within
/// reach of a solver for a few lanes.
fn packed_column(c: &Config) -> Result<Claim, Errors> {
    let (lanes, levels, width) = (c.lanes(), c.tree_levels(), twin_bits(c));
    let mut p = String::from(
        "\n  reg [7:0] age = 0;\n  always @(posedge clk_i) if ((valid_i | age != 0) & ~&age) age <= age + 1;\n",
    );
    // Writing to a String cannot fail
    for i in 0..lanes {
        let planes: Vec<_> = (0..c.act_bits()).rev().map(|b| format!("act_i[{}]", b * lanes + i)).collect();
        let code = format!("code_{i}");
        let _ = writeln!(p, "  wire [1:0] {code} = {{code_i[{}], code_i[{i}]}};", lanes + i);
        let _ = writeln!(p, "  wire signed [{}:0] x_{i} = {{{}}};", c.act_bits() - 1, planes.join(", "));
        let _ = writeln!(p, "  wire signed [{}:0] twin_0_{i} =", width - 1);
        let _ = writeln!(p, "    {code} == 2'b01 ? x_{i} : {code} == 2'b11 ? -x_{i} : 0;");
        let _ = writeln!(p, "  always @* assume ({code} != 2'b10);");
    }
    let leaves: Vec<_> = (0..lanes).map(|i| format!("twin_0_{i}")).collect();
    let _ = writeln!(p, "  reg signed [{}:0] twin_1;", width - 1);
    let _ = writeln!(p, "  always @(posedge clk_i) if (valid_i) twin_1 <= {};", leaves.join(" + "));
    for level in 2..=levels {
        let _ = writeln!(p, "  reg signed [{}:0] twin_{level};", width - 1);
        let _ = writeln!(p, "  always @(posedge clk_i) twin_{level} <= twin_{};", level - 1);
    }
    let _ = writeln!(p, "  always @* if (age >= {levels}) assert (sum_o == twin_{levels} & ~owed_o);");
    claim(&format!("packed column of {lanes} lanes sums exactly"), &design::column(c)?, p, levels + 2)
}

/// Most children of a node of level `level`.
fn children(style: Style, level: usize) -> usize {
    if style == Style::Xilinx7 && level > 2 { 3 } else { 2 }
}

/// Assertion that node `name` equals its twin, and that its value is in the range of `leaves`.
fn asserted(c: &Config, name: &str, level: usize, (value, exact): (&str, &str), leaves: usize) -> String {
    let least = leaves << (c.act_bits() - 1);
    format!(
        "  wire signed [{}:0] exact_{name} = {exact};\n  \
         always @* if (age >= {level})\n    \
         assert (exact_{name} == twin_{name} & {value} >= -{least} & {value} < {least});\n",
        twin_bits(c) - 1
    )
}

/// Width that holds every sum of a column.
fn twin_bits(c: &Config) -> usize {
    c.act_bits() + clog2(c.lanes()) + 2
}

/// The accumulators hold the exact sum of every chunk of a token, up to the largest K, whatever order tokens come in.
///
/// Columns are alike and apart, so the claim is about the configuration with one.
///
/// # Errors
/// See [`design::accumulators`].
pub fn accumulators(c: &Config) -> Result<Claim, Errors> {
    let c = Config::builder().columns(1).weight_bus(8).or(c).build().expect("one column of a unit");
    let sum = design::column(&c)?.output_ty("sum_o").width;
    let module = design::accumulators(&c, sum)?;
    // Written from registers, where the memory is distributed
    let late = module.decls.iter().any(|d| d.name == "token_q");
    let property = format!(
        "\n  localparam SUM = {sum}, LATE = 1'd{}, WIDTH = {}, TOKENS = {}, TOKEN = {}, CHUNKS = {}, LEAST = {};\n{}{}{}",
        u8::from(late),
        c.acc_bits(),
        c.max_tokens(),
        clog2(c.max_tokens()).max(1),
        c.max_depth().div_ceil(c.lanes()),
        c.lanes() << (c.act_bits() - 1),
        memory("words", RamStyle::Block, c.acc_bits(), c.max_tokens()),
        include_str!("properties/accumulators.v"),
        if late {
            "  always @* if (started) assert ((was_reset | valid_q == was_valid[0]) & token_q == token_1);\n"
        } else {
            ""
        }
    );
    let name = format!("{} accumulator is exact to K = {} by {} lanes", c.style(), c.max_depth(), c.lanes());
    claim(&name, &module, property, 8)
}

fn claim(name: &str, module: &std::sync::Arc<lang::Module>, property: String, cycles: usize) -> Result<Claim, Errors> {
    Ok(Claim { name: name.into(), design: lang::verilog(module)?, module: module.name.clone(), property, cycles })
}
