//! The machine-readable description of a generated unit.

use serde::Serialize;
use trine_hdl::{Direction, SourceFile, TESTBENCH, Verilog};
use trine_spec::Config;
use trine_spec::registers::REGISTERS;

/// `manifest.json`.
#[derive(Debug, Serialize)]
pub(crate) struct Manifest {
    top: String,
    clock: String,
    emitter: String,
    /// Module names, children before parents.
    pub(crate) modules: Vec<String>,
    ports: Vec<Port>,
    /// Cycles from a lane chunk entering the columns to its result entering the result buffer.
    pub(crate) latency: usize,
    config: Config,
    registers: Vec<Register>,
}

#[derive(Debug, Serialize)]
struct Port {
    name: String,
    direction: &'static str,
    width: usize,
}

#[derive(Debug, Serialize)]
struct Register {
    name: &'static str,
    offset: u32,
    description: &'static str,
    fields: Vec<Field>,
}

#[derive(Debug, Serialize)]
struct Field {
    name: &'static str,
    lsb: usize,
    width: usize,
    access: &'static str,
    description: &'static str,
}

impl Manifest {
    pub(crate) fn new(verilog: &Verilog, config: &Config, emitter: String) -> Self {
        let port = |port: &trine_hdl::Port| Port {
            name: port.name.clone(),
            direction: if port.direction == Direction::Input { "input" } else { "output" },
            width: port.width,
        };
        Self {
            top: verilog.top.clone(),
            clock: verilog.clock.clone(),
            emitter,
            modules: verilog.files.iter().map(|file| file.name.trim_end_matches(".v").to_owned()).collect(),
            ports: verilog.ports.iter().map(port).collect(),
            latency: trine_hdl::design::latency(config),
            config: config.clone(),
            registers: REGISTERS.iter().map(register).collect(),
        }
    }
}

fn register(register: &trine_spec::registers::Register) -> Register {
    let fields = register.fields.iter().map(|field| Field {
        name: field.name,
        lsb: field.lsb,
        width: field.width,
        access: field.access.name(),
        description: field.doc,
    });
    Register { name: register.name, offset: register.offset, description: register.doc, fields: fields.collect() }
}

/// A FuseSoC core file (CAPI2) for the files of `verilog`, and a testbench where there is one.
pub(crate) fn fusesoc_core(verilog: &Verilog, testbench: Option<&SourceFile>) -> String {
    let list = |folder: &str, files: &[SourceFile]| -> String {
        files.iter().map(|file| format!("      - {folder}{}\n", file.name)).collect()
    };
    let files = list("", &verilog.files);
    // Synthesis brings the cells of its technology; everything else takes the models.
    let (cells, models) = match verilog.cells.is_empty() {
        true => (String::new(), ""),
        false => {
            let files = list("cells/", &verilog.cells);
            (format!("  cells:\n    files:\n{files}    file_type: verilogSource\n"), "cells, ")
        }
    };
    let (bench, sim) = testbench.map_or_else(Default::default, |file| {
        let bench = format!("  tb:\n    files:\n      - {}\n    file_type: systemVerilogSource\n", file.name);
        let sim = format!(
            "  sim:\n    filesets: [{models}rtl, tb]\n    toplevel: {TESTBENCH}\n    flow: sim\n\
             \x20   flow_options:\n      tool: icarus\n      iverilog_options: [-g2012]\n"
        );
        (bench, sim)
    });
    format!(
        "CAPI=2:\n\
         name: ::{top}:{version}\n\
         description: Ternary matmul accelerator for BitNet b1.58 language models\n\
         filesets:\n  rtl:\n    files:\n{files}    file_type: verilogSource\n{cells}{bench}\
         targets:\n  default:\n    filesets: [rtl]\n    toplevel: {top}\n\
         \x20 lint:\n    filesets: [{models}rtl]\n    toplevel: {top}\n    flow: lint\n    flow_options:\n      tool: verilator\n{sim}",
        top = verilog.top,
        version = env!("CARGO_PKG_VERSION"),
    )
}
