//! The Verilog of a unit of your size, written to a folder and linted.
//!
//! For whoever generates units from a program and not with `trine generate`. Prints the configuration's widths, the
//! files and what Verilator says about them; without Verilator, which `make setup` brings, it ends with exit code 3:
//!
//! `cargo run -p trine-examples --bin generate [DIR]` (by default a new temporary folder)

use std::path::PathBuf;
use std::process::ExitCode;

use trine_golden_model::BoxError;
use trine_spec::{Config, WeightCode};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            let is_missing = error.downcast_ref().is_some_and(trine_sim::Error::is_missing_tool);
            ExitCode::from(if is_missing { 3 } else { 1 })
        }
    }
}

fn run() -> Result<(), BoxError> {
    let config = Config::sized(8, 4).weight_code(WeightCode::TwoBit).max_depth(256).max_tokens(4).build()?;
    println!("{} lanes x {} columns, {}-bit activations", config.lanes(), config.columns(), config.act_bits());
    println!(
        "streams: activations {} bits, weights {} bits, results {} bits",
        config.act_bus(),
        config.weight_bus(),
        config.res_bus()
    );

    let verilog = trine_hdl::lang::verilog(&trine_hdl::design::unit(&config)?)?;
    let folder = match std::env::args_os().nth(1) {
        Some(folder) => PathBuf::from(folder),
        None => tempfile::Builder::new().prefix("trine-").tempdir()?.keep(),
    };
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for file in verilog.with_cells() {
        let path = folder.join(&file.name);
        std::fs::write(&path, &file.text).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("{:25} {:4} lines", file.name, file.text.lines().count());
    }
    println!("top module {}, {} ports, in {}", verilog.top, verilog.ports.len(), folder.display());

    trine_sim::lint(&verilog)?;
    println!("verilator --lint-only -Wall: no warning");
    Ok(())
}
