//! Energy of a DRAM by its commands, from the currents of a data sheet.
//!
//! ```text
//! activate = VDD * (IDD0 * tRC - IDD3N * tRAS - IDD2N * (tRC - tRAS))    and the precharge behind it
//! read     = VDD * (IDD4R - IDD3N) * time of a column command
//! refresh  = VDD * (IDD5 - IDD3N) * tRFC
//! standby  = VDD * IDD3N * time
//! ```
//! Each of all chips: the method of Micron's TN-46-03 and TN-41-01. Currents of data sheets are maxima. Drivers and termination of
//! the data lines (IDDQ) and the pump supply of DDR4 (VPP) are not in it.

use serde::{Deserialize, Serialize};
use trine_driver::MemoryCommands;
use uom::si::energy::joule;
use uom::si::f64::Energy;

use crate::dram::Dram;
use crate::energy::{Estimate, Tag};
use crate::fields::{Faults, Fields};

/// Keys of the table in a file.
const KEYS: &[&str] = &["chips", "volts", "idd0_ma", "idd2n_ma", "idd3n_ma", "idd4r_ma", "idd5_ma", "source"];

/// Most chips, and the limits of a supply in V.
const CHIPS: usize = 1 << 10;
const VOLTS: [f64; 2] = [0.3, 5.0];

/// Currents of one chip, mA, by their names in data sheets: `[memory.dram.power]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DramPower {
    /// Chips that work together.
    pub chips: u32,
    /// Supply, V.
    pub volts: f64,
    /// Opening and closing rows of a bank at tRC.
    pub idd0_ma: f64,
    /// Standby with all rows closed.
    pub idd2n_ma: f64,
    /// Standby with rows open.
    pub idd3n_ma: f64,
    /// Reading all the time.
    pub idd4r_ma: f64,
    /// Refreshing at tRFC.
    pub idd5_ma: f64,
    /// Data sheet.
    pub source: String,
}

/// A kind of command: how often it was given, and its energy.
#[derive(Clone, Debug, Serialize)]
pub struct CommandEnergy {
    /// Activate, read or refresh.
    pub name: &'static str,
    /// Number of commands.
    pub count: u64,
    /// Energy of one of them.
    #[serde(rename = "energy_each_j")]
    pub each: Estimate,
    /// Energy of all of them.
    #[serde(rename = "energy_j")]
    pub all: Estimate,
}

/// Energy of a DRAM by its commands.
#[derive(Clone, Debug, Serialize)]
pub struct DramEnergy {
    /// The commands.
    pub commands: Vec<CommandEnergy>,
    /// Standby while jobs ran.
    #[serde(rename = "energy_standby_j")]
    pub standby: Estimate,
    /// Commands and standby.
    #[serde(rename = "energy_j")]
    pub all: Estimate,
    /// Source of the currents.
    pub source: String,
}

impl DramPower {
    /// The table of a memory in a user's file, where its timing has one.
    pub(crate) fn read(dram: &Fields<'_>, faults: &mut Faults<'_>) -> Option<Self> {
        let mut fields = dram.part("power", KEYS, faults)?;
        fields.what = dram.what.replace("dram]", "dram.power]");
        let mut current = |key| fields.number(key, "mA", faults);
        let currents = ["idd0_ma", "idd2n_ma", "idd3n_ma", "idd4r_ma", "idd5_ma"].map(&mut current);
        let volts = fields.number("volts", "V", faults);
        let chips = fields.whole("chips", CHIPS, faults);
        let source = fields.text("source", faults);
        let [idd0_ma, idd2n_ma, idd3n_ma, idd4r_ma, idd5_ma] = currents;
        Some(Self {
            chips: chips? as u32,
            volts: volts?,
            idd0_ma: idd0_ma?,
            idd2n_ma: idd2n_ma?,
            idd3n_ma: idd3n_ma?,
            idd4r_ma: idd4r_ma?,
            idd5_ma: idd5_ma?,
            source: source?,
        })
    }

