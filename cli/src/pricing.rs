//! What an energy estimate assumes: the die, the memory behind the unit, the clock, and whose records.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use trine_driver::energy::{Columns, Records};
use trine_driver::platform::{self, Memory};

use crate::args::clock;
use crate::output::{grouped, interval, si};

/// Flags of every verb that states energies.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Energy")]
pub(crate) struct PricingArgs {
    /// Technology of the die: 7nm, 45nm, ice40, osu018 (measured on gates, columns only), or one of your own records
    #[arg(long, value_name = "NAME", default_value = "7nm")]
    pub(crate) die: String,
    /// Memory behind the unit: lpddr4-4266, ddr3-1600, ddr4-2400, hbm2 or sdram-143
    #[arg(long, value_name = "NAME", default_value = "lpddr4-4266")]
    memory: String,
    /// Clock of the unit for times and static energy, in hertz
    #[arg(long, value_name = "HZ", default_value_t = 200e6, value_parser = clock)]
    pub(crate) clock_hz: f64,
    /// More energy records, in the format of docs/energy.md
    #[arg(long, value_name = "FILE.toml")]
    records: Option<PathBuf>,
}

/// What the flags name.
pub(crate) struct Assumed {
    pub(crate) memory: Memory,
    pub(crate) records: Records,
}

impl PricingArgs {
    /// The memory named.
    pub(crate) fn memory(&self) -> Result<Memory> {
        Ok(platform::memory(&self.memory)?)
    }

    /// What is assumed, read and looked at: an estimate that fails shall fail before the work that it is for.
    pub(crate) fn assumed(&self) -> Result<Assumed> {
        let (memory, records) = (self.memory()?, self.records()?);
        let dies = records.all().iter().filter(|record| record.component != "dram").map(|record| &*record.set);
        let dies: BTreeSet<&str> = dies.collect();
        let known = || dies.iter().copied().collect::<Vec<_>>().join(", ");
        ensure!(
            dies.contains(&*self.die),
            "there is no die `{}`; there are {}, and those of --records",
            self.die,
            known()
        );
        Ok(Assumed { memory, records })
    }

    /// The records that come with this command, and the user's.
    pub(crate) fn records(&self) -> Result<Records> {
        let records = Records::builtin()?;
        let Some(path) = &self.records else { return Ok(records) };
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        records.and(&text).with_context(|| path.display().to_string())
    }
}

/// The note on an energy, which says where only columns have records what that leaves out.
pub(crate) fn noted(note: String, columns: &[Columns]) -> String {
    match columns {
        [] => note,
        _ => format!("{note}; whole columns have one there, memories, decoders and control have none"),
    }
}

/// The columns alone, where only they were measured.
pub(crate) fn print_columns(columns: &[Columns], out: &mut dyn Write) -> Result<()> {
    let [own, others @ ..] = columns else { return Ok(()) };
    let (macs, each) = (grouped(own.macs), si(own.each.joules(), "J"));
    writeln!(out, "columns alone {}: {macs} MACs at {each}", interval(&own.energy))?;
    writeln!(out, "  {}", beside(own, others))?;
    writeln!(out, "  {}", own.source)?;
    Ok(())
}

/// What the same products take in the columns of other units.
pub(crate) fn beside(own: &Columns, others: &[Columns]) -> String {
    let times = |other: &Columns| {
        format!("{} columns {:.2}x", other.arithmetic.name(), other.energy.joules() / own.energy.joules())
    };
    others.iter().map(times).collect::<Vec<_>>().join(", ")
}
