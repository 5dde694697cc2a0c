//! `trine verify --rtl`: a unit from a folder, right, edited wrongly, damaged, or not the one that its manifest describes.

use std::fs;
use std::path::Path;

use crate::common::{Run, json, trine, workplace};
use tempfile::TempDir;

const SIZE: &str = "--lanes 4 --columns 2 --max-depth 64 --max-tokens 4";

/// A folder with a small unit in `rtl`.
fn delivered(more: &str) -> TempDir {
    let folder = workplace();
    let run = trine(folder.path(), &format!("generate {SIZE} {more} -o rtl"));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    folder
}

/// Replaces text of a file of the unit, once.
fn edit(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join("rtl").join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no `{from}`:\n{text}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn verify(folder: &Path, more: &str) -> Run {
    trine(folder, &format!("verify --rtl rtl {more}"))
}

/// The unit is found wrong; what is printed.
fn wrong(folder: &Path, more: &str) -> String {
    let run = verify(folder, more);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""), "{}", run.stdout);
    assert!(run.stdout.contains("FAILED: "), "{}", run.stdout);
    run.stdout
}

/// The folder is refused in one sentence, which is returned.
fn refused(folder: &Path, more: &str) -> String {
    let run = verify(folder, more);
    assert_eq!((run.code, run.stderr.lines().count()), (Some(2), 1), "{}{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains("mismatches"), "{}", run.stdout);
    run.stderr
}

#[test]
fn units_as_they_were_generated_are_right() {
    let second = cfg!(feature = "rust-hdl").then_some("--emitter rust-hdl");
    let own = ["--windows --style xilinx7", "--style ecp5 --weight-code two-bit"];
    for more in second.into_iter().chain(own) {
        let folder = delivered(more);
        let run = verify(folder.path(), "--cases 2 --no-checks --json v.json --lanes 4");
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{more}: {}", run.stdout);
        assert!(run.stdout.contains("files as trine ") && run.stdout.contains("mismatches 0 of "), "{}", run.stdout);
        let report = json(folder.path(), "v.json");
        assert_eq!((&report["rtl"]["folder"], &report["rtl"]["differs"]), (&"rtl".into(), &serde_json::json!([])));
    }
}

#[test]
fn edited_units_are_named_and_judged_by_what_they_do() {
    // A comment changes nothing.
    let folder = delivered("");
    edit(folder.path(), "trine_column.v", "module", "// looked at\nmodule");
    edit(folder.path(), "trine_tb_sums.hex", "0", "1");
    let run = verify(folder.path(), "--cases 2 --no-checks");
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{}", run.stdout);
    assert!(run.stdout.contains("generates: trine_column.v, trine_tb_sums.hex"), "{}", run.stdout);

    // Lane 2 takes the sign of lane 3: the sum says the column, products of single lanes the lane.
    edit(folder.path(), "trine_column.v", "{8{code_i[5]}}", "{8{code_i[7]}}");
    let text = wrong(folder.path(), "--cases 20 --no-checks --trace wrong.fst --json v.json");
    assert!(text.contains("lane 2 of every column is wrong alone") && text.contains(", column "), "{text}");
    assert!(text.contains("  waveform: wrong.fst\n  replay: trine verify --rtl rtl --cases 1 --seed "), "{text}");
    assert!(fs::metadata(folder.path().join("wrong.fst")).unwrap().len() > 100);
    let report = json(folder.path(), "v.json");
    assert_eq!(report["first_mismatch"]["waveform"], "wrong.fst");
    // The command that was printed shows it again.
    let replay = text.lines().find_map(|line| line.trim().strip_prefix("replay: trine ")).unwrap();
    assert_eq!(trine(folder.path(), replay).code, Some(1), "{replay}");

    // The first wrong sum is in one column; the others that are wrong are listed beside it.
    let text = wrong(folder.path(), "--shape 4,64,8 --no-checks --json v.json");
    let columns = &json(folder.path(), "v.json")["first_mismatch"]["columns"];
    assert_eq!(columns, &serde_json::json!([0, 1]), "{text}");
    assert!(text.contains(" of 32 sums are wrong, in 2 columns: 0, 1\n"), "{text}");
}

#[test]
fn other_mistakes_are_found() {
    let bytes: Vec<String> = (0..8).map(|i| format!("core_res_data_o[{}:{}]", 8 * i + 7, 8 * i)).collect();
    let turned = format!("assign m_axis_res_tdata = {{{}}};", bytes.join(", "));
    for (file, from, to, says) in [
        // A first chunk that is taken for one of the others.
        ("trine_core.v", ".next_first_i(first_4_q)", ".next_first_i(1'b0)", ", column "),
        // A column loses what its last adder owes.
        ("trine_column.v", "assign owed_o = ", "assign owed_o = 1'b0 & ", " of every column is wrong alone"),
        // The bytes of a result beat come in another order.
        ("trine.v", "assign m_axis_res_tdata = core_res_data_o;", &turned, ", column "),
        // A constant of the register map.
        ("trine_registers.v", "31'd1414678862", "31'd1414678863", "register ID reads 0x5452494f"),
    ] {
        let folder = delivered("");
        edit(folder.path(), file, from, to);
        let text = wrong(folder.path(), "--cases 20 --no-checks");
        assert!(text.contains(says) && text.contains("replay: trine verify --rtl rtl "), "{file}: {text}");
    }
}

/// Only the largest sums need the top bit, and every kind of run has them.
#[test]
fn a_column_without_its_top_bit_is_found() {
    let folder = workplace();
    let run = trine(folder.path(), "generate --lanes 40 --columns 1 --max-depth 128 --max-tokens 4 -o rtl");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    edit(
        folder.path(),
        "trine_tile.v",
        "assign sums_o = column_0_sum_o",
        "assign sums_o = {column_0_sum_o[12], column_0_sum_o[12:0]}",
    );
    let text = wrong(folder.path(), "--cases 20 --no-checks");
    assert!(text.contains(", column 0"), "{text}");
}

/// The checks find a fault that no sum shows, and write its waveform.
#[test]
fn a_check_that_fails_is_traced() {
    let folder = delivered("");
    edit(folder.path(), "trine_registers.v", "scratch_value_q <= wdata_q", "scratch_value_q <= ~wdata_q");
    let text = wrong(folder.path(), "--cases 1 --trace check.fst");
    assert!(text.contains("FAILED: check of ") && text.contains("  waveform: check.fst"), "{text}");
    // The command that was printed shows it again.
    let replay = text.lines().find_map(|line| line.trim().strip_prefix("replay: trine ")).unwrap();
    assert!(replay.starts_with("verify --rtl rtl "), "{replay}");
    let again = trine(folder.path(), replay);
    assert!(again.code == Some(1) && again.stdout.contains("FAILED: check of "), "{replay}: {}", again.stdout);
    assert!(fs::metadata(folder.path().join("check.fst")).unwrap().len() > 100);
}

/// Damages the delivered unit in a folder.
type Damage<'a> = &'a dyn Fn(&Path);

/// Puts a pipe in the place of a file.
fn pipe(path: &Path) {
    fs::remove_file(path).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn folders_that_are_no_units_are_refused() {
    let cases: [(&str, Damage); 12] = [
        ("manifest.json: No such file", &|rtl| fs::remove_file(rtl.join("manifest.json")).unwrap()),
        ("manifest.json: not a unit's manifest", &|rtl| fs::write(rtl.join("manifest.json"), "{}").unwrap()),
        ("trine.f: No such file", &|rtl| fs::remove_file(rtl.join("trine.f")).unwrap()),
        ("trine_tile.v: No such file", &|rtl| fs::remove_file(rtl.join("trine_tile.v")).unwrap()),
        ("trine_tile.v is missing, a file that manifest.json names", &|rtl| {
            fs::remove_file(rtl.join("trine_tile.v")).unwrap();
            edit(rtl.parent().unwrap(), "trine.f", "trine_tile.v\n", "");
        }),
        ("more.v: not in the unit's list of files", &|rtl| fs::write(rtl.join("more.v"), "").unwrap()),
        ("line 1: `+incdir+x` is not the name of a Verilog file", &|rtl| {
            let list = fs::read_to_string(rtl.join("trine.f")).unwrap();
            fs::write(rtl.join("trine.f"), format!("+incdir+x\n{list}")).unwrap();
        }),
        ("is listed twice", &|rtl| {
            edit(rtl.parent().unwrap(), "trine.f", "trine_tile.v\n", "trine_tile.v\ntrine_tile.v\n")
        }),
        ("manifest.json: this is not a plain file", &|rtl| pipe(&rtl.join("manifest.json"))),
        ("trine.f: this is not a plain file", &|rtl| pipe(&rtl.join("trine.f"))),
        ("trine_tile.v: this is not a plain file", &|rtl| pipe(&rtl.join("trine_tile.v"))),
        ("cannot be read: trine_tile.v:", &|rtl| edit(rtl.parent().unwrap(), "trine_tile.v", "assign", "asign")),
    ];
    for (says, change) in cases {
        let folder = delivered("");
        change(&folder.path().join("rtl"));
        let error = refused(folder.path(), "");
        assert!(error.contains(says), "{says}: {error}");
    }
}

/// A unit with windows has no streams that the testbench could drive.
#[test]
fn a_testbench_beside_a_unit_with_windows_is_refused() {
    let folder = delivered("--windows");
    fs::write(folder.path().join("rtl/trine_tb.v"), "").unwrap();
    assert!(refused(folder.path(), "").contains("trine_tb.v: not in the unit's list of files"));
}

#[test]
fn a_manifest_of_another_unit_is_refused() {
    let folder = delivered("");
    // The flags describe another unit.
    let error = refused(folder.path(), "--lanes 5");
    assert!(error.contains("lanes is 4 there and 5 here") && error.contains("leave the flags out"), "{error}");
    let error = refused(folder.path(), "--preset odd");
    assert!(error.contains("weight-code is \"base3\" there and \"two-bit\" here"), "{error}");
    assert!(refused(folder.path(), "--trace nowhere/x.fst").contains("there is no folder nowhere"));

    // A manifest whose configuration was edited, and one that belongs to another unit.
    let path = folder.path().join("rtl/manifest.json");
    let own = fs::read_to_string(&path).unwrap();
    fs::write(&path, own.replacen("\"lanes\": 4", "\"lanes\": 8", 1)).unwrap();
    assert!(refused(folder.path(), "").contains("its ports are not those of the unit that its config describes"));
    for size in ["--lanes 8 --columns 2", "--lanes 4 --columns 3", "--lanes 4 --columns 4 --weight-bus 16"] {
        let run = trine(folder.path(), &format!("generate {size} -o other"));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        fs::copy(folder.path().join("other/manifest.json"), &path).unwrap();
        let error = refused(folder.path(), "");
        assert!(error.contains("the ports of trine are not those described"), "{size}: {error}");
    }
}
