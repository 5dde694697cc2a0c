//! Hardware broken on purpose: verification finds it and says where.

use tempfile::tempdir;
use trine_spec::{Config, Style};
use trine_verify::{Finding, Plan, verify};

/// A small unit with one mistake: `from` becomes `to` in the module `module`, once.
fn broken(module: &str, from: &str, to: &str) -> Finding {
    broken_in(Style::Portable, module, from, to)
}

/// The same with columns of a style.
fn broken_in(style: Style, module: &str, from: &str, to: &str) -> Finding {
    let config = Config::builder().style(style).max_depth(64).max_tokens(4).or(&Config::sized(4, 2).build().unwrap());
    let config = config.build().unwrap();
    let mut verilog = trine_hdl::lang::verilog(&trine_hdl::design::unit(&config).unwrap()).unwrap();
    let file = verilog.files.iter_mut().find(|file| file.name == format!("{module}.v")).unwrap();
    assert!(file.text.contains(from), "{module} has no `{from}`:\n{}", file.text);
    file.text = file.text.replacen(from, to, 1);

    let folder = tempdir().unwrap();
    let plan = Plan { cases: 50, stalls: 0.3, checks: false, waveforms: folder.path(), ..Plan::default() };
    let outcome = verify(&verilog, &config, &plan, &|| ()).unwrap();
    let finding = outcome.first_mismatch.expect("the mistake was not found");
    assert_eq!(finding.seed, plan.seed + finding.case, "the seed repeats the case alone");
    let waveform = finding.waveform.clone().expect("a waveform");
    assert!(std::fs::metadata(&waveform).unwrap().len() > 100 && waveform.starts_with(folder.path()));
    finding
}

/// Asserts a wrong result, placed in cycle, beat and column.
fn wrong_result(finding: &Finding) {
    let mismatch = finding.mismatch.as_ref().unwrap_or_else(|| panic!("no wrong result: {finding:?}"));
    assert_ne!(mismatch.expected, mismatch.actual);
    assert!(mismatch.cycle.is_some_and(|cycle| cycle > 0) && mismatch.column < 2);
    assert!(mismatch.beat < (finding.m * finding.n) as u64);
}

#[test]
fn a_flipped_select_is_found() {
    wrong_result(&broken("trine_column", "{8{code_i[2]}}", "{8{code_i[0]}}"));
}

/// The highest bit of an activation counts down, the sign of a trit is one more, and a plane is shifted to its weight.
#[test]
fn a_broken_packed_column_is_found() {
    for (from, to) in [
        (" - {1'd0, {", " + {1'd0, {"),
        ("{8'd0, $unsigned($countones(code_i[7:4]))} + ", "{8'd0, $unsigned($countones(code_i[3:0]))} + "),
        ("& code_i[3:0])), 3'd0}", "& code_i[3:0])) & 3'd3, 3'd0}"),
    ] {
        wrong_result(&broken_in(Style::Packed, "trine_column", from, to));
    }
}

#[test]
fn a_dropped_carry_is_found() {
    wrong_result(&broken("trine_accumulate", ", owed_i})", ", 1'b0})"));
}

/// The mark of a pass's first chunk reaches the accumulators one cycle too early.
#[test]
fn an_off_by_one_in_the_sequencers_pipeline_is_found() {
    wrong_result(&broken("trine_core", ".next_first_i(first_4_q)", ".next_first_i(first_3_q)"));
}

/// The sequencer counts outputs down by one where it should by two: it never finds the end where the streams do.
#[test]
fn an_off_by_one_in_the_sequencer_is_found() {
    let finding = broken("trine_sequencer", "20'd0 - 20'd2", "20'd0 - 20'd1");
    let error = finding.error.expect("the streams do not fit");
    assert!(error.contains("m = ") && error.contains(" error "), "{error}");
}
