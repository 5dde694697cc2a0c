//! The four figures of an energy: compute, on-chip memory, DRAM, static.

use serde::Serialize;

use super::estimate::{Estimate, Tag};

/// Which of the four figures of a report an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Logic and registers of the columns.
    Compute,
    /// Activation buffer and accumulators.
    Onchip,
    /// Bytes moved over the streams.
    Dram,
    /// Leakage of the unit.
    Static,
}

impl Part {
    /// The name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compute => "compute",
            Self::Onchip => "on-chip",
            Self::Dram => "DRAM",
            Self::Static => "static",
        }
    }
}

/// The parts of an energy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Energy {
    /// Logic and registers of the columns.
    pub compute: Estimate,
    /// Activation buffer and accumulators.
    pub onchip: Estimate,
    /// Bytes moved over the streams.
    pub dram: Estimate,
    /// Leakage of the unit.
    #[serde(rename = "static")]
    pub idle: Estimate,
}

impl Energy {
    /// No energy at all.
    pub const ZERO: Self =
        Self { compute: Estimate::ZERO, onchip: Estimate::ZERO, dram: Estimate::ZERO, idle: Estimate::ZERO };

    /// All parts.
    pub fn total(&self) -> Estimate {
        self.parts().into_iter().map(|(_, energy)| energy).sum()
    }

    /// The parts by name, in the order of reports.
    pub fn parts(&self) -> [(&'static str, Estimate); 4] {
        [
            (Part::Compute.name(), self.compute),
            (Part::Onchip.name(), self.onchip),
            (Part::Dram.name(), self.dram),
            (Part::Static.name(), self.idle),
        ]
    }

    /// The same with tags at least as weak as `tag`.
    pub fn at_best(self, tag: Tag) -> Self {
        Self {
            compute: self.compute.at_best(tag),
            onchip: self.onchip.at_best(tag),
            dram: self.dram.at_best(tag),
            idle: self.idle.at_best(tag),
        }
    }

    /// The figure of one part.
    pub(super) fn part(&mut self, part: Part) -> &mut Estimate {
        match part {
            Part::Compute => &mut self.compute,
            Part::Onchip => &mut self.onchip,
            Part::Dram => &mut self.dram,
            Part::Static => &mut self.idle,
        }
    }
}

impl std::iter::Sum for Energy {
    fn sum<I: Iterator<Item = Self>>(energies: I) -> Self {
        energies.fold(Self::ZERO, |a, b| Self {
            compute: a.compute + b.compute,
            onchip: a.onchip + b.onchip,
            dram: a.dram + b.dram,
            idle: a.idle + b.idle,
        })
    }
}
