//! A unit as it was delivered: a folder that `trine generate` wrote, perhaps edited since.
//!
//! `manifest.json` says what the unit is, `trine.f` which files it is made of. Files may be edited, which is said; they may not be
//! missing or left out of the list, because then what is judged is not what somebody else builds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use trine_hdl::manifest::PortOf;
use trine_hdl::{SourceFile, TESTBENCH, Verilog};
use trine_spec::Config;

use crate::args::UnitArgs;
use crate::emitter::Emitter;

/// The part of `manifest.json` that says how to build the unit.
#[derive(Deserialize)]
struct Described {
    top: String,
    clock: String,
    emitter: Emitter,
    modules: Vec<String>,
    ports: Vec<PortOf>,
    config: Config,
}

/// Origin of the unit of an outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Origin {
    /// The folder.
    #[serde(serialize_with = "trine_report::lossy::path")]
    folder: PathBuf,
    /// The generator that its manifest names.
    emitter: Emitter,
    /// Files of the unit.
    files: usize,
    /// Those that are not as this version of the generator writes them, its testbench included.
    differs: Vec<String>,
}

/// A unit from a folder.
pub(super) struct Delivered {
    pub(super) config: Config,
    pub(super) verilog: Verilog,
    pub(super) origin: Origin,
}

impl Delivered {
    /// Reads the unit in `folder`.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let manifest = folder.join("manifest.json");
        let text = text(&manifest).context("--rtl takes a folder that `trine generate` wrote")?;
        let described: Described =
            serde_json::from_str(&text).with_context(|| format!("{}: not a unit's manifest", manifest.display()))?;
        let Described { top, clock, emitter, modules, ports, config } = described;
        let generated = emitter.verilog(&config)?;
        let expected: Vec<PortOf> = generated.ports.iter().map(PortOf::new).collect();
        ensure!(
            (&top, &clock) == (&generated.top, &generated.clock) && ports == expected,
            "{}: its ports are not those of the unit that its config describes; generate the unit again",
            manifest.display()
        );

        let files = listed(folder, "trine.f", "")?;
        for module in &modules {
            let name = format!("{module}.v");
            let there = files.iter().any(|file| file.name == name);
            ensure!(there, "{}: {name} is missing, a file that manifest.json names", folder.join("trine.f").display());
        }
        let cells = match generated.cells.is_empty() {
            true => vec![],
            false => listed(folder, "trine_cells.f", "cells/")?,
        };
        let bench = trine_hdl::testbench(&config);
        for (sub, files) in [("", &files), ("cells", &cells)] {
            unlisted(&folder.join(sub), files, bench.is_some())?;
        }

        let bench: Vec<SourceFile> = bench.iter().flat_map(|bench| bench.files()).cloned().collect();
        let around = bench.iter().filter(|file| folder.join(&file.name).is_file());
        let found = around.map(|file| Ok((file, text_or_damaged(&folder.join(&file.name))?)));
        let found: Vec<(&SourceFile, String)> = found.collect::<Result<_>>()?;
        let edited = |file: &&SourceFile| !generated.with_cells().any(|own| own == *file);
        let mut differs: Vec<String> = files.iter().chain(&cells).filter(edited).map(|f| f.name.clone()).collect();
        differs.extend(found.iter().filter(|(own, text)| own.text != *text).map(|(own, _)| own.name.clone()));
        let origin = Origin { folder: folder.to_owned(), emitter, files: files.len() + cells.len(), differs };
        Ok(Self { verilog: Verilog { files, cells, ..generated }, config, origin })
    }

    /// Refuses flags that describe another unit.
    pub(super) fn agrees_with(&self, flags: &UnitArgs) -> Result<()> {
        let wanted = flags.config_over(&self.config)?;
        let (found, wanted) = (serde_json::to_value(&self.config)?, serde_json::to_value(wanted)?);
        let fields = found.as_object().into_iter().flatten();
        let differ = fields.filter(|(name, value)| wanted.get(name) != Some(value));
        let differ: Vec<String> = differ
            .map(|(name, value)| {
                let (flag, here) = (name.replace('_', "-"), wanted.get(name).unwrap_or(&serde_json::Value::Null));
                format!("{flag} is {value} there and {here} here")
            })
            .collect();
        ensure!(
            differ.is_empty(),
            "{}: the unit is not the one that the flags describe: {}; leave the flags out",
            self.origin.folder.join("manifest.json").display(),
            differ.join(", ")
        );
        Ok(())
    }
}

impl Origin {
    /// One line about what is judged.
    pub(super) fn describe(&self) -> String {
        let (folder, version) = (self.folder.display(), env!("CARGO_PKG_VERSION"));
        match &self.differs[..] {
            [] => format!("rtl: {folder}, {} files as trine {version} generates them", self.files),
            differs => format!(
                "rtl: {folder}, {} files; other than trine {version} generates: {}",
                self.files,
                differs.join(", ")
            ),
        }
    }
}

/// The Verilog files that a list names, each in front of `folder` as `sub` and its name.
fn listed(folder: &Path, list: &str, sub: &str) -> Result<Vec<SourceFile>> {
    let path = folder.join(list);
    let (mut files, mut seen): (Vec<SourceFile>, BTreeSet<String>) = (vec![], BTreeSet::new());
    for (number, line) in text(&path)?.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with("//") {
            continue;
        }
        let place = || format!("{}, line {}", path.display(), number + 1);
        let name = line.strip_prefix(sub).filter(|name| is_source(name) && !name.contains(['/', '\\']));
        let Some(name) = name else {
            bail!("{}: `{line}` is not the name of a Verilog file in {}", place(), folder.join(sub).display());
        };
        ensure!(seen.insert(name.to_owned()), "{}: {line} is listed twice", place());
        let text = text(&folder.join(line)).with_context(place)?;
        files.push(SourceFile { name: name.to_owned(), text });
    }
    ensure!(!files.is_empty(), "{}: no file is listed", path.display());
    Ok(files)
}

/// Refuses Verilog in a folder that its list does not name; a unit may have a testbench beside it.
fn unlisted(folder: &Path, files: &[SourceFile], has_bench: bool) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let name = entry.with_context(|| folder.display().to_string())?.file_name().to_string_lossy().into_owned();
        let known = has_bench && name == format!("{TESTBENCH}.v") || files.iter().any(|file| file.name == name);
        ensure!(
            known || !is_source(&name),
            "{}: not in the unit's list of files; add it to the list or move it away",
            folder.join(name).display()
        );
    }
    Ok(())
}

fn is_source(name: &str) -> bool {
    matches!(name.rsplit_once('.'), Some((stem, "v" | "sv")) if !stem.is_empty() && !stem.starts_with(['-', '+']))
}

fn text(path: &Path) -> Result<String> {
    String::from_utf8(bytes(path)?).with_context(|| path.display().to_string())
}

/// The text of a file of which it only matters whether it is another.
fn text_or_damaged(path: &Path) -> Result<String> {
    Ok(String::from_utf8_lossy(&bytes(path)?).into_owned())
}

/// The contents of a plain file; those of a pipe may never come.
fn bytes(path: &Path) -> Result<Vec<u8>> {
    ensure!(path.is_file() || !path.exists(), "{}: this is not a plain file", path.display());
    std::fs::read(path).with_context(|| path.display().to_string())
}
