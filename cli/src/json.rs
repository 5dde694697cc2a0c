//! `--json`: the machine form of a result, which begins with format, kind and provenance whatever the verb.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use trine_report::document::{Document, Kind, read, with_head};
use trine_report::place::Output;
use trine_report::places::Places;
use trine_report::run::Provenance;

/// The machine form of a result.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct JsonArg {
    /// Write the machine form to FILE, or print it alone (-, or no FILE)
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub json: Option<PathBuf>,
}

/// An opened [`JsonArg`].
#[derive(Debug)]
pub struct Json(Option<Output>);

impl JsonArg {
    /// Adds the file to `places`.
    pub fn add_to(&self, places: &mut Places) {
        self.json.iter().for_each(|file| places.writes("--json", file));
    }

    /// Looks at the place.
    pub fn open(&self) -> Result<Json> {
        Ok(Json(self.json.as_deref().map(Output::open).transpose()?))
    }
}

impl Json {
    /// Writes a document of `kind` with this `body`, where it was asked for.
    pub fn write(&self, kind: Kind, from: Provenance, body: &impl Serialize) -> Result<()> {
        let Some(output) = &self.0 else { return Ok(()) };
        Ok(output.write_json(&Document::new(kind, Some(from), body))?)
    }

    /// Writes the same with a body that is the text of an object already, which keeps its lines.
    pub fn write_text(&self, kind: Kind, from: Provenance, body: &str) -> Result<()> {
        let Some(output) = &self.0 else { return Ok(()) };
        Ok(output.write(with_head(kind, from, body)?.as_bytes())?)
    }
}

/// Reads the body of a kept document of `kind`.
pub fn kept<T: DeserializeOwned>(path: &Path, kind: Kind) -> Result<T> {
    let place = || path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(place)?;
    read(&text, kind).with_context(|| format!("{}: no result of kind {}", place(), kind.name()))
}
