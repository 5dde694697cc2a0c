//! Assumptions of an energy estimate: the die, the memory behind the unit, the clock, and the records.

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use trine_perf::energy::{Columns, Origin, Pricing, Records};
use trine_perf::whole::Prices;
use trine_report::places::Places;
use trine_spec::{Config, file};
use trine_synth::flow::Board;
use trine_verify::memory::widest_bus;

use crate::args::clock;

/// Die, memory and clock, Hz, if neither a flag nor a board names others.
const DIE: &str = "7nm";
const MEMORY: &str = "lpddr4-4266";
const CLOCK_HZ: f64 = 200e6;

/// Flags of every verb that states energies.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Energy")]
pub struct PricingArgs {
    /// Die: 7nm, 45nm, ice40, osu018 (columns only) or one of --records
    /// [default: 7nm, or the board's]
    #[arg(long, value_name = "NAME")]
    die: Option<String>,
    /// Memory behind the unit, which may be one of --records
    ///
    /// lpddr4-4266, ddr3-1600, ddr4-2400, hbm2, sdram-143, ulx3s,
    /// orangecrab or ecpix5, or the name of a [[memory]] [default:
    /// lpddr4-4266, or the board's].
    #[arg(long, value_name = "NAME")]
    memory: Option<String>,
    /// Clock for times and static energy, 1e3 to 1e10 Hz
    /// [default: 200e6, or the board's]
    #[arg(long, value_name = "HZ", value_parser = clock)]
    clock_hz: Option<f64>,
    /// File of own memories and dies: see docs/reference/energy-records.md
    ///
    /// A [[memory]] has a name, bytes_per_second, pj_per_bit with lo and hi
    /// in pJ, source and table; a [[die]] has a name, a node and a
    /// [[die.record]] for every action; [sources] names the sources.
    /// examples/own-prices.toml is a whole file.
    #[arg(long, value_name = "FILE.toml")]
    records: Option<PathBuf>,
}

impl PricingArgs {
    /// Looks up die, memory and clock for a unit of configuration `config`, before any work; `board` names what no flag does.
    ///
    /// A die of the user's that lacks records for the unit is an error with all that it lacks; a board's die need not have any.
    pub fn look_up(&self, config: &Config, board: Option<&Board>) -> Result<Prices> {
        let mut records = Records::builtin()?;
        let mut origin = None;
        if let Some(path) = &self.records {
            let place = || path.display().to_string();
            let text = std::fs::read_to_string(path).with_context(place)?;
            records = records.and_file(path, &text).with_context(place)?;
            origin = Some(Origin::new(path, &text));
        }
        let manifest = board.map(|board| &board.manifest);
        let of_board = manifest.and_then(|manifest| manifest.memory.as_deref());
        let memory = match (self.memory.as_deref(), of_board, board) {
            (None, Some(name), Some(board)) => {
                records.memory(name).with_context(|| board.file().display().to_string())?
            }
            (flag, ..) => records.memory(flag.unwrap_or(MEMORY))?,
        };
        let of_board = manifest.and_then(|manifest| manifest.die.as_deref()).filter(|_| self.die.is_none());
        let die = self.die.as_deref().or(of_board).unwrap_or(DIE);
        let clock_hz = self.clock_hz.or(manifest.map(|manifest| 1e6 * manifest.clock_mhz)).unwrap_or(CLOCK_HZ);
        let pricing = Pricing::new(&records, config, clock_hz, die, &memory.set);
        let prices = Prices { records, die: die.into(), memory, clock_hz, pricing, file: origin };
        if let Some(dram) = prices.memory.dram.as_ref().filter(|_| config.memory()) {
            let (port, most) = (config.port_bus() as u64, widest_bus(dram));
            ensure!(
                port <= most,
                "a beat of {port} bits takes more accesses than the controller of {} has under way: choose --weight-bus {} or less, or \
                 another --memory",
                prices.memory.name,
                most * config.weight_ports() as u64
            );
        }
        let own = match prices.records.die(die) {
            // The fabric of an FPGA is a die without prices.
            Err(_) if board.is_some_and(|board| board.fabric() == Some(die)) => None,
            Err(unknown) if of_board.is_some() => {
                let board = board.map_or_else(String::new, |board| board.file().display().to_string());
                return Err(unknown).context(board);
            }
            known => known?,
        };
        if let Some(path) = &self.records {
            let (file, memory) = (path.display(), &prices.memory.name);
            ensure!(
                own.is_some() || prices.memory.file.is_some(),
                "--records: neither memory {memory} nor die {die} is of {file}; name one of its own with --memory or --die, or leave \
                 --records out"
            );
        }
        let place = || self.records.as_deref().map_or_else(String::new, |path| file::place(path, own));
        let columns = Columns::new(&prices.records, config, die, 0);
        let columns = if own.is_some() { columns.with_context(place)? } else { columns? };
        match prices.pricing {
            Err(lacking) if of_board.is_none() && own.is_some() && columns.is_empty() => {
                Err(lacking).with_context(place)
            }
            _ => Ok(prices),
        }
    }

    /// Adds the file of --records to `places`.
    pub fn add_to(&self, places: &mut Places) {
        self.records.iter().for_each(|file| places.reads("--records", file));
    }

    /// Refuses a board without memory or die where no flag names one.
    pub fn expect_named(&self, board: &Board) -> Result<()> {
        self.left_open(board).map_or(Ok(()), |(open, _)| bail!(open))
    }

    /// The warning about what `prices` assume in place of a memory or die that neither `board` nor a flag names.
    pub fn assumed(&self, board: &Board, prices: &Prices) -> Option<String> {
        let (open, keys) = self.left_open(board)?;
        let name = |key: &str| if key == "memory" { &*prices.memory.name } else { &*prices.die };
        let names: Vec<&str> = keys.into_iter().map(name).collect();
        let verb = if names.len() == 1 { "is" } else { "are" };
        Some(format!("{open}; until then {} {verb} assumed", names.join(" and ")))
    }

    /// The sentence about memory and die that neither `board` nor a flag names, and their keys; `None` if both are named.
    fn left_open(&self, board: &Board) -> Option<(String, Vec<&'static str>)> {
        let keys = [
            ("memory", self.memory.is_none() && board.manifest.memory.is_none()),
            ("die", self.die.is_none() && board.manifest.die.is_none()),
        ];
        let open: Vec<&str> = keys.into_iter().filter(|(_, open)| *open).map(|(key, _)| key).collect();
        let [names, flags] =
            ["no key ", "--"].map(|mark| open.iter().map(|key| format!("{mark}{key}")).collect::<Vec<_>>());
        let (file, names, flags) = (board.file(), names.join(" and "), flags.join(" and "));
        (!open.is_empty()).then(|| (format!("{}: {names}; add it, or give {flags}", file.display()), open))
    }
}
