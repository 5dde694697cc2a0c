//! `--json`: the machine form of a result.

use std::path::PathBuf;

use anyhow::{Result, bail};
use serde::Serialize;
use trine_report::place::{Output, is_same_file};

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
    /// No machine form.
    pub const NONE: Self = Self { json: None };

    /// Checks that none of the other `results`, each with its option, has the same place: the later would replace the earlier.
    ///
    /// # Errors
    /// One sentence with the place and both options.
    pub fn check_apart(&self, results: impl IntoIterator<Item = (&'static str, PathBuf)>) -> Result<()> {
        let Some(json) = &self.json else { return Ok(()) };
        match results.into_iter().find(|(_, path)| is_same_file(json, path)) {
            Some((option, _)) => bail!("{}: {option} writes there too; name another file for --json", json.display()),
            None => Ok(()),
        }
    }

    /// Looks at the place.
    pub fn open(&self) -> Result<Json> {
        Ok(Json(self.json.as_deref().map(Output::open).transpose()?))
    }
}

impl Json {
    /// Writes `value`, where it was asked for.
    pub fn write(&self, value: &impl Serialize) -> Result<()> {
        self.0.as_ref().map_or(Ok(()), |output| Ok(output.write_json(value)?))
    }

    /// Writes a text that is JSON already.
    pub fn write_text(&self, text: &str) -> Result<()> {
        self.0.as_ref().map_or(Ok(()), |output| Ok(output.write(text.as_bytes())?))
    }
}
