//! Verilog that comes from elsewhere, looked at before it is built: text that is no Verilog, and ports that are not those of the table.
//!
//! The simulation reaches ports as memory of the size that the table says, so a port of another width must never get that far.

use std::process::Command;

use trine_hdl::{Direction, Verilog};
use trine_tools::output;

use crate::error::Error;
use crate::recipe;
use crate::tools::Verilator;

/// Name of the module around the design.
const AROUND: &str = "trine_interface";

/// Looks for mistakes in the text of a design and for ports of its top module that differ from `verilog.ports`.
///
/// # Errors
/// [`Error::Text`] with the first thing that Verilator refuses, [`Error::Ports`] with the first port that is missing, too many or
/// of another width, [`Error::ToolMissing`] without Verilator.
pub fn interface(verilog: &Verilog) -> Result<(), Error> {
    let verilator = Verilator::find()?;
    let folder = tempfile::tempdir().map_err(Error::io("cannot create a folder in", &std::env::temp_dir()))?;
    let sources = recipe::write_sources(folder.path(), verilog)?;
    let file = format!("{AROUND}.v");
    let path = folder.path().join(&file);
    std::fs::write(&path, around(verilog)).map_err(Error::io("cannot write", &path))?;
    let mut command = Command::new(&verilator.executable);
    command
        .env("VERILATOR_ROOT", &verilator.root)
        .current_dir(folder.path())
        .args(["--lint-only", "-Wno-fatal", "-Wno-lint", "-Wno-style", "-Wwarn-WIDTH", "-Wwarn-PINMISSING"])
        .args(["--quiet-stats", "--top-module", AROUND])
        .args(sources)
        .arg(&file);
    let output = output(&mut command, None)?;
    let said = String::from_utf8_lossy(&output.stderr);
    let top = verilog.top.clone();
    // The first line of a message has its place; of warnings only those about the ports matter here.
    let place = format!("{file}:");
    for line in said.lines().filter(|line| line.starts_with("%Error") || line.starts_with("%Warning")) {
        let (kind, message) = line.split_once(": ").unwrap_or((line, ""));
        if let Some(rest) = message.strip_prefix(&place) {
            let problem = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':').trim().to_owned();
            return Err(Error::Ports { top, problem });
        }
        if kind.starts_with("%Error") {
            return Err(Error::Text { top, problem: message.to_owned() });
        }
    }
    match output.status.success() {
        true => Ok(()),
        false => {
            Err(Error::Text { top, problem: said.lines().next().unwrap_or("Verilator gives no reason").to_owned() })
        }
    }
}

/// A module with wires of the widths in the table around the design.
fn around(verilog: &Verilog) -> String {
    let mut text = format!("module {AROUND};\n");
    for port in &verilog.ports {
        text += &format!("  wire [{}:0] {};\n", port.width - 1, port.name);
    }
    let inputs = |port: &&trine_hdl::Port| port.direction == Direction::Input;
    // An output that is driven from outside too is one that the design takes for an input.
    let driven: Vec<String> =
        verilog.ports.iter().filter(inputs).map(|port| format!("  assign {} = 0;\n", port.name)).collect();
    let pins: Vec<String> = verilog.ports.iter().map(|port| format!("    .{0}({0})", port.name)).collect();
    text + &driven.concat() + &format!("  {} unit (\n{}\n  );\nendmodule\n", verilog.top, pins.join(",\n"))
}

#[cfg(test)]
mod tests {
    use trine_hdl::{Port, SourceFile};

    use super::*;

    fn checked(text: &str) -> Result<(), String> {
        let port = |name: &str, direction, width| Port { name: name.to_owned(), direction, width, signed: false };
        let verilog = Verilog {
            top: "inverter".to_owned(),
            clock: String::new(),
            files: vec![SourceFile { name: "inverter.v".to_owned(), text: text.to_owned() }],
            cells: vec![],
            ports: vec![port("x", Direction::Input, 8), port("y", Direction::Output, 8)],
        };
        interface(&verilog).map_err(|error| error.to_string())
    }

    #[test]
    fn text_and_ports_are_looked_at() {
        let good =
            "module inverter(input [7:0] x, output [7:0] y); wire [3:0] unused = 5'd1; assign y = ~x; endmodule\n";
        assert_eq!(checked(good), Ok(()), "what is merely untidy passes");
        let bad = |from: &str, to: &str| checked(&good.replace(from, to)).unwrap_err();
        let text = bad("assign y", "assing y");
        assert!(text.starts_with("the Verilog of inverter cannot be read: inverter.v:1:"), "{text}");
        for (from, to, says) in [
            ("[7:0] x", "[8:0] x", "expects 9 bits"),
            ("[7:0] y", "[6:0] y", "expects 7 bits"),
            ("x", "z", "'z'"),
            ("[7:0] y)", "[7:0] y, output more)", "more"),
        ] {
            let ports = bad(from, to);
            assert!(ports.starts_with("the ports of inverter are not those described: "), "{ports}");
            assert!(ports.contains(says) && ports.lines().count() == 1, "{ports}");
        }
    }
}
