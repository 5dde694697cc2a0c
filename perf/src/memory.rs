//! Memories by name: bytes a second that feed a unit, and the price of a byte.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::dram::Dram;
use crate::origin::Origin;

const BUILTIN: &str = include_str!("memories.toml");

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
    /// Its timing for simulation; reports have none of it.
    #[serde(default, skip_serializing)]
    pub dram: Option<Dram>,
    /// The file of the user's that it is from, where it does not come with this crate.
    #[serde(skip_deserializing)]
    pub file: Option<Origin>,
}

impl Memory {
    /// Share of the peak that reading in order reaches; `None` where it was not simulated.
    pub fn in_order(&self) -> Option<f64> {
        self.dram.as_ref()?.in_order
    }

    /// The same memory with the bandwidth of reading in order; with its peak where that was not simulated.
    #[must_use]
    pub fn read_in_order(&self) -> Self {
        let bytes_per_second = self.bytes_per_second * self.in_order().unwrap_or(1.0);
        Self { bytes_per_second, ..self.clone() }
    }

    /// Cycles of a clock of `clock_hz` that moving `bytes` takes at least.
    pub fn cycles(&self, bytes: u64, clock_hz: f64) -> u64 {
        (bytes as f64 * clock_hz / self.bytes_per_second).ceil() as u64
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    memory: Vec<Memory>,
}

/// The memories that come with this crate.
pub(crate) fn memories() -> Result<Vec<Memory>, Error> {
    Ok(builtin()?.memory)
}

fn builtin() -> Result<File, Error> {
    toml::from_str(BUILTIN).map_err(|e| Error::Memories(e.to_string()))
}

/// The memory called `name`.
///
/// # Errors
/// [`Error::Unknown`] with the names there are.
pub fn named(name: &str) -> Result<Memory, Error> {
    let mut all = memories()?;
    match all.iter().position(|memory| memory.name == name) {
        Some(at) => Ok(all.swap_remove(at)),
        None => {
            let known = all.iter().map(|memory| memory.name.as_str()).collect::<Vec<_>>().join(", ");
            Err(Error::Unknown { what: "memory", name: name.into(), known })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::energy::{Action, Component, Records};

    /// A memory without a price or of an impossible speed would only be noticed in use.
    #[test]
    fn every_memory_has_a_price_and_a_speed() {
        let (file, records) = (builtin().unwrap(), Records::builtin().unwrap());
        for memory in &file.memory {
            assert!(records.price(&memory.set, Component::Dram, Action::Transfer, 8, None).is_ok(), "{}", memory.name);
            assert!((9e7..1e12).contains(&memory.bytes_per_second), "{}", memory.name);
        }
    }

    #[test]
    fn bandwidth_by_hand() {
        let memory = named("sdram-143").unwrap();
        // 5.72 bytes a cycle at 50 MHz.
        assert_eq!((memory.cycles(572, 50e6), memory.cycles(573, 50e6), memory.cycles(0, 50e6)), (100, 101, 0));
        // 96.9 % of them.
        let read = memory.read_in_order();
        assert_eq!((read.cycles(572, 50e6), read.cycles(555, 50e6)), (104, 101));
    }

    #[test]
    fn unknown_names_are_answered_with_the_known_ones() {
        assert_eq!(
            named("core-rope").unwrap_err().to_string(),
            "there is no memory `core-rope`; there are lpddr4-4266, ddr3-1600, ddr4-2400, hbm2, sdram-143, ulx3s, orangecrab, ecpix5"
        );
    }
}
