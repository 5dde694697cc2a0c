//! Mapped netlists in simulation, in place of the unit: they compute the same, and mistakes made after mapping are found.

mod common;

use std::path::Path;
use std::time::Duration;

use common::{json, trine, workplace};
use tempfile::tempdir;
use trine_cli::verify::{Plan, verify};
use trine_hdl::Verilog;
use trine_spec::Config;
use trine_synth::bench::Bench;
use trine_synth::flow::{self, Family};
use trine_synth::yosys::Yosys;

#[test]
fn synthesis_verifies_what_it_mapped() {
    let folder = workplace();
    let size = "--lanes 3 --columns 2 --max-depth 32 --max-tokens 4";
    let line = format!("synth --target ice40-up5k --map-only --verify 5 --seed 7 {size} --json s.json");
    let run = trine(folder.path(), &line);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{}", run.stdout);
    assert!(run.stdout.contains("mapped netlist in simulation: mismatches 0 of "), "{}", run.stdout);
    let found = &json(folder.path(), "s.json")["verification"];
    assert_eq!((&found["cases"], &found["seed"], &found["mismatches"]), (&5.into(), &7.into(), &0.into()));
    assert!(found["macs"].as_u64().unwrap() > 100 && found["failure"].is_null());
    assert_eq!(found["cycles"], found["rtl_cycles"]);
}

/// A small unit in cells of the iCE40, with models of these.
fn mapped(config: &Config) -> Verilog {
    let unit = trine_hdl::lang::verilog(&trine_hdl::design::unit(config).unwrap()).unwrap();
    let folder = tempdir().unwrap();
    let bench = Bench::new(folder.path().to_owned(), Duration::from_secs(300), &|_| ());
    let yosys = Yosys::find().unwrap();
    flow::map(&bench, &yosys, Family::Ice40, &unit).unwrap();
    flow::simulation(&bench, &yosys, Family::Ice40, &unit).unwrap()
}

/// The netlist with one look-up table of a column inverted.
fn broken(netlist: &Verilog) -> Verilog {
    let mut netlist = netlist.clone();
    let text = &mut netlist.files[0].text;
    let lut = text.match_indices("SB_LUT4 #(").map(|(at, _)| at);
    let of_column = |at: &usize| text[*at..].split(';').next().is_some_and(|cell| cell.contains("column"));
    let lut = lut.filter(of_column).nth(3).expect("no look-up table of a column");
    let mark = ".LUT_INIT(16'h";
    let table = lut + text[lut..].find(mark).unwrap() + mark.len();
    let value = u16::from_str_radix(&text[table..table + 4], 16).unwrap();
    text.replace_range(table..table + 4, &format!("{:04x}", !value));
    netlist
}

#[test]
fn a_look_up_table_that_is_wrong_is_found() {
    let config = Config { max_depth: 32, max_tokens: 4, ..Config::sized(3, 2) };
    let netlist = mapped(&config);
    let plan = Plan { cases: 5, seed: 1, stalls: 0.3, model: None, gates: true, waveforms: Path::new("") };
    let whole = verify(&netlist, &config, &plan, &|| ()).unwrap();
    assert!(whole.first_mismatch.is_none() && whole.mismatches == 0 && whole.macs > 100);

    let folder = tempdir().unwrap();
    let plan = Plan { waveforms: folder.path(), ..plan };
    let found = verify(&broken(&netlist), &config, &plan, &|| ()).unwrap();
    let found = found.first_mismatch.expect("the wrong table was not found");
    assert!(found.mismatch.is_some() || found.error.is_some(), "{found:?}");
}
