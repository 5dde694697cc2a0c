//! Designs that are no circuits do not get through mapping.

use std::time::Duration;
use trine_hdl::{SourceFile, Verilog};
use trine_synth::bench::ToolBench;
use trine_synth::flow::{Family, map};
use trine_synth::yosys::Yosys;

/// Registers that come of mapping one register behind `logic`, which drives `d`.
fn mapped(family: Family, logic: &str) -> Result<u64, String> {
    let text = format!(
        "module small (input wire clk, input wire a, input wire b, output reg q);\n  wire d;\n  {logic}\n  \
         always @(posedge clk) q <= d;\nendmodule\n"
    );
    let files = vec![SourceFile { name: "small.v".into(), text }];
    let unit = Verilog { top: "small".into(), clock: "clk".into(), files, cells: vec![], ports: vec![] };
    let folder = tempfile::tempdir().unwrap();
    let bench = ToolBench::new(folder.path().into(), Duration::from_secs(120), &|_| ());
    let mapped = map(&bench, &Yosys::find().unwrap(), family, &unit).map_err(|error| error.to_string())?;
    Ok(mapped.cells.area(family).ff)
}

#[test]
fn nets_have_one_driver() {
    let family = Family::Ecp5;
    assert_eq!(mapped(family, "assign d = a & b;"), Ok(1));
    let twice = mapped(family, "assign d = a; assign d = b;").unwrap_err();
    assert!(twice.contains("Warning: multiple conflicting drivers for small."), "{twice}");
    let never = mapped(family, "").unwrap_err();
    assert!(never.contains("Wire small.\\d is used but has no driver"), "{never}");
}
