//! `trine --completions` and `trine --man`: the definition of the command for shells and for `man`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use trine_report::place::{check_folder, write_in};

use crate::{NAME, Verdict};

/// Options of the command without a verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print the completion script for this shell
    #[arg(long, value_name = "SHELL", value_enum)]
    completions: Option<Shell>,
    /// Folder for man pages of the command and its verbs; made if it is missing
    #[arg(long, value_name = "DIR", conflicts_with = "completions")]
    pub(crate) man: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, command: &Command, out: &mut dyn Write) -> Result<Verdict> {
    if let Some(shell) = args.completions {
        out.write_all(&completions(shell, command))?;
    }
    if let Some(folder) = &args.man {
        write_pages(folder, command, out)?;
    }
    Ok(Verdict::Right)
}

/// The script for `shell`, without hidden verbs.
fn completions(shell: Shell, command: &Command) -> Vec<u8> {
    let verbs = command.get_subcommands().filter(|verb| !verb.is_hide_set());
    let mut shown =
        Command::new(NAME).version(env!("CARGO_PKG_VERSION")).args(command.get_arguments()).subcommands(verbs);
    // The library panics where it cannot write, and into memory it can.
    let mut script = vec![];
    clap_complete::generate(shell, &mut shown, NAME, &mut script);
    script
}

fn write_pages(folder: &Path, command: &Command, out: &mut dyn Write) -> Result<()> {
    let mut command = command.clone().disable_help_subcommand(true);
    command.build();
    let pages = pages(&command)?;
    let names: Vec<&str> = pages.iter().map(|(name, _)| &**name).collect();
    check_folder(folder, &names)?;
    for (name, text) in &pages {
        write_in(folder, name, text)?;
    }
    writeln!(out, "{} man pages in {}", pages.len(), folder.display())?;
    Ok(())
}

/// Names and texts of the pages of `command` and of all verbs below it.
fn pages(command: &Command) -> Result<Vec<(String, Vec<u8>)>> {
    let man = Man::new(command.clone());
    let mut text = vec![];
    man.render(&mut text)?;
    let mut all = vec![(man.get_filename(), text)];
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        all.append(&mut pages(verb)?);
    }
    Ok(all)
}
