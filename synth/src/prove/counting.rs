//! Counts are right beyond what any simulation reaches: counters of 48 bits, the registers that show them, and the way
//! in between.

use super::{Claim, inside};
use std::fmt::Write;
use trine_hdl::design;
use trine_hdl::lang::{self, Errors};
use trine_spec::Config;
use trine_spec::registers::{Access, COUNTERS, REGISTERS, Register, STATUS};

/// Claims about the modules of the unit of configuration `c`, which has stream ports.
///
/// # Errors
/// See [`design::unit`].
pub fn claims(c: &Config) -> Result<Vec<Claim>, Errors> {
    let unit = design::unit(c)?;
    let claim = |name: &str, module: &str, property: String| {
        let all = lang::library(&unit)?;
        let top = all.iter().find(|m| m.name == module).unwrap_or(&unit);
        Ok(Claim { name: name.into(), design: lang::verilog(top)?, module: module.into(), property, cycles: 6 })
    };
    Ok(vec![
        claim("counters count every event", "trine_counters", events())?,
        claim("registers show what they are given", "trine_registers", shown())?,
        claim("a watchdog's time is told from all bits", "trine_job", watched())?,
        claim("counters and jobs are connected in full", "trine", connected(c))?,
    ])
}

/// Writing to a `String` cannot fail.
macro_rules! put {
    ($out:expr, $($arg:tt)*) => { let _ = writeln!($out, $($arg)*); };
}

/// A twin of each counter: events count a cycle late, from a clear on; a snapshot copies.
fn events() -> String {
    let mut p = String::from("\n  reg started = 0;\n  always @(posedge clk_i) started <= 1;\n");
    put!(p, "  always @* assume (started | rst_i);");
    for (name, width) in COUNTERS {
        let top = width - 1;
        put!(p, "  reg {name}_late;\n  reg [{top}:0] {name}_is, {name}_was;");
        put!(p, "  always @(posedge clk_i) begin");
        put!(p, "    {name}_late <= {name}_i;");
        put!(p, "    {name}_is <= (rst_i | clear_i) ? 0 : {name}_is + {name}_late;");
        put!(p, "    {name}_was <= rst_i ? 0 : snapshot_i ? {name}_is : {name}_was;");
        put!(p, "  end\n  always @* if (started) begin");
        put!(p, "    assert ({name}_event_q == {name}_late & {name}_q == {name}_is);");
        put!(p, "    assert ({name}_copy_q == {name}_was & {name}_o == {name}_was);\n  end");
    }
    p
}

/// Registers of one field that the unit sets.
fn plain() -> impl Iterator<Item = &'static Register> {
    REGISTERS.iter().filter(|r| r.fields.len() == 1 && r.fields[0].access == Access::ReadOnly && **r != STATUS)
}

/// True if a register reads as zero, asked for or not.
fn all_triggers(r: &Register) -> bool {
    r.fields.iter().all(|f| f.access == Access::Trigger)
}