    /// The value that is impossible with the timing of `dram`, if one is.
    pub(crate) fn problem(&self, dram: &Dram) -> Option<String> {
        let Self { volts, idd2n_ma, idd3n_ma, idd4r_ma, idd5_ma, .. } = *self;
        if !(VOLTS[0]..=VOLTS[1]).contains(&volts) {
            return Some(format!("power: `volts` is {volts} and has to be {} to {} V", VOLTS[0], VOLTS[1]));
        }
        if idd3n_ma < idd2n_ma {
            return Some(format!("power: `idd3n_ma` is {idd3n_ma} and has to be `idd2n_ma` of {idd2n_ma} at least"));
        }
        for (name, value) in [("idd4r_ma", idd4r_ma), ("idd5_ma", idd5_ma)] {
            if value <= idd3n_ma {
                return Some(format!("power: `{name}` is {value} and has to be above `idd3n_ma` of {idd3n_ma}"));
            }
        }
        let activate = self.charge(dram);
        (activate <= 0.0).then(|| format!("power: `idd0_ma` is {} and below the standby currents", self.idd0_ma))
    }

    /// Charge of opening and closing a row, mA ns.
    fn charge(&self, dram: &Dram) -> f64 {
        self.idd0_ma * dram.rc_ns - self.idd3n_ma * dram.ras_ns - self.idd2n_ma * (dram.rc_ns - dram.ras_ns)
    }

    /// The energy of a memory of timing `dram` that was given these commands, over `seconds`.
    #[must_use]
    pub fn energy(&self, dram: &Dram, commands: MemoryCommands, seconds: f64) -> DramEnergy {
        // mA ns V are pJ.
        let joules = |charge: f64| {
            let energy = Energy::new::<joule>(charge * 1e-12 * self.volts * f64::from(self.chips));
            Estimate::exact(energy, Tag::Derived)
        };
        let column_ns = 1e9 * f64::from(dram.access_cycles) / dram.controller_hz;
        let lines = [
            ("activate", commands.activates, self.charge(dram)),
            ("read", commands.reads, (self.idd4r_ma - self.idd3n_ma) * column_ns),
            ("refresh", commands.refreshes, (self.idd5_ma - self.idd3n_ma) * dram.rfc_ns),
        ];
        let line = |(name, count, charge): (&'static str, u64, f64)| {
            let each = joules(charge);
            CommandEnergy { name, count, each, all: each * count as f64 }
        };
        let commands = lines.map(line).to_vec();
        let standby = joules(self.idd3n_ma * 1e9 * seconds);
        let all = commands.iter().map(|command| command.all).sum::<Estimate>() + standby;
        DramEnergy { commands, standby, all, source: self.source.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::named;

    #[test]
    fn commands_by_hand() {
        let dram = named("ddr3-1600").unwrap().dram.unwrap();
        let power = dram.power.clone().unwrap();
        let commands = MemoryCommands { activates: 2, reads: 100, refreshes: 3 };
        let energy = power.energy(&dram, commands, 1e-3);
        // 55 mA for 48.75 ns, less 38 mA for 35 ns and 32 mA for 13.75 ns; 119 mA for 5 ns; 197 mA for 260 ns. Eight chips at 1.35 V.
        let each = [911.25, 595.0, 51_220.0].map(|charge| charge * 1e-12 * 1.35 * 8.0);
        let found: Vec<f64> = energy.commands.iter().map(|command| command.each.joules()).collect();
        assert!(found.iter().zip(each).all(|(found, each)| (found / each - 1.0).abs() < 1e-9), "{found:?}");
        let standby = 0.038 * 1.35 * 8.0 * 1e-3;
        let all = 2.0 * each[0] + 100.0 * each[1] + 3.0 * each[2] + standby;
        assert!((energy.all.joules() / all - 1.0).abs() < 1e-9 && energy.all.tag == Tag::Derived);
    }

    #[test]
    fn memories_without_currents_say_so() {
        let of = |name: &str| named(name).unwrap().dram.unwrap();
        for name in ["ddr3-1600", "ddr4-2400"] {
            assert!(of(name).power.is_some() && !of(name).source.contains("by bytes"), "{name}");
        }
        for name in ["lpddr4-4266", "hbm2", "sdram-143", "ulx3s", "orangecrab"] {
            assert!(
                of(name).power.is_none() && of(name).source.ends_with("no currents were read: energy by bytes"),
                "{name}"
            );
        }
    }
}
