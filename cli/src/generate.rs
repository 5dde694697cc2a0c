//! `trine generate`: the unit as Verilog-2005, with what tools need to pick it up.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use trine_hdl::TESTBENCH;
use trine_hdl::manifest::{CELLS, Manifest, unit_files};
use trine_report::document::{Document, Kind};
use trine_report::place::{check_folder, to_json, write_in};
use trine_report::places::Places;
use trine_report::text::{describe, generated_notices, grouped};

use crate::Verdict;
use crate::args::UnitArgs;
use crate::board::BoardArg;
use crate::emitter::Emitter;
use crate::json::JsonArg;
use crate::output::{table, warn};
use crate::provenance::provenance;

/// Write the accelerator as Verilog, with a testbench
///
/// The folder gets a .v file per module, trine.f, a testbench with its vectors, manifest.json and a FuseSoC .core. A unit with
/// --windows has no testbench. In a folder that holds another unit, the files that its manifest.json lists and the new unit does
/// not have are removed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder to write to; made if it is missing
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Generator of the Verilog, one of two independent ones
    #[arg(long, value_name = "NAME", value_enum, default_value_t = Emitter::Trine)]
    emitter: Emitter,
    #[command(flatten)]
    pub(crate) json: JsonArg,
    #[command(flatten)]
    board: BoardArg,
    #[command(flatten)]
    unit: UnitArgs,
}

impl Args {
    /// Adds the files of the options to `places`.
    pub(crate) fn add_to(&self, places: &mut Places) -> Result<()> {
        places.writes_in("--output", &self.output, WRITTEN);
        places.writes_in("--output", &self.output.join(CELLS), WRITTEN);
        self.board.add_to(&self.unit, places)?;
        self.json.add_to(places);
        Ok(())
    }
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let config = args.board.unit(&args.unit)?;
    warn(&generated_notices(&config));
    let verilog = args.emitter.verilog(&config)?;
    let testbench = trine_hdl::testbench(&config);
    let files = unit_files(&verilog, testbench.as_ref(), &config);
    let manifest = Manifest::new(&verilog, testbench.as_ref(), &config, &args.emitter.to_string(), names(&files));

    let folder = &args.output;
    let json = args.json.open()?;
    for sub in ["", CELLS] {
        let inside = files.iter().filter_map(|(name, _)| name.strip_prefix(sub)).filter(|name| !name.contains('/'));
        let inside: Vec<&str> = inside.chain([MANIFEST].into_iter().filter(|_| sub.is_empty())).collect();
        if !inside.is_empty() {
            let place = if sub.is_empty() { folder } else { &folder.join(sub) };
            check_folder(place, &inside)?;
        }
    }
    let removed = remove_former(folder, &names(&files))?;
    for (name, text) in &files {
        let path = folder.join(name);
        write_in(
            path.parent().unwrap_or(folder),
            &path.file_name().unwrap_or_default().to_string_lossy(),
            text.as_bytes(),
        )?;
    }
    // Without provenance: one configuration always gives one folder.
    write_in(folder, MANIFEST, &to_json(&Document::new(Kind::Generate, None, &manifest))?)?;

    writeln!(out, "unit: {}", describe(&config))?;
    let mut lines = table(["file", "lines"]);
    for file in &verilog.files {
        lines.add_row([file.name.clone(), grouped(file.text.lines().count())]);
    }
    writeln!(out, "{lines}")?;
    writeln!(out, "{} modules in {}, latency {} cycles", manifest.modules.len(), folder.display(), manifest.latency)?;
    match &testbench {
        Some(bench) => {
            let (file, cells) = (&bench.module.name, if verilog.cells.is_empty() { "" } else { "-f trine_cells.f " });
            let icarus = format!("iverilog -g2012 -s {TESTBENCH} -o {TESTBENCH}.vvp {cells}-f trine.f {file}");
            writeln!(out, "testbench: {file}; in that folder: {icarus} && vvp {TESTBENCH}.vvp")?;
        }
        None => writeln!(
            out,
            "testbench: none for a unit with {}; `trine verify --rtl {}` checks it",
            if config.windows() { "windows" } else { "weights in memory" },
            folder.display()
        )?,
    }
    if !removed.is_empty() {
        writeln!(out, "removed, of the unit that was here before: {}", removed.join(", "))?;
    }
    json.write(Kind::Generate, provenance(), &manifest)?;
    Ok(Verdict::Right)
}

const MANIFEST: &str = "manifest.json";
/// Names and endings of the files of a unit.
const WRITTEN: &[&str] = &[MANIFEST, ".v", ".f", ".hex", ".core"];

fn names(files: &[(String, String)]) -> Vec<String> {
    files.iter().map(|(name, _)| name.clone()).collect()
}

/// Removes the files that the folder's former manifest lists and that are not in `kept`; returns their paths.
fn remove_former(folder: &Path, kept: &[String]) -> Result<Vec<String>> {
    let former = fs::read(folder.join(MANIFEST)).ok().and_then(|text| serde_json::from_slice::<Former>(&text).ok());
    let mut removed = vec![];
    for name in former.map_or(vec![], |former| former.files) {
        let path = folder.join(&name);
        let inside = name.strip_prefix(CELLS).unwrap_or(&name);
        // A manifest that was edited must not lead out of the folder.
        let is_own = !inside.is_empty() && !inside.contains(['/', '\\']) && ![".", "..", MANIFEST].contains(&inside);
        if is_own && !kept.contains(&name) && fs::symlink_metadata(&path).is_ok_and(|data| !data.is_dir()) {
            fs::remove_file(&path).with_context(|| format!("{}: cannot be removed", path.display()))?;
            removed.push(name);
        }
    }
    if removed.iter().any(|name| name.starts_with(CELLS)) {
        // A folder that is not empty holds files of somebody else.
        let _ = fs::remove_dir(folder.join(CELLS));
    }
    Ok(removed)
}

/// The part of a former manifest that lists files.
#[derive(Deserialize)]
struct Former {
    files: Vec<String>,
}
