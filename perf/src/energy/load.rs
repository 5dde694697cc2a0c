//! Records from this crate's file and from files of the user's.

use std::path::Path;

use super::file;
use super::records::Records;
use crate::Error;
use crate::memory;
use crate::origin::Origin;

const BUILTIN: &str = include_str!("records.toml");

impl Records {
    /// The records and memories that come with this crate.
    ///
    /// # Errors
    /// [`Error::Records`] and [`Error::Memories`]; a test shows that there are none.
    pub fn builtin() -> Result<Self, Error> {
        let mut records = Self::parse(BUILTIN)?;
        records.own.clear();
        records.memories = memory::memories()?;
        Ok(records)
    }

    /// Reads and checks records in the format of docs/reference/energy-records.md.
    ///
    /// # Errors
    /// [`Error::Records`] with everything that is wrong with the text, each fault with its line.
    pub fn parse(toml: &str) -> Result<Self, Error> {
        Self::default().and(toml)
    }

    /// These records and those of another text in the same format.
    ///
    /// # Errors
    /// As [`parse`](Self::parse); a set or memory that is there already is a fault too.
    pub fn and(self, toml: &str) -> Result<Self, Error> {
        self.join(toml, None)
    }

    /// These records and those of a file whose content is `toml`; its memories keep the file's name and check sum.
    ///
    /// # Errors
    /// As [`and`](Self::and).
    pub fn and_file(self, path: &Path, toml: &str) -> Result<Self, Error> {
        self.join(toml, Some(&Origin::new(path, toml)))
    }

    fn join(mut self, toml: &str, origin: Option<&Origin>) -> Result<Self, Error> {
        let own = file::read(&mut self, toml, origin).map_err(Error::Records)?;
        self.own.extend(own);
        Ok(self)
    }
}
