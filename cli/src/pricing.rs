//! Assumptions of an energy estimate: the die, the memory behind the unit, the clock, and the records.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use trine_perf::energy::{Columns, Origin, Pricing, Records};
use trine_perf::memory::Memory;
use trine_report::text::{columns_beside, grouped, interval, si};
use trine_spec::Config;
use trine_synth::flow::Board;

use crate::args::clock;

/// Flags of every verb that states energies.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Energy")]
pub struct PricingArgs {
    /// Die: 7nm, 45nm, ice40, osu018 (columns only) or one of --records
    #[arg(long, value_name = "NAME", default_value = "7nm")]
    pub die: String,
    /// Memory behind the unit, which may be one of --records
    ///
    /// lpddr4-4266, ddr3-1600, ddr4-2400, hbm2 or sdram-143, or the name
    /// of a [[memory]].
    #[arg(long, value_name = "NAME", default_value = "lpddr4-4266")]
    memory: String,
    /// Clock for times and static energy, 1e3 to 1e10 Hz
    #[arg(long, value_name = "HZ", default_value_t = 200e6, value_parser = clock)]
    clock_hz: f64,
    /// File of own memories and dies: see docs/explanation/energy.md
    ///
    /// A [[memory]] has a name, bytes_per_second, pj_per_bit with lo and hi
    /// in pJ, source and table; a [[die]] has a name, a node and a
    /// [[die.record]] for every action; [sources] names the sources.
    /// examples/own-prices.toml is a whole file.
    #[arg(long, value_name = "FILE.toml")]
    records: Option<PathBuf>,
}

/// The die, memory and clock that energies and times are stated for, looked up and checked.
#[derive(Debug)]
pub struct Prices {
    /// All records.
    pub records: Records,
    /// Name of the die.
    pub die: String,
    /// Memory behind the unit.
    pub memory: Memory,
    /// Clock, Hz.
    pub clock_hz: f64,
    /// The priced unit, or the reason why a die that comes with this command has no price for it.
    pub pricing: Result<Pricing, trine_perf::Error>,
    /// The file of `--records`.
    pub file: Option<Origin>,
}

impl PricingArgs {
    /// Looks up die, memory and clock for a unit of configuration `config`, before any work.
    ///
    /// A die of the user's that lacks records for the unit is an error with all that it lacks.
    pub fn look_up(&self, config: &Config) -> Result<Prices> {
        let prices = self.prices(&self.memory, &self.die, self.clock_hz, config)?;
        let own = prices.records.die(&self.die)?;
        let columns = Columns::new(&prices.records, config, &self.die, 0)?;
        match prices.pricing {
            Err(lacking) if own && columns.is_empty() => Err(lacking.into()),
            _ => Ok(prices),
        }
    }

    /// The same with memory, die and clock of a board, whose die need not have prices.
    pub fn look_up_board(&self, board: &Board, config: &Config) -> Result<Prices> {
        let manifest = &board.manifest;
        let (Some(memory), Some(die)) = (&manifest.memory, &manifest.die) else {
            bail!(
                "{}: an estimate needs the keys `memory` and `die`: names of `trine estimate --help` or of --records",
                board.folder.join("board.toml").display()
            );
        };
        self.prices(memory, die, 1e6 * manifest.clock_mhz, config)
    }

    fn prices(&self, memory: &str, die: &str, clock_hz: f64, config: &Config) -> Result<Prices> {
        let mut records = Records::builtin()?;
        let mut file = None;
        if let Some(path) = &self.records {
            let place = || path.display().to_string();
            let text = std::fs::read_to_string(path).with_context(place)?;
            records = records.and_file(path, &text).with_context(place)?;
            file = Some(Origin::new(path, &text));
        }
        let memory = records.memory(memory)?;
        let pricing = Pricing::new(&records, config, clock_hz, die, &memory.set);
        Ok(Prices { records, die: die.into(), memory, clock_hz, pricing, file })
    }
}

/// The note on an energy, which says where only columns have records what that leaves out.
pub fn noted(note: String, columns: &[Columns]) -> String {
    match columns {
        [] => note,
        _ => format!("{note}; whole columns have one there, memories, decoders and control have none"),
    }
}

/// The columns alone, where only they were measured.
pub fn print_columns(columns: &[Columns], out: &mut dyn Write) -> Result<()> {
    let [own, others @ ..] = columns else { return Ok(()) };
    let (macs, each) = (grouped(own.macs), si(own.each.joules(), "J"));
    writeln!(out, "columns alone {}: {macs} MACs at {each}", interval(&own.energy))?;
    writeln!(out, "  {}", columns_beside(own, others))?;
    writeln!(out, "  {}", own.source)?;
    Ok(())
}
