//! A mapped netlist in simulation, in place of the unit: it computes the same, and a mistake made after mapping is found.

use std::time::Duration;

use tempfile::tempdir;
use trine_hdl::Verilog;
use trine_spec::Config;
use trine_synth::bench::ToolBench;
use trine_synth::flow::{self, Family};
use trine_synth::yosys::Yosys;
use trine_verify::{Plan, verify};

/// A small unit in cells of the iCE40, with models of these.
fn mapped(config: &Config) -> Verilog {
    let unit = trine_hdl::lang::verilog(&trine_hdl::design::unit(config).unwrap()).unwrap();
    let folder = tempdir().unwrap();
    let bench = ToolBench::new(folder.path().to_owned(), Duration::from_secs(300), &|_| ());
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
    let lut = lut.filter(of_column).nth(1).expect("no look-up table of a column");
    let mark = ".LUT_INIT(16'h";
    let table = lut + text[lut..].find(mark).unwrap() + mark.len();
    let value = u16::from_str_radix(&text[table..table + 4], 16).unwrap();
    text.replace_range(table..table + 4, &format!("{:04x}", !value));
    netlist
}

#[test]
fn a_look_up_table_that_is_wrong_is_found() {
    let config = Config::sized(2, 1).max_depth(32).max_tokens(4).build().unwrap();
    let netlist = mapped(&config);
    let plan = Plan { cases: 5, stalls: 0.3, gates: true, checks: false, ..Plan::default() };
    let whole = verify(&netlist, &config, &plan, &|| ()).unwrap();
    assert!(whole.first_mismatch.is_none() && whole.mismatches == 0 && whole.macs > 50);

    let folder = tempdir().unwrap();
    let plan = Plan { waveforms: folder.path(), ..plan };
    let found = verify(&broken(&netlist), &config, &plan, &|| ()).unwrap();
    let found = found.first_mismatch.expect("the wrong table was not found");
    assert!(found.mismatch.is_some() || found.error.is_some(), "{found:?}");
}
