//! A board: a folder with a manifest, and either a top module and constraints or a recipe of LiteX.
//!
//! The top module brings clock, reset and pins to `trine_serial`, the unit behind a serial line
//! ([`trine_hdl::design::serial`]); the macro `TRINE_UART_DIVIDER` is the line's divider at the manifest's clock and speed.
//! A recipe puts the unit into a SoC with a memory instead ([`litex`](super::litex)).
//! Nothing else has to know the board: a folder with a `board.toml` is all there is to a new one. Estimates and runs read its
//! clock, memory, die and line speed there, too. `docs/how-to/board.md` describes the keys.

use super::litex;
use super::route::Device;
use super::shell::{Pins, Shell};
use super::target::Target;
use crate::bench::ToolBench;
use crate::error::Error;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use trine_hdl::design::{self, LEAST_DIVIDER};
use trine_hdl::{SourceFile, lang};
use trine_spec::Config;
use trine_spec::file::{self, Fault};

/// The manifest's file name.
const MANIFEST: &str = "board.toml";

/// Folder of the project's boards.
const BOARDS: &str = "synth/boards";

/// Clocks that a board may have, MHz.
const CLOCKS: std::ops::RangeInclusive<f64> = 0.001..=10_000.0;

/// A key of `board.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// True if every manifest has it.
    pub required: bool,
}

/// Every key of `board.toml`, in the order of [`Manifest`].
pub const KEYS: [Key; 14] = [
    required("name"),
    required("target"),
    required("package"),
    optional("speed"),
    required("clock-mhz"),
    required("baud"),
    required("top"),
    optional("litex"),
    optional("sources"),
    optional("constraints"),
    required("load"),
    optional("memory"),
    optional("die"),
    required("unit"),
];

/// Keys that every manifest has that has no `litex`, and no other one.
pub const SHELL_KEYS: [&str; 2] = ["sources", "constraints"];

const fn required(name: &'static str) -> Key {
    Key { name, required: true }
}

const fn optional(name: &'static str) -> Key {
    Key { name, required: false }
}

/// `board.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Manifest {
    /// Name for people.
    pub name: String,
    /// Name of the [`Target`].
    pub target: String,
    /// The device's package, as nextpnr calls it.
    pub package: String,
    /// Its speed grade, where there are several.
    pub speed: Option<String>,
    /// The unit's clock, which placement must reach, MHz.
    pub clock_mhz: f64,
    /// Bits a second on the serial line.
    pub baud: u32,
    /// Name of the top module.
    pub top: String,
    /// Recipe of the SoC around the unit, a Python script relative to the manifest.
    pub litex: Option<PathBuf>,
    /// Verilog files, relative to the manifest; none with a recipe.
    #[serde(default)]
    pub sources: Vec<PathBuf>,
    /// Pins, in the format of the device's nextpnr; none with a recipe.
    pub constraints: Option<PathBuf>,
    /// The command that loads a bitstream named behind it.
    pub load: String,
    /// Name of the memory beside the device, for estimates.
    pub memory: Option<String>,
    /// Set of energy records of the device, for estimates.
    pub die: Option<String>,
    /// The unit, unless another is asked for.
    pub unit: Config,
}

/// The keys of the unit that a manifest gives itself.
#[derive(Deserialize)]
struct Keys {
    unit: BTreeMap<String, IgnoredAny>,
}

/// A board that was read.
#[derive(Clone, Debug)]
pub struct Board {
    /// Its folder.
    pub folder: PathBuf,
    /// Its description.
    pub manifest: Manifest,
    /// The manifest names the style of the unit.
    pub names_style: bool,
}

impl Board {
    /// The board of folder `name`, or of that name in `synth/boards` of a folder above one of `starts`.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the names there are, [`Error::Manifest`] with what is wrong in the manifest.
    pub fn find(name: &str, starts: &[PathBuf]) -> Result<Board, Error> {
        let shelves: Vec<PathBuf> = starts.iter().flat_map(|s| s.ancestors()).map(|s| s.join(BOARDS)).collect();
        let folders = std::iter::once(PathBuf::from(name)).chain(shelves.iter().map(|shelf| shelf.join(name)));
        match folders.into_iter().find(|folder| folder.join(MANIFEST).is_file()) {
            Some(folder) => Board::read(&folder),
            None if Path::new(name).is_dir() => {
                let problem =
                    format!("this folder has no {MANIFEST}; `docs/how-to/board.md` says what belongs into it");
                Err(Error::Manifest { place: name.into(), problem })
            }
            None => {
                let mut known: Vec<String> = shelves.iter().flat_map(|shelf| names(shelf)).collect();
                known.sort();
                known.dedup();
                let known =
                    if known.is_empty() { format!("none, a folder with {MANIFEST} is one") } else { known.join(" ") };
                Err(Error::Unknown { what: "board", value: name.into(), known })
            }
        }
    }

