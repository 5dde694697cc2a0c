//! Files in TOML: faults with their lines, and the keys of a unit in one.
//!
//! ```
//! use trine_spec::file::UnitKeys;
//!
//! let keys = UnitKeys::parse("# A unit.\nlanes = 8\nmax-depth = 0\n")?;
//! assert_eq!(keys.line_of("lanes"), Some(2));
//! let error = keys.given().build().unwrap_err();
//! assert_eq!((error.key(), keys.line_of(error.key())), ("max-depth", Some(3)));
//!
//! let fault = UnitKeys::parse("lanes = 8\ncolums = 2\n").unwrap_err();
//! assert!(fault.to_string().starts_with("line 2: unknown key `colums`, expected one of `lanes`, "));
//! # Ok::<(), trine_spec::file::Fault>(())
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use crate::config::Builder;

/// A fault of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line of the fault, from 1; absent for a fault of the whole file.
    pub line: Option<usize>,
    /// The fault.
    pub problem: String,
}

impl std::error::Error for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.line.map_or(Ok(()), |line| write!(f, "line {line}: "))?;
        f.write_str(&self.problem)
    }
}

impl Fault {
    /// The fault in `text` that `error` is about, without the excerpt of the file that the library shows.
    pub fn new(text: &str, error: &Error) -> Self {
        // A syntax error ends with a line break.
        let problem = error.message().trim_end().replace('\n', "; ").replace("unknown field", "unknown key");
        let place = error.span().map(|table| key_in(text, &table, &problem).unwrap_or(table));
        Self { line: place.map(|place| line(text, place.start)), problem }
    }
}

/// Place of the key that a refused configuration begins its sentence with, in the table of `text` at `place`.
fn key_in(text: &str, place: &Range<usize>, problem: &str) -> Option<Range<usize>> {
    let document = DeTable::parse(text).ok()?;
    let table = table_at(document.get_ref().iter().map(|(_, value)| value), place)?;
    let refused = |key: &str| problem.strip_prefix(&*key.replace('_', "-")).is_some_and(|rest| rest.starts_with(" = "));
    table.keys().find(|key| refused(key.get_ref())).map(Spanned::span)
}

/// The table at `place`, which is one of `values` or inside of one.
fn table_at<'a>(
    values: impl Iterator<Item = &'a Spanned<DeValue<'a>>>,
    place: &Range<usize>,
) -> Option<&'a DeTable<'a>> {
    let mut values: Vec<_> = values.collect();
    while let Some(value) = values.pop() {
        match value.get_ref() {
            DeValue::Table(table) if value.span() == *place => return Some(table),
            DeValue::Table(table) => values.extend(table.iter().map(|(_, value)| value)),
            DeValue::Array(array) => values.extend(array.iter()),
            _ => {}
        }
    }
    None
}

/// The values of a file.
///
/// # Errors
/// [`Fault`] for the first value that is not as expected.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    toml::from_str(text).map_err(|error| Fault::new(text, &error))
}

/// Line of a byte of `text`, from 1.
pub fn line(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|&byte| byte == b'\n').count()
}

/// Path and line of a place in a file, as errors name it.
pub fn place(path: &Path, line: Option<usize>) -> String {
    line.map_or_else(|| path.display().to_string(), |line| format!("{}, line {line}", path.display()))
}

/// The keys of a unit that a file gives, with their lines.
#[derive(Clone, Debug)]
pub struct UnitKeys {
    lines: BTreeMap<String, usize>,
    given: Builder,
}

impl UnitKeys {
    /// Reads a file that holds keys of a unit alone.
    ///
    /// # Errors
    /// [`Fault`] for the first key that no unit has, or whose value is of a wrong type.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let document = DeTable::parse(text).map_err(|error| Fault::new(text, &error))?;
        Ok(Self { lines: lines(text, document.get_ref()), given: parse(text)? })
    }

    /// The keys with their values.
    pub fn given(&self) -> Builder {
        self.given.clone()
    }

    /// Line of `key`, spelt as on the command line; `None` if the file does not give it.
    pub fn line_of(&self, key: &str) -> Option<usize> {
        self.lines.get(key).copied()
    }
}

/// The keys of a table, spelt as on the command line, with their lines.
fn lines(text: &str, table: &DeTable<'_>) -> BTreeMap<String, usize> {
    table.keys().map(|key| (key.get_ref().replace('_', "-"), line(text, key.span().start))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_lines() {
        let keys = UnitKeys::parse("# A unit.\nlanes = 8\n\nstyle = \"ecp5\"\nmax_depth = 64\n").unwrap();
        let lines = ["lanes", "style", "max-depth", "columns"].map(|key| keys.line_of(key));
        assert_eq!(lines, [Some(2), Some(4), Some(5), None]);
        let unit = keys.given().build().unwrap();
        assert_eq!((unit.lanes(), unit.columns()), (8, 20));
    }

    #[test]
    fn a_unit_out_of_range_is_refused_at_its_key_wherever_the_unit_is() {
        #[derive(Debug, serde::Deserialize)]
        #[expect(dead_code)]
        struct File {
            unit: Option<crate::Config>,
            layers: Option<Vec<File>>,
        }
        for (text, fault) in [
            ("[unit]\nlanes = 8\nmax_depth = 0\n", "line 3: max-depth = 0 is outside 1 to 262144"),
            ("unit = { lanes = 8,\n columns = 99 }\n", "line 2: columns = 99 is outside 1 to 64"),
            (
                "[unit]\nlanes = 8\n[[layers]]\n[layers.unit]\ncolumns = 2\nlanes = 0\n",
                "line 6: lanes = 0 is outside 1 to 256",
            ),
            ("[unit]\n\nweight-bus = 12\n", "line 3: weight-bus = 12 is not a multiple of 8 bits"),
        ] {
            assert_eq!(parse::<File>(text).unwrap_err().to_string(), fault);
        }
    }

    #[test]
    fn what_is_no_configuration_is_refused_with_its_line() {
        for (text, words) in [
            ("lanes = 8\ncolums = 2\n", "line 2: unknown key `colums`"),
            ("\nlanes = -1\n", "line 2: invalid value: integer `-1`"),
            ("lanes = 8\nlanes = 9\n", "line 2: duplicate key"),
            ("style = \"vhdl\"\n", "line 1: unknown variant `vhdl`"),
            ("lanes = 8\n[table]\n", "line 2: unknown key `table`"),
        ] {
            let fault = UnitKeys::parse(text).unwrap_err().to_string();
            assert!(fault.starts_with(words), "{text}: {fault}");
        }
    }
}
