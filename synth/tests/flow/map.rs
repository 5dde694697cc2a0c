//! Designs that are no circuits do not get through mapping.

use std::time::Duration;
use trine_hdl::{SourceFile, Verilog};
use trine_synth::bench::Bench;
use trine_synth::flow::{Family, map};
use trine_synth::yosys::Yosys;

/// What mapping makes of a register behind `logic`, which drives `d`.
fn mapped(family: Family, logic: &str) -> Result<u64, String> {
    let text = format!(
        "module small (input wire clk, input wire a, input wire b, output reg q);\n  wire d;\n  {logic}\n  \
         always @(posedge clk) q <= d;\nendmodule\n"
    );
    let files = vec![SourceFile { name: "small.v".into(), text }];
    let unit = Verilog { top: "small".into(), clock: "clk".into(), files, cells: vec![], ports: vec![] };
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::new(folder.path().into(), Duration::from_secs(120), &|_| ());
    let mapped = map(&bench, &Yosys::find().unwrap(), family, &unit).map_err(|error| error.to_string())?;
    Ok(mapped.cells.area(family).ff)
}

#[test]
fn nets_have_one_driver() {
    for family in [Family::Ecp5, Family::Ice40, Family::Gowin, Family::Xilinx7] {
        assert_eq!(mapped(family, "assign d = a & b;"), Ok(1), "{family:?}");
        let twice = mapped(family, "assign d = a; assign d = b;").unwrap_err();
        assert!(twice.contains("multiple conflicting drivers"), "{family:?}: {twice}");
        let never = mapped(family, "").unwrap_err();
        assert!(never.contains("no driver") || never.contains("driven by nothing"), "{family:?}: {never}");
    }
}