    /// The board of folder `name`, or of that name above the current folder or above this program.
    ///
    /// # Errors
    /// As [`Board::find`].
    pub fn named(name: &str) -> Result<Board, Error> {
        let starts: Vec<PathBuf> = [std::env::current_dir(), std::env::current_exe()].into_iter().flatten().collect();
        Board::find(name, &starts)
    }

    /// Name of its device's family, the `die` of an FPGA whose energies have no record.
    pub fn fabric(&self) -> Option<&'static str> {
        Target::named(&self.manifest.target).ok().map(|target| target.family.name())
    }

    /// The board of a folder.
    fn read(folder: &Path) -> Result<Board, Error> {
        let path = folder.join(MANIFEST);
        let text = text(&path)?;
        let wrong = |line: Option<usize>, problem: String| Error::Manifest { place: file::place(&path, line), problem };
        let manifest: Manifest = file::parse(&text).map_err(|fault| {
            let Fault { line, problem } = explained(&text, fault);
            wrong(line, problem)
        })?;
        if let Some(problem) = missing(&text) {
            return Err(wrong(None, problem));
        }
        let names_style = file::parse::<Keys>(&text).is_ok_and(|keys| keys.unit.contains_key("style"));
        let board = Board { folder: folder.to_owned(), manifest, names_style };
        if board.manifest.litex.is_some() {
            let both = SHELL_KEYS.into_iter().find_map(|key| Some((key, line_of(&text, key)?)));
            if let Some((key, line)) = both {
                let problem =
                    format!("`litex` gives the SoC its sources and its constraints: remove `{key}` or `litex`");
                return Err(wrong(Some(line), problem));
            }
        }
        let Manifest { clock_mhz, baud, unit, .. } = &board.manifest;
        if !CLOCKS.contains(clock_mhz) || *baud == 0 {
            let (least, most) = (CLOCKS.start(), CLOCKS.end());
            let key = if CLOCKS.contains(clock_mhz) { "baud" } else { "clock-mhz" };
            return Err(wrong(
                line_of(&text, key),
                format!(
                    "clock-mhz is {clock_mhz} and baud {baud}: they have to be {least} to {most} MHz and above 0 bits a second"
                ),
            ));
        }
        if !(LEAST_DIVIDER..=0xFFFF).contains(&board.divider()) {
            let problem = format!("{clock_mhz} MHz are not {LEAST_DIVIDER} to 65535 times {baud} baud");
            return Err(wrong(line_of(&text, "baud"), problem));
        }
        if !unit.windows() {
            return Err(wrong(line_of(&text, "windows"), "the unit of a board needs windows = true".into()));
        }
        if let Some(problem) = board.weights(unit) {
            return Err(wrong(line_of(&text, "weights"), problem));
        }
        let target = Target::named(&board.manifest.target);
        let target = target.map_err(|error| wrong(line_of(&text, "target"), error.to_string()))?;
        let speed = target.speed(board.manifest.speed.as_deref());
        speed.map_err(|error| wrong(line_of(&text, "speed"), error.to_string()))?;
        Ok(board)
    }

    /// The reason for which a unit of configuration `config` gets no weights on this board; `None` if it gets them.
    pub fn weights(&self, config: &Config) -> Option<String> {
        match (&self.manifest.litex, config.memory()) {
            (None, true) => Some("the unit of a board without `litex` needs weights = \"stream\"".into()),
            (Some(_), false) => Some("the unit of a board with `litex` needs weights = \"memory\"".into()),
            (Some(_), true) if config.ring() || config.weight_ports() > 1 => {
                Some("the SoC of a board with `litex` has one port of weights and no ring: leave --ring and --weight-ports out".into())
            }
            _ => None,
        }
    }

    /// Its manifest.
    pub fn file(&self) -> PathBuf {
        self.folder.join(MANIFEST)
    }

    /// All files that describe it.
    pub fn files(&self) -> Vec<PathBuf> {
        let Manifest { sources, constraints, litex, .. } = &self.manifest;
        let named = sources.iter().chain(constraints).chain(litex);
        named.map(|file| self.folder.join(file)).chain([self.file()]).collect()
    }

    /// The device on the board.
    ///
    /// # Errors
    /// [`Error::Unknown`] when the manifest names a target or a speed grade that there is not.
    pub fn device(&self) -> Result<Device, Error> {
        let target = Target::named(&self.manifest.target)?;
        Ok(Device {
            target,
            package: self.manifest.package.clone(),
            speed: target.speed(self.manifest.speed.as_deref())?,
        })
    }

    /// Clock cycles a bit of the serial line.
    pub fn divider(&self) -> u64 {
        (self.manifest.clock_mhz * 1e6 / f64::from(self.manifest.baud)).round() as u64
    }

    /// Hardware around the unit of configuration `config`: the SoC of the recipe, which runs in the folder of `bench`, or what
    /// [`Board::serial`] gives.
    ///
    /// # Errors
    /// Those of [`litex::soc`](super::litex::soc) and of [`Board::serial`].
    pub fn shell(&self, bench: &ToolBench<'_>, config: &Config) -> Result<Shell, Error> {
        match &self.manifest.litex {
            Some(recipe) => litex::soc(bench, &self.folder.join(recipe), &self.manifest.top, config),
            None => self.serial(config),
        }
    }

    /// The bridge to the serial line around the unit of configuration `config`, and the board's own modules.
    ///
    /// # Errors
    /// [`Error::Io`] when a file of the board is not there, [`Error::Manifest`] for a board with a recipe, which has none.
    pub fn serial(&self, config: &Config) -> Result<Shell, Error> {
        let Some(constraints) = &self.manifest.constraints else {
            let place = self.file().display().to_string();
            return Err(Error::Manifest { place, problem: "the shell of this board is that of its `litex`".into() });
        };
        let unit: Vec<String> =
            lang::verilog(&design::unit(config)?)?.files.into_iter().map(|file| file.name).collect();
        let mut sources = lang::verilog(&design::serial(config)?)?.files;
        sources.retain(|file| !unit.contains(&file.name));
        let divider = format!("`define TRINE_UART_DIVIDER 16'd{}\n", self.divider());
        for source in &self.manifest.sources {
            // Scripts of Yosys name it; two of one name are two files all the same.
            let plain = |c: char| if c.is_ascii_alphanumeric() || "_-.".contains(c) { c } else { '_' };
            let mut name: String =
                source.file_name().unwrap_or(source.as_os_str()).to_string_lossy().chars().map(plain).collect();
            while sources.iter().any(|other| other.name == name) {
                name.insert(0, '_');
            }
            sources.push(SourceFile { name, text: divider.clone() + &text(&self.folder.join(source))? });
        }
        let constraints = text(&self.folder.join(constraints))?;
        Ok(Shell {
            top: self.manifest.top.clone(),
            sources,
            pins: Pins::Given(constraints),
            tool_versions: BTreeMap::new(),
        })
    }
}

