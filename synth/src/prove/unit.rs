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
use trine_spec::registers::{DEPTH_K, OUTPUTS_N, TOKENS_M};

/// Claim of the module documentation about the unit of configuration `c`.
///
/// # Errors
/// See [`design::unit`].
pub fn results(c: &Config) -> Result<Claim, Errors> {
    let stages = c.latency();
    let room = room(c)?;
    // A result comes in parts, one a group; the last one has its marks.
    let last = c.groups() - 1;
    let word = c.columns_of(last) * c.acc_bits() + 2;
    let tail = word - 2;
    let words = if last == 0 { "words".into() } else { format!("words_{last}") };
    let address = clog2(room);
    let token = clog2(c.max_tokens()).max(1);
    let depth = clog2(c.max_depth().max(c.lanes()) + 1);
    let mut p = String::new();
    let mut signals: Vec<(String, usize)> = [
        ("core.results.write_q", address),
        ("core.results.read_q", address),
        ("core.results.level_q", address + 1),
        ("core.results.came_q", 1),
        ("core.results.left_q", 1),
        ("core.results.more_q", 1),
        ("core.results.stored_q", 1),
        ("core.results.word_valid_q", 1),
        ("core.results.out_valid_q", 1),
        ("core.results.both_q", 1),
        ("core.results.push_i", c.groups()),
        ("core.sequencer.room_q", address + 1),
        ("core.sequencer.has_room_q", 1),
        ("core.sequencer.had_room_q", 1),
        ("core.sequencer.last_pass_q", 1),
        ("core.sequencer.run_q", 1),
        ("core.sequencer.last_q", 1),
        ("core.sequencer.single_q", 1),
        ("core.sequencer.token_q", token),
        ("core.sequencer.before_last_q", token),
        ("core.sequencer.issue_q", 1),
        ("core.sequencer.pass_end_q", 1),
        ("core.sequencer.first_q", 1),
        ("core.sequencer.next_last_q", 1),
        ("core.sequencer.two_chunks_q", 1),
        ("core.sequencer.tile_q", 1),
        ("core.sequencer.able_q", 1),
        ("core.weights.valid_q", 1),
        ("core.sequencer.pop_q", 1),
        ("core.sequencer.first_chunk_q", 1),
        ("core.sequencer.last_chunk_q", 1),
        ("core.sequencer.one_chunk_q", 1),
        ("core.sequencer.k_after_q", depth),
        ("core.sequencer.k_second_q", depth),
        ("core.sequencer.act_valid_i", 1),
        ("registers.tokens_m_q", TOKENS_M.width),
        ("registers.depth_k_q", DEPTH_K.width),
        ("registers.outputs_n_q", OUTPUTS_N.width),
        ("registers.tokens_write", 1),
        ("registers.depth_write", 1),
        ("registers.outputs_write", 1),
        ("registers.aw_full_q", 1),
        ("job.fits", 1),
        ("job.shape_q", 1),
        ("job.last_token_q", token),
        ("job.depth_q", depth),
        ("job.start_q", 1),
        ("job.check_q", 1),
        ("job.busy_q", 1),
        ("job.clear_q", 1),
        ("job.res_done_q", 1),
        ("registers.bvalid_q", 1),
        ("registers.ctrl_start_q", 1),
        ("registers.ctrl_write", 1),
        ("registers.commit_q", 1),
        ("registers.wdata_q", 32),
    ]
    .map(|(path, width)| (path.to_string(), width))
    .to_vec();
    signals
        .extend((1..=stages).flat_map(|i| ["result", "last_pass", "pass_end"].map(|s| (format!("core.{s}_{i}_q"), 1))));
    signals.extend(
        (1..stages).flat_map(|i| [("valid", 1), ("token", token)].map(|(s, w)| (format!("core.{s}_{i}_q"), w))),
    );
    signals.extend(["word_q", "out_q"].map(|s| (format!("core.results.{words}.{s}"), word)));
    signals.extend((0..room).map(|i| (format!("core.results.{words}.ram[{i}]"), word)));
    signals.extend((1..=last).map(|part| (format!("core.results.write_{part}_q"), address)));
    p += &inside(signals);
    let list = |of: &dyn Fn(usize) -> String| (1..=stages).map(of).collect::<Vec<_>>();
    let under_way = list(&|i| format!("\\core.result_{i}_q ")).join(" + ");
    let tails_under_way = list(&|i| format!("(\\core.result_{i}_q & \\core.last_pass_{i}_q )")).join(" | ");
    let ends_under_way =
        list(&|i| format!("(\\core.result_{i}_q & \\core.pass_end_{i}_q & \\core.last_pass_{i}_q )")).join(" | ");
    let ends_stored: Vec<String> = (0..room)
        .map(|i| format!("(\\core.results.{words}.ram[{i}] [{}] & {{{address}'d{i} - oldest}} < in_ram)", tail + 1))
        .collect();
    let tails_stored: Vec<String> = (0..room)
        .map(|i| format!("(\\core.results.{words}.ram[{i}] [{tail}] & {{{address}'d{i} - oldest}} < in_ram)"))
        .collect();
    // Writing to a String cannot fail
    let _ = writeln!(p, "  localparam ROOM = {room}, ADDRESS = {address}, TAIL = {tail}, BITS = {};", c.res_bus());
    let _ = writeln!(p, "  localparam TOKEN = {}, DEPTH = {}, LANES = {};", token - 1, depth - 1, c.lanes());
    let _ = writeln!(p, "  localparam MAX_DEPTH = {}, CHUNKS = {};", c.max_depth(), c.max_depth().div_ceil(c.lanes()));
    let _ = writeln!(p, "  localparam MAX_TOKENS = {};", c.max_tokens());
    let _ = writeln!(p, "  wire [ADDRESS:0] under_way = {under_way};");
    // Results of which a first part is stored and the last is not.
    let behind = |part: usize| {
        let stages = stages - last + part + 1..=stages;
        stages.map(|i| format!("\\core.result_{i}_q ")).chain(["1'd0".into()]).collect::<Vec<_>>().join(" + ")
    };
    let _ = writeln!(p, "  wire [ADDRESS-1:0] filling = {};", behind(0));
    let _ = writeln!(p, "  wire [{}:0] word = \\core.results.{words}.word_q ;", word - 1);
    let _ = writeln!(p, "  wire [{}:0] out = \\core.results.{words}.out_q ;", word - 1);
    p += include_str!("properties/results.v");
    for part in 1..=last {
        let stage = stages - last + part;
        let _ = writeln!(p, "  wire [ADDRESS-1:0] place_{part} = next_place + {};", behind(part));
        let _ = writeln!(
            p,
            "  always @* if (started) assert (~\\core.result_{stage}_q | \\core.results.write_{part}_q == place_{part});"
        );
    }
    let _ = writeln!(p, "  always @* if (started) begin\n    assert (~({tails_under_way}) | is_last_pass);");
    let _ = writeln!(p, "    assert (~({}) | is_last_pass);", tails_stored.join(" | "));
    let _ = writeln!(p, "    assert (~({ends_under_way}) | ~\\core.sequencer.run_q );");
    let _ = writeln!(p, "    assert (~({}) | ~\\core.sequencer.run_q );", ends_stored.join(" | "));
    // Tokens of neighbouring issues follow one another
    let mut newer = ("1'd1".to_string(), "\\core.sequencer.token_q ".to_string());
    for i in 1..stages {
        let older = (format!("\\core.valid_{i}_q "), format!("\\core.token_{i}_q "));
        let _ = writeln!(p, "    assert (~{} | {} <= last_token | clear);", older.0, older.1);
        let _ = writeln!(p, "    assert (~({} & {}) | {} == after({}) | clear);", newer.0, older.0, newer.1, older.1);
        newer = older;
    }
    p += "  end\n";
    let unit = design::unit(c)?;
    let columns =
        if last == 0 { c.columns().to_string() } else { format!("{} in groups of {}", c.columns(), c.group()) };
    let name = format!("unit of {} x {columns} offers results until taken", c.lanes());
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
