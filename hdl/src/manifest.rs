//! The machine-readable description of a generated unit.

use serde::{Deserialize, Serialize};
use trine_spec::config::Density;
use trine_spec::registers::registers;
use trine_spec::{Config, Style};

use crate::{Direction, Port, SourceFile, TESTBENCH, Testbench, Verilog};

/// `manifest.json`.
#[derive(Debug, Serialize)]
pub struct Manifest {
    top: String,
    clock: String,
    /// Name of the generator.
    emitter: String,
    /// Module names, children before parents.
    pub modules: Vec<String>,
    /// The testbench and the files that it reads; none for a unit with windows.
    testbench: Vec<String>,
    ports: Vec<PortOf>,
    /// Cycles from a lane chunk entering the columns to its result entering the result buffer.
    #[serde(rename = "latency_cycles")]
    pub latency: usize,
    config: Config,
    /// Density of the weight stream.
    density: Density,
    registers: Vec<Register>,
    /// All files of the unit but this one.
    files: Vec<String>,
}

/// A port of the top module.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortOf {
    name: String,
    direction: String,
    width: usize,
}

impl PortOf {
    /// The form of `port` in a manifest.
    pub fn new(port: &Port) -> Self {
        let direction = if port.direction == Direction::Input { "input" } else { "output" };
        Self { name: port.name.clone(), direction: direction.into(), width: port.width }
    }
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
    /// The manifest of a unit that `emitter` wrote into `files`.
    pub fn new(
        verilog: &Verilog,
        testbench: Option<&Testbench>,
        config: &Config,
        emitter: &str,
        files: Vec<String>,
    ) -> Self {
        Self {
            top: verilog.top.clone(),
            clock: verilog.clock.clone(),
            emitter: emitter.into(),
            modules: verilog.files.iter().map(|file| file.name.trim_end_matches(".v").to_owned()).collect(),
            testbench: testbench.iter().flat_map(|bench| bench.files()).map(|file| file.name.clone()).collect(),
            ports: verilog.ports.iter().map(PortOf::new).collect(),
            latency: config.latency(),
            config: config.clone(),
            density: config.density(),
            registers: registers(config).map(register).collect(),
            files,
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

/// Folder of models of a vendor's cells, with a slash behind it.
pub const CELLS: &str = "cells/";

/// Paths and texts of the files of a unit, without its manifest.
pub fn unit_files(verilog: &Verilog, testbench: Option<&Testbench>, config: &Config) -> Vec<(String, String)> {
    let list = |folder: &str, files: &[SourceFile]| -> String {
        files.iter().map(|file| format!("{folder}{}\n", file.name)).collect()
    };
    let own = |file: &SourceFile| (file.name.clone(), file.text.clone());
    let mut all: Vec<(String, String)> = verilog.files.iter().map(own).collect();
    if !verilog.cells.is_empty() {
        all.extend(verilog.cells.iter().map(|file| (format!("{CELLS}{}", file.name), file.text.clone())));
        all.push(("trine_cells.f".into(), list(CELLS, &verilog.cells)));
    }
    all.push(("trine.f".into(), list("", &verilog.files)));
    all.extend(testbench.iter().flat_map(|bench| bench.files()).map(own));
    all.push(("trine.core".into(), fusesoc_core(verilog, testbench, config)));
    all
}

/// A FuseSoC core file (CAPI2) for the files of `verilog`, and a testbench where there is one; the core of packed columns has no target
/// that synthesis could take.
fn fusesoc_core(verilog: &Verilog, testbench: Option<&Testbench>, config: &Config) -> String {
    let (note, default) = match config.style() {
        Style::Packed => (", for simulation only", String::new()),
        _ => ("", format!("  default:\n    filesets: [rtl]\n    toplevel: {}\n", verilog.top)),
    };
    let list = |folder: &str, files: &[SourceFile]| -> String {
        files.iter().map(|file| format!("      - {folder}{}\n", file.name)).collect()
    };
    let files = list("", &verilog.files);
    // Synthesis brings the cells of its technology; everything else takes the models.
    let (cells, models) = match verilog.cells.is_empty() {
        true => (String::new(), ""),
        false => {
            let files = list(CELLS, &verilog.cells);
            (format!("  cells:\n    files:\n{files}    file_type: verilogSource\n"), "cells, ")
        }
    };
    let (bench, sim) = testbench.map_or_else(Default::default, |bench| {
        // The vectors are read by name where the simulation runs.
        let vector = |file: &SourceFile| format!("      - {0}: {{file_type: user, copyto: {0}}}\n", file.name);
        let vectors: String = bench.vectors.iter().map(vector).collect();
        let module = &bench.module.name;
        let bench = format!("  tb:\n    files:\n      - {module}\n{vectors}    file_type: systemVerilogSource\n");
        let sim = format!(
            "  sim:\n    filesets: [{models}rtl, tb]\n    toplevel: {TESTBENCH}\n    flow: sim\n\
             \x20   flow_options:\n      tool: icarus\n      iverilog_options: [-g2012]\n"
        );
        (bench, sim)
    });
    format!(
        "CAPI=2:\n\
         name: ::{top}:{version}\n\
         description: Ternary matmul accelerator for BitNet b1.58 language models{note}\n\
         filesets:\n  rtl:\n    files:\n{files}    file_type: verilogSource\n{cells}{bench}\
         targets:\n{default}\
         \x20 lint:\n    filesets: [{models}rtl]\n    toplevel: {top}\n    flow: lint\n    flow_options:\n      tool: verilator\n{sim}",
        top = verilog.top,
        version = env!("CARGO_PKG_VERSION"),
    )
}
