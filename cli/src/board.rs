//! `--board`: a board whose `board.toml` gives what no flag gives.

use anyhow::{Result, anyhow};
use trine_report::places::Places;
use trine_spec::Config;
use trine_synth::flow::Board;

use crate::args::UnitArgs;

/// The board that a unit is on or made for.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Accelerator")]
pub(crate) struct BoardArg {
    /// Defaults from this board: ulx3s, orangecrab, icebreaker,
    /// tang-nano-20k, or with weights in memory ulx3s-sdram,
    /// orangecrab-ddr3, ecpix5-ddr3; or a folder with board.toml
    /// (docs/how-to/board.md)
    #[arg(long, value_name = "NAME|DIR")]
    board: Option<String>,
}

impl BoardArg {
    /// The board, if one is named.
    pub(crate) fn read(&self) -> Result<Option<Board>> {
        Ok(self.board.as_deref().map(Board::named).transpose()?)
    }

    /// Refuses the value of `key` in the unit of `flags` over this board, with its source in front.
    pub(crate) fn refusal(&self, flags: &UnitArgs, key: &str, problem: &str) -> anyhow::Error {
        let of_board = || self.read().ok().flatten().map(|board| format!("{}, [unit]", board.file().display()));
        let source = flags.source_of(key).or_else(of_board).unwrap_or_else(|| "the default unit".into());
        anyhow!("{source}: {problem}")
    }

    /// Adds the files of the board, and of `flags`, to `places`.
    pub(crate) fn add_to(&self, flags: &UnitArgs, places: &mut Places) -> Result<()> {
        flags.add_to(places);
        self.read()?.iter().flat_map(Board::files).for_each(|file| places.reads("--board", &file));
        Ok(())
    }

    /// True if `flags`, the file of --config or the board's own manifest name a style.
    pub(crate) fn names_style(&self, flags: &UnitArgs) -> Result<bool> {
        Ok(flags.names_style()? || self.read()?.is_some_and(|board| board.names_style))
    }

    /// The unit that `flags` describe, over that of the board, or over the default unit without a board.
    pub(crate) fn unit(&self, flags: &UnitArgs) -> Result<Config> {
        match self.read()? {
            Some(board) => flags.config_over(&board.manifest.unit),
            None => flags.config(),
        }
    }
}
