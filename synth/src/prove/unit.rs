//! The complete unit: results hold, their buffer never overflows, and the parts keep what other claims assume of them.
//!
//! [`super::streams::fifo`] assumes that nobody pushes into a full buffer, [`super::streams::replay_buffer`] that
//! nobody takes what is not there, and [`super::arithmetic::accumulators`] that chunks come in turn, no more than K has,
//! and only a single token twice in a row. Here all of it is shown of the sequencer in its place, for any traffic on all
//! ports, together with the rule of `m_axis_res`: a result that is offered holds, with every bit, until it is taken or
//! the unit is cleared.

use super::{Claim, inside};
use std::fmt::Write;
use trine_hdl::lang::Errors;
use trine_hdl::{design, lang};
use trine_spec::Config;
use trine_spec::config::clog2;

/// What the module documentation says, of the unit of configuration `c`.
///
/// # Errors
/// See [`design::unit`].
pub fn results(c: &Config) -> Result<Claim, Errors> {
    let stages = design::latency(c);
    let room = room(c)?;
    let word = c.columns * c.acc_bits() + 2;
    let tail = word - 2;
    let address = clog2(room);
    let token = clog2(c.max_tokens).max(1);
    let depth = clog2(c.max_depth.max(c.lanes) + 1);
    let mut p = String::new();
    let mut signals: Vec<(String, usize)> = [
        ("core.results.write_q", address + 1),
        ("core.results.read_q", address + 1),
        ("core.results.words.word_q", word),
        ("core.results.word_valid_q", 1),
        ("core.results.words.out_q", word),
        ("core.results.out_valid_q", 1),
        ("core.results.push_i", 1),
        ("core.sequencer.room_q", address + 1),
        ("core.sequencer.has_room_q", 1),
        ("core.sequencer.last_pass_q", 1),
        ("core.sequencer.run_q", 1),
        ("core.sequencer.last_q", 1),
        ("core.sequencer.single_q", 1),
        ("core.sequencer.token_q", token),
        ("core.sequencer.before_last_q", token),
        ("core.sequencer.issue", 1),
        ("core.sequencer.first_chunk_q", 1),
        ("core.sequencer.last_chunk_q", 1),
        ("core.sequencer.one_chunk_q", 1),
        ("core.sequencer.k_after_q", depth),
        ("core.sequencer.k_second_q", depth),
        ("core.sequencer.act_valid_i", 1),
        ("job.last_token_q", token),
        ("job.depth_q", depth),
        ("job.start_q", 1),
        ("job.check_q", 1),
        ("job.busy_q", 1),
        ("job.clear_q", 1),
        ("registers.bvalid_q", 1),
        ("registers.ctrl_start_q", 1),
    ]
    .map(|(path, width)| (path.to_string(), width))
    .to_vec();
    signals.extend((1..=stages).flat_map(|i| ["result", "last_pass", "job_end"].map(|s| (format!("core.{s}_{i}_q"), 1))));
    signals.extend(
        (1..stages).flat_map(|i| [("valid", 1), ("token", token)].map(|(s, w)| (format!("core.{s}_{i}_q"), w))),
    );
    signals.extend((1..stages - 1).map(|i| (format!("core.first_{i}_q"), 1)));
    signals.push(("core.sums.first_q".into(), 1));
    signals.extend((0..room).map(|i| (format!("core.results.words.ram[{i}]"), word)));
    p += &inside(signals);
    let under_way = (1..=stages).map(|i| format!("\\core.result_{i}_q ")).collect::<Vec<_>>().join(" + ");
    // Marks of the results under way and stored: of the last pass, and of the job's end, which nothing follows
    let mut marks = String::new();
    let mut behind = "\\core.sequencer.run_q ".to_string();
    for i in 1..=stages {
        let result = format!("\\core.result_{i}_q ");
        let _ = writeln!(marks, "    assert (~({result} & \\core.last_pass_{i}_q ) | is_last_pass);");
        let _ = writeln!(marks, "    assert (~({result} & \\core.job_end_{i}_q ) | ~({behind}));");
        behind = format!("{behind} | {result}");
    }
    for i in 0..room {
        let word = format!("\\core.results.words.ram[{i}] ");
        let place = format!("{{{address}'d{i} - oldest}}");
        let _ = writeln!(marks, "    assert (~({word} [TAIL] & {place} < in_ram) | is_last_pass);");
        let _ = writeln!(marks, "    assert (~({word} [TAIL+1] & {place} < in_ram) | ~({behind} | {place} != in_ram - 1));");
    }
    // Writing to a String cannot fail
    let _ = writeln!(p, "  localparam ROOM = {room}, ADDRESS = {address}, TAIL = {tail}, BITS = {};", c.res_bus());
    let _ = writeln!(p, "  localparam TOKEN = {}, DEPTH = {}, LANES = {};", token - 1, depth - 1, c.lanes);
    let _ = writeln!(p, "  localparam MAX_DEPTH = {}, CHUNKS = {};", c.max_depth, c.max_depth.div_ceil(c.lanes));
    let _ = writeln!(p, "  localparam MAX_TOKENS = {};", c.max_tokens);
    let _ = writeln!(p, "  wire [ADDRESS:0] under_way = {under_way};");
    p += include_str!("properties/results.v");
    let _ = writeln!(p, "  always @* if (started) begin\n{marks}  end");
    p += "  always @* if (started & ~\\job.clear_q ) begin\n";
    // Tokens and chunks of issues follow one another: what a stage holds, what is behind it goes on from.
    let mut next = ("token_now".to_string(), "\\core.sequencer.first_chunk_q ".to_string());
    let mut live = "\\core.sequencer.run_q ".to_string();
    for i in 1..stages {
        let valid = format!("\\core.valid_{i}_q ");
        let (token, result) = (format!("\\core.token_{i}_q "), format!("\\core.result_{i}_q "));
        let first = if i + 1 < stages { format!("\\core.first_{i}_q ") } else { "\\core.sums.first_q ".into() };
        let _ = writeln!(p, "    assert (~{valid} | ({token} <= last_token & {} == after({token})));", next.0);
        let _ = writeln!(p, "    assert (~{valid} | {} == ({token} == last_token ? {result} : {first}));", next.1);
        next = (format!("({valid} ? {token} : {})", next.0), format!("({valid} ? {first} : {})", next.1));
        live = format!("{live} | {valid}");
    }
    let _ = writeln!(p, "    assert (~({live}) | (turn == {} & turn_first == {}));\n  end", next.0, next.1);
    let at = stages - 1;
    let _ = writeln!(p, "  always @(posedge aclk) begin\n    if (\\core.valid_{at}_q ) begin");
    let _ = writeln!(p, "      turn <= after(\\core.token_{at}_q );");
    let _ = writeln!(p, "      turn_first <= \\core.token_{at}_q == last_token ? \\core.result_{at}_q : \\core.sums.first_q ;");
    p += "    end\n    if (\\job.start_q ) {turn, turn_first} <= 1;\n  end\n";
    let unit = design::unit(c)?;
    let name = format!("unit of {} x {} offers results until taken", c.lanes, c.columns);
    Ok(Claim { name, design: lang::verilog(&unit)?, module: unit.name.clone(), property: p, cycles: 4 * stages + 12 })
}

/// Words of the result buffer, as generated.
fn room(c: &Config) -> Result<usize, Errors> {
    let core = design::core(c)?;
    let buffer = core.instances.iter().find(|i| i.name == "results").map(|i| i.module.clone());
    let mut memories = buffer.iter().flat_map(|b| &b.instances).flat_map(|i| &i.module.decls);
    Ok(memories
        .find_map(|d| match d.kind {
            lang::Kind::Memory(words, _) => Some(words),
            _ => None,
        })
        .unwrap_or_default())
}