/// Assertion that a read gives the input of the register whose address was taken last, as it was three cycles before, and zeros
/// beyond.
fn shown() -> String {
    let asked = |r: &Register| format!("asked == {}", r.offset / 4);
    let wanted = |r: &Register| format!("~{}_skip_q", r.name.to_lowercase());
    let value = |r: &Register| {
        let f = &r.fields[0];
        let input = format!("{}_{}_i", r.name.to_lowercase(), f.name);
        let padded = if f.width < 32 { format!("{{{}'d0, {input}}}", 32 - f.width) } else { input };
        format!("({{32{{{}}}}} & {padded})", asked(r))
    };
    let plains = plain().map(asked).collect::<Vec<_>>().join(" | ");
    let values = plain().map(value).collect::<Vec<_>>().join(" |\n    ");
    let mut p = String::from("\n  reg [3:0] seen = 0;\n  always @* assume (seen[0] | rst_i);\n");
    put!(p, "  wire [31:0] given =\n    {values};");
    put!(p, "  reg known = 0;\n  reg [9:0] asked;\n  wire mine = known & ({plains});");
    put!(p, "  reg [31:0] given_1, given_2, given_3;\n  reg mine_1, mine_2, mine_3, read_1;");
    put!(p, "  always @(posedge clk_i) begin\n    seen <= {{seen[2:0], 1'b1}};");
    put!(p, "    if (arvalid_i & arready_o) {{known, asked}} <= {{1'b1, araddr_i[11:2]}};");
    put!(p, "    {{given_3, given_2, given_1}} <= {{given_2, given_1, given}};");
    put!(p, "    {{mine_3, mine_2, mine_1}} <= {{mine_2, mine_1, mine}};\n    read_1 <= read;\n  end");
    put!(p, "  always @* begin\n    if (&seen & read_1 & mine_3) assert (rdata_o == given_3);");
    for r in plain() {
        put!(p, "    assert (~known | {} == ({}));", wanted(r), asked(r));
    }
    for r in REGISTERS.iter().filter(|r| plain().all(|p| p != *r) && !all_triggers(r)) {
        put!(p, "    assert (~mine | ~({}));", wanted(r));
    }
    put!(p, "  end");
    p
}

/// A watchdog is on when its limit is not zero, and its time is up when all bits of both are the same.
fn watched() -> String {
    let mut p = String::from("\n  reg seen = 0;\n  reg [31:0] limit_1, idle_1;\n  reg stops_1;\n");
    put!(p, "  always @(posedge clk_i) begin\n    seen <= 1;\n    {{limit_1, idle_1}} <= {{watchdog_i, idle_q}};");
    put!(p, "    stops_1 <= (|moved_q) | watchdog_written_i | ~busy_q;\n  end");
    put!(p, "  always @* if (seen) begin");
    put!(p, "    assert (expired == (limit_1 != 0 & idle_1 == limit_1));");
    put!(p, "    assert (idle_q == (stops_1 ? 0 : idle_1 + 1));\n  end");
    p
}

/// Every bit of every counter and of a job's description reaches where it is used.
fn connected(c: &Config) -> String {
    let mut pairs: Vec<(String, String, usize)> = vec![];
    for (name, width) in COUNTERS {
        let count = format!("counters.{name}_copy_q");
        if width == 32 {
            pairs.push((format!("registers.{name}_value_i"), count, 32));
        } else {
            pairs.push((format!("registers.{name}_lo_value_i"), count.clone(), width));
            pairs.push((format!("registers.{name}_hi_value_i"), count, width));
        }
    }
    let mut p = String::from("\n");
    let mut signals: Vec<(String, usize)> = COUNTERS.map(|(n, w)| (format!("counters.{n}_copy_q"), w)).to_vec();
    let mut asserts = String::new();
    for (input, count, width) in &pairs {
        let (part, bits) = match (input.contains("_hi_"), width) {
            (true, _) => (format!("[{}:32]", width - 1), width - 32),
            (false, 32) => (String::new(), 32),
            (false, _) => ("[31:0]".into(), 32),
        };
        signals.push((input.clone(), bits));
        put!(asserts, "    assert (\\{input}  == \\{count} {part});");
    }
    let depth = trine_spec::config::clog2(c.max_depth().max(c.lanes()) + 1);
    let same = [
        ("job.watchdog_i", "registers.watchdog_cycles_q", 32),
        ("job.tag_i", "registers.job_tag_tag_q", 32),
        ("job.outputs_i", "registers.outputs_n_q", 20),
        ("core.outputs_i", "job.outputs_q", 20),
        ("core.depth_i", "job.depth_q", depth),
        ("registers.done_tag_tag_i", "job.done_tag_q", 32),
    ];
    for (input, from, width) in same {
        signals.extend([(input.to_string(), width), (from.to_string(), width)]);
        put!(asserts, "    assert (\\{input}  == \\{from} );");
    }
    p += &inside(signals);
    put!(p, "  always @* begin\n{asserts}  end");
    p
}
