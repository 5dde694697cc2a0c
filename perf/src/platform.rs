//! Memories and boards by name: how many bytes a second feed a unit, and what a byte costs.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::energy::Origin;

const BUILTIN: &str = include_str!("platforms.toml");

/// A memory behind a unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// Its name.
    pub name: String,
    /// Its set of energy records.
    pub set: String,
    /// Peak bandwidth.
    pub bytes_per_second: f64,
    /// Width and rate, and who says so.
    pub source: String,
    /// The file of the user's that it is from, where it does not come with this crate.
    #[serde(skip_deserializing)]
    pub file: Option<Origin>,
}

impl Memory {
    /// Cycles of a clock of `clock_hz` that moving `bytes` takes at least.
    pub fn cycles(&self, bytes: u64, clock_hz: f64) -> u64 {
        (bytes as f64 * clock_hz / self.bytes_per_second).ceil() as u64
    }
}

/// A board that a unit may sit on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// Its name.
    pub name: String,
    /// The name of its memory.
    pub memory: String,
    /// The set of energy records of its device.
    pub die: String,
    /// Clock of the unit.
    pub clock_hz: f64,
    /// Where this is from.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    memory: Vec<Memory>,
    board: Vec<Board>,
}

/// The memories that come with this crate.
pub(crate) fn memories() -> Result<Vec<Memory>, Error> {
    Ok(builtin()?.memory)
}

fn builtin() -> Result<File, Error> {
    toml::from_str(BUILTIN).map_err(|e| Error::Platforms(e.to_string()))
}

/// The memory called `name`.
///
/// # Errors
/// [`Error::UnknownPlatform`] with the names there are.
pub fn memory(name: &str) -> Result<Memory, Error> {
    find("memory", name, builtin()?.memory, |memory| &memory.name)
}

/// The board called `name`.
///
/// # Errors
/// [`Error::UnknownPlatform`] with the names there are.
pub fn board(name: &str) -> Result<Board, Error> {
    find("board", name, builtin()?.board, |board| &board.name)
}

fn find<T>(what: &'static str, name: &str, mut all: Vec<T>, called: impl Fn(&T) -> &str) -> Result<T, Error> {
    match all.iter().position(|item| called(item) == name) {
        Some(at) => Ok(all.swap_remove(at)),
        None => {
            let known = all.iter().map(called).collect::<Vec<_>>().join(", ");
            Err(Error::UnknownPlatform { what, name: name.into(), known })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::energy::Records;

    /// A memory without a price or of an impossible speed would only be noticed in use.
    #[test]
    fn every_memory_has_a_price_and_a_speed() {
        let (file, records) = (builtin().unwrap(), Records::builtin().unwrap());
        for memory in &file.memory {
            assert!(records.price(&memory.set, "dram", "transfer", 8, None).is_ok(), "{}", memory.name);
            assert!((1e8..1e12).contains(&memory.bytes_per_second), "{}", memory.name);
        }
        for board in &file.board {
            memory(&board.memory).unwrap();
            assert!((1e6..1e9).contains(&board.clock_hz), "{}", board.name);
        }
    }

    #[test]
    fn bandwidth_by_hand() {
        let memory = memory("sdram-143").unwrap();
        // 5.72 bytes a cycle at 50 MHz.
        assert_eq!((memory.cycles(572, 50e6), memory.cycles(573, 50e6), memory.cycles(0, 50e6)), (100, 101, 0));
    }

    #[test]
    fn unknown_names_are_answered_with_the_known_ones() {
        assert_eq!(
            memory("core-rope").unwrap_err().to_string(),
            "there is no memory `core-rope`; there are lpddr4-4266, ddr3-1600, ddr4-2400, hbm2, sdram-143"
        );
        assert_eq!(board("x").unwrap_err().to_string(), "there is no board `x`; there are ulx3s");
    }
}
