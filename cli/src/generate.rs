//! `trine generate`: the unit as Verilog-2005, with what tools need to pick it up.

use std::fmt;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::Verdict;
use crate::args::{UnitArgs, describe};
use crate::manifest::{Manifest, fusesoc_core};
use crate::output::{grouped, table, write_file, write_json};

/// Which generator prints the Verilog.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Emitter {
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

/// Write the accelerator as Verilog: a .v per module, trine.f, a testbench, manifest.json and a FuseSoC .core
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder to write to; made when it is not there
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Which of the two independent generators prints
    #[arg(long, value_enum, default_value_t = Emitter::Trine)]
    emitter: Emitter,
    /// Also write the manifest here
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    unit: UnitArgs,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let config = args.unit.config()?;
    let unit = trine_hdl::design::unit(&config)?;
    let verilog = match args.emitter {
        Emitter::Trine => trine_hdl::lang::verilog(&unit)?,
        Emitter::RustHdl => trine_hdl::rust_hdl::verilog(&unit)?,
    };
    let manifest = Manifest::new(&verilog, &config, args.emitter.to_string());

    std::fs::create_dir_all(&args.output).with_context(|| args.output.display().to_string())?;
    let mut files = table(["file", "lines"]);
    for file in &verilog.files {
        write_file(&args.output.join(&file.name), file.text.as_bytes())?;
        files.add_row([file.name.clone(), grouped(file.text.lines().count())]);
    }
    if !verilog.cells.is_empty() {
        let folder = args.output.join("cells");
        std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        for file in &verilog.cells {
            write_file(&folder.join(&file.name), file.text.as_bytes())?;
        }
        let list: String = verilog.cells.iter().map(|file| format!("cells/{}\n", file.name)).collect();
        write_file(&args.output.join("trine_cells.f"), list.as_bytes())?;
    }
    let list: String = verilog.files.iter().map(|file| format!("{}\n", file.name)).collect();
    write_file(&args.output.join("trine.f"), list.as_bytes())?;
    let testbench = trine_hdl::testbench(&config);
    if let Some(file) = &testbench {
        write_file(&args.output.join(&file.name), file.text.as_bytes())?;
    }
    write_file(&args.output.join("trine.core"), fusesoc_core(&verilog, testbench.as_ref()).as_bytes())?;
    write_json(&args.output.join("manifest.json"), &manifest)?;
    if let Some(path) = &args.json {
        write_json(path, &manifest)?;
    }

    writeln!(out, "unit: {}", describe(&config))?;
    writeln!(out, "{files}")?;
    writeln!(
        out,
        "{} modules in {}, latency {} cycles",
        manifest.modules.len(),
        args.output.display(),
        manifest.latency
    )?;
    Ok(Verdict::Right)
}
