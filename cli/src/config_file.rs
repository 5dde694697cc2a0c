//! `--config FILE.toml`: all keys of a configuration, or part of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use toml::{Spanned, Value};
use trine_spec::config::Builder;

/// The keys that a file gives, with their lines.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    path: PathBuf,
    lines: BTreeMap<String, usize>,
    given: Builder,
}

impl ConfigFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// If the file cannot be read, or holds anything but keys of a configuration; the sentence has the path and the line.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let line = |offset: usize| text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1;
        // The library's message shows the offending line over several lines of text.
        let refusal = |error: toml::de::Error| match error.span() {
            Some(span) => anyhow!("{}: {}", place(path, line(span.start)), error.message()),
            None => anyhow!("{}: {}", path.display(), error.message()),
        };
        let given = toml::from_str(&text).map_err(refusal)?;
        let values: BTreeMap<String, Spanned<Value>> = toml::from_str(&text).map_err(refusal)?;
        let lines = values.into_iter().map(|(key, value)| (key.replace('_', "-"), line(value.span().start))).collect();
        Ok(Self { path: path.to_owned(), lines, given })
    }

    /// The keys with their values.
    pub(crate) fn given(&self) -> Builder {
        self.given.clone()
    }

    /// Path and line of `key`; `None` if the file does not give it.
    pub(crate) fn place_of(&self, key: &str) -> Option<String> {
        self.lines.get(key).map(|&line| place(&self.path, line))
    }
}

fn place(path: &Path, line: usize) -> String {
    format!("{}, line {line}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ConfigFile> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("unit.toml");
        std::fs::write(&path, text)?;
        ConfigFile::read(&path)
    }

    #[test]
    fn keys_have_lines() {
        let file = read("# A unit.\nlanes = 8\n\nstyle = \"ecp5\"\nmax_depth = 64\n").unwrap();
        assert!(file.place_of("lanes").unwrap().ends_with("unit.toml, line 2"));
        assert!(file.place_of("style").unwrap().ends_with("unit.toml, line 4"));
        assert!(file.place_of("max-depth").unwrap().ends_with("unit.toml, line 5"));
        assert_eq!(file.place_of("columns"), None);
        let unit = file.given().build().unwrap();
        assert_eq!((unit.lanes(), unit.columns()), (8, 16));
    }

    #[test]
    fn what_is_no_configuration_is_refused_with_its_line() {
        for (text, words) in [
            ("lanes = 8\ncolums = 2\n", "unit.toml, line 2: unknown field `colums`"),
            ("\nlanes = -1\n", "unit.toml, line 2: invalid value: integer `-1`"),
            ("lanes = 8\nlanes = 9\n", "unit.toml, line 2: duplicate key"),
            ("style = \"vhdl\"\n", "unit.toml, line 1: unknown variant `vhdl`"),
            ("lanes = 8\n[table]\n", "unit.toml, line 2: unknown field `table`"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
