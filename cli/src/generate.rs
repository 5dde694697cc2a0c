//! `trine generate`: the unit as Verilog-2005, with what tools need to pick it up.

use std::fmt;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use trine_hdl::{Testbench, Verilog};
use trine_spec::Config;

use crate::Verdict;
use crate::args::{UnitArgs, describe};
use crate::manifest::{Manifest, fusesoc_core};
use crate::output::{grouped, table};
use crate::output_file::{JsonArg, Output, open_folder};

/// Which generator prints the Verilog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Emitter {
    /// The project's own
    Trine,
    /// rust-hdl's
    RustHdl,
}

impl fmt::Display for Emitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Emitter::Trine => "trine",
            Emitter::RustHdl => "rust-hdl",
        })
    }
}

impl Emitter {
    /// The unit of configuration `config` as this generator prints it.
    pub(crate) fn verilog(self, config: &Config) -> Result<Verilog> {
        let unit = trine_hdl::design::unit(config)?;
        Ok(match self {
            Emitter::Trine => trine_hdl::lang::verilog(&unit)?,
            Emitter::RustHdl => trine_hdl::rust_hdl::verilog(&unit)?,
        })
    }
}

/// Write the accelerator as Verilog: a .v per module, trine.f, a testbench, manifest.json and a FuseSoC .core
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder to write to; made when it is not there
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Which of the two independent generators prints
    #[arg(long, value_enum, default_value_t = Emitter::Trine)]
    emitter: Emitter,
    #[command(flatten)]
    pub(crate) json: JsonArg,
    #[command(flatten)]
    unit: UnitArgs,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let config = args.unit.config()?;
    let json = args.json.open()?;
    let verilog = args.emitter.verilog(&config)?;
    let testbench = trine_hdl::testbench(&config);
    let manifest = Manifest::new(&verilog, testbench.as_ref(), &config, args.emitter);

    let beside = ["manifest.json", "trine.core", "trine.f", "trine_cells.f"].map(String::from);
    let names = verilog.files.iter().map(|file| file.name.clone());
    let names = names.chain(verilog.cells.iter().map(|file| format!("cells/{}", file.name)));
    let names = names.chain(testbench.iter().flat_map(Testbench::files).map(|file| file.name.clone())).chain(beside);
    args.json.check_apart(names.map(|name| ("--output", args.output.join(name))))?;

    open_folder(&args.output)?;
    let place = |name: &str| Output::open(&args.output.join(name));
    let write = |name: &str, text: &str| place(name)?.write(text.as_bytes());
    let manifest_json = place("manifest.json")?;
    let mut files = table(["file", "lines"]);
    for file in &verilog.files {
        write(&file.name, &file.text)?;
        files.add_row([file.name.clone(), grouped(file.text.lines().count())]);
    }
    if !verilog.cells.is_empty() {
        open_folder(&args.output.join("cells"))?;
        for file in &verilog.cells {
            write(&format!("cells/{}", file.name), &file.text)?;
        }
        let list: String = verilog.cells.iter().map(|file| format!("cells/{}\n", file.name)).collect();
        write("trine_cells.f", &list)?;
    }
    let list: String = verilog.files.iter().map(|file| format!("{}\n", file.name)).collect();
    write("trine.f", &list)?;
    for file in testbench.iter().flat_map(Testbench::files) {
        write(&file.name, &file.text)?;
    }
    write("trine.core", &fusesoc_core(&verilog, testbench.as_ref()))?;
    manifest_json.write_json(&manifest)?;

    writeln!(out, "unit: {}", describe(&config))?;
    writeln!(out, "{files}")?;
    writeln!(
        out,
        "{} modules in {}, latency {} cycles",
        manifest.modules.len(),
        args.output.display(),
        manifest.latency
    )?;
    json.write(&manifest)?;
    Ok(Verdict::Right)
}
