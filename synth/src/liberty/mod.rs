//! Cell libraries in Liberty format: what a mapped netlist needs to be simulated and its energy counted.
//!
//! Read are functions, flip-flops, capacitances, delays, slews, internal power and leakage; the rest of a file is passed
//! over. Values are in ns, pF, V, pJ and nW whatever units the file uses. Energy tables count in the file's unit of
//! capacitance times its unit of voltage squared, as the format says.
//!
//! The language is three sentences, so there is a reader of its own in `syntax`: of the crates that read Liberty one is
//! under a copyleft licence, one has not been kept since 2019, and one takes minutes to compile.

mod function;
mod read;
mod syntax;
mod table;

pub use function::truth_table;
pub use table::Table;

use crate::error::Error;
use read::{Reader, Units};
use std::collections::HashMap;
use std::path::Path;
use table::{finite, templates};

/// A cell library.
#[derive(Clone, Debug)]
pub struct Library {
    /// The name it gives itself.
    pub name: String,
    /// Nominal supply, V.
    pub volts: f64,
    /// Nominal temperature, °C.
    pub celsius: f64,
    cells: HashMap<String, Cell>,
}

/// A cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its name.
    pub name: String,
    /// Area in the library's unit, µm² as a rule.
    pub area: f64,
    /// Leakage, nW.
    pub leakage: f64,
    /// Pins in the order of the file.
    pub pins: Vec<Pin>,
    /// The state that it keeps.
    pub memory: Memory,
}

/// State of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Nothing.
    None,
    /// A flip-flop without set or reset: names of its state, and expressions for its next state and its clock.
    FlipFlop {
        /// State variable and its complement.
        state: [String; 2],
        /// Expression of the next state.
        next: String,
        /// Expression whose rise is the clock edge.
        clock: String,
    },
    /// Something that netlists here do not use: a latch, or a flip-flop with set, reset or several bits.
    Other(&'static str),
}

/// A pin.
#[derive(Clone, Debug)]
pub struct Pin {
    /// Its name.
    pub name: String,
    /// True if it is driven by the cell.
    pub output: bool,
    /// Load on the net that it is connected to, pF.
    pub capacitance: f64,
    /// Expression of an output.
    pub function: Option<String>,
    /// True if an output can be disconnected.
    pub three_state: bool,
    /// Delays to an output.
    pub delays: Vec<Delay>,
    /// Energy inside the cell when this pin changes.
    pub power: Vec<Power>,
}

/// Response of an output to an input.
#[derive(Clone, Debug)]
pub struct Delay {
    /// The input.
    pub from: String,
    /// Which edge of the input makes which edge of the output.
    pub sense: Sense,
    /// Until the output rises, ns, and falls.
    pub delay: [Table; 2],
    /// Time in which the output rises, ns, and falls.
    pub slew: [Table; 2],
}

/// Which edge of an input makes which edge of an output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sense {
    /// The same one.
    Positive,
    /// The opposite one.
    Negative,
    /// Either.
    #[default]
    Both,
}

impl Sense {
    /// The edges of the input that can make edge `edge` of the output; 0 is a rise, 1 a fall.
    pub fn from(self, edge: usize) -> &'static [usize] {
        match (self, edge) {
            (Sense::Positive, 0) | (Sense::Negative, 1) => &[0],
            (Sense::Positive, _) | (Sense::Negative, _) => &[1],
            (Sense::Both, _) => &[0, 1],
        }
    }
}

/// Energy inside a cell when a pin changes.
#[derive(Clone, Debug)]
pub struct Power {
    /// The supply that it is taken from, in libraries that state a part of it for each.
    pub supply: Option<String>,
    /// The input that made an output change.
    pub from: Option<String>,
    /// Energy of a rise, pJ, and of a fall.
    pub energy: [Option<Table>; 2],
}

impl Library {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Io`] when there is none, [`Error::Liberty`] with file and line when it is cut off or damaged.
    pub fn open(path: &Path) -> Result<Library, Error> {
        let file = path.display().to_string();
        let text = std::fs::read(path).map_err(Error::io(format!("reading {file}")))?;
        Library::parse(&file, &String::from_utf8_lossy(&text))
    }

    /// Reads a file's text; `file` is for messages.
    ///
    /// # Errors
    /// [`Error::Liberty`] with the line when it is cut off or damaged.
    pub fn parse(file: &str, text: &str) -> Result<Library, Error> {
        let root = syntax::parse(file, text)?;
        let units = Units::read(&root).map_err(|(line, problem)| Error::liberty(file, line, problem))?;
        let number = |name: &str, above: f64, unit: &str| {
            let wrong = |problem: String| Error::liberty(file, root.line_of(name), problem);
            let text = root.text(name).ok_or_else(|| wrong(format!("the library has no {name}")))?;
            let number = finite(text).filter(|number| *number > above);
            number.ok_or_else(|| wrong(format!("{name} is `{text}`, which is not a number above {above} {unit}")))
        };
        let templates = templates(&root);
        let mut cells = HashMap::new();
        for group in root.of("cell") {
            let reader = Reader { file, root: &root, units: &units, templates: &templates };
            let cell = reader.cell(group)?;
            if cells.contains_key(&cell.name) {
                return Err(Error::liberty(file, group.line, format!("cell {} is there twice", cell.name)));
            }
            cells.insert(cell.name.clone(), cell);
        }
        Ok(Library {
            name: root.names.first().cloned().unwrap_or_default(),
            volts: number("nom_voltage", 0.0, "volts")? * units.volts,
            celsius: number("nom_temperature", -273.15, "°C")?,
            cells,
        })
    }

    /// A cell by name.
    pub fn cell(&self, name: &str) -> Option<&Cell> {
        self.cells.get(name)
    }
}

impl Cell {
    /// A pin by name.
    pub fn pin(&self, name: &str) -> Option<&Pin> {
        self.pins.iter().find(|pin| pin.name == name)
    }

    /// Its inputs in the order of the file.
    pub fn inputs(&self) -> impl Iterator<Item = &Pin> {
        self.pins.iter().filter(|pin| !pin.output)
    }

    /// Its outputs in the order of the file.
    pub fn outputs(&self) -> impl Iterator<Item = &Pin> {
        self.pins.iter().filter(|pin| pin.output)
    }
}