/// The fault of a manifest that is not read; for a missing key, all keys that are missing.
fn explained(text: &str, fault: Fault) -> Fault {
    if !fault.problem.starts_with("missing field") {
        return fault;
    }
    Fault { line: None, problem: missing(text).unwrap_or(fault.problem) }
}

/// The sentence that names all keys that a manifest lacks; `None` if it has all.
fn missing(text: &str) -> Option<String> {
    let there = text.parse::<toml::Table>().unwrap_or_default();
    let needed = |key: &&Key| key.required || SHELL_KEYS.contains(&key.name) && !there.contains_key("litex");
    let missing = KEYS.iter().filter(needed).filter(|key| !there.contains_key(key.name));
    let missing: Vec<String> = missing.map(|key| format!("`{}`", key.name)).collect();
    let keys = if missing.len() == 1 { "key" } else { "keys" };
    (!missing.is_empty()).then(|| format!("missing {keys}: {}", missing.join(", ")))
}

/// Line of the first key `key`.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let is_key =
        |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    text.lines().position(is_key).map(|index| index + 1)
}

fn text(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(Error::io(format!("reading {}", path.display())))
}

/// Names of the boards on a shelf.
fn names(shelf: &Path) -> Vec<String> {
    let entries = fs::read_dir(shelf).into_iter().flatten().flatten();
    let boards = entries.filter(|entry| entry.path().join(MANIFEST).is_file());
    boards.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
