//! Cell libraries in Liberty format: what a mapped netlist needs to be simulated and its energy counted.
//!
//! Read are functions, flip-flops, capacitances, delays, slews, internal power and leakage; the rest of a file is passed
//! over. Values are in ns, pF, V, pJ and nW whatever units the file uses. Energy tables count in the file's unit of
//! capacitance times its unit of voltage squared, as the format says.
//!
//! The language is three sentences, so there is a reader of its own in `syntax`: of the crates that read Liberty one is
//! under a copyleft licence, one has not been kept since 2019, and one takes minutes to compile.

mod function;
mod syntax;
mod table;

pub use function::truth_table;
pub use table::Table;

use crate::error::Error;
use std::collections::HashMap;
use std::path::Path;
use syntax::Group;
use table::{Templates, templates};

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
    /// What it remembers.
    pub memory: Memory,
}

/// What a cell remembers.
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
    /// Whether it is driven by the cell.
    pub output: bool,
    /// Load on the net that it is connected to, pF.
    pub capacitance: f64,
    /// Expression of an output.
    pub function: Option<String>,
    /// Whether an output can be disconnected.
    pub three_state: bool,
    /// Delays to an output.
    pub delays: Vec<Delay>,
    /// Energy inside the cell when this pin changes.
    pub power: Vec<Power>,
}

/// How an output follows an input.
#[derive(Clone, Debug)]
pub struct Delay {
    /// The input.
    pub from: String,
    /// Which edge of the input makes which edge of the output.
    pub sense: Sense,
    /// Until the output rises, ns, and falls.
    pub delay: [Table; 2],
    /// How long the output takes to rise, ns, and to fall.
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
        let top = |problem: String| Error::liberty(file, root.line, problem);
        let units = Units::read(&root).map_err(top)?;
        let number = |name: &str| {
            let text = root.text(name).ok_or_else(|| top(format!("the library has no {name}")))?;
            text.parse::<f64>().map_err(|_| top(format!("{name} is `{text}`, which is not a number")))
        };
        let templates = templates(&root);
        let mut cells = HashMap::new();
        for group in root.of("cell") {
            let reader = Reader { file, units: &units, templates: &templates };
            let cell = reader.cell(group)?;
            cells.insert(cell.name.clone(), cell);
        }
        Ok(Library {
            name: root.names.first().cloned().unwrap_or_default(),
            volts: number("nom_voltage")? * units.volts,
            celsius: number("nom_temperature")?,
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

/// The file's units in ours.
struct Units {
    /// ns.
    time: f64,
    /// pF.
    load: f64,
    /// V.
    volts: f64,
    /// nW.
    leakage: f64,
}

impl Units {
    fn read(root: &Group) -> Result<Units, String> {
        let unit = |name: &str, default: &str, base: char, exponent: i32| {
            let text = root.text(name).unwrap_or(default);
            scale(text, base).map(|s| s * 10f64.powi(exponent)).ok_or(format!("{name} is `{text}`"))
        };
        let load = match root.get("capacitive_load_unit") {
            Some([number, unit]) => format!("{number}{}", unit.to_lowercase()),
            _ => return Err("the library has no capacitive_load_unit".into()),
        };
        Ok(Units {
            time: unit("time_unit", "1ns", 's', 9)?,
            load: scale(&load, 'f').ok_or(format!("capacitive_load_unit is `{load}`"))? * 1e12,
            volts: unit("voltage_unit", "1V", 'V', 0)?,
            leakage: unit("leakage_power_unit", "1nW", 'W', 9)?,
        })
    }

    fn energy(&self) -> f64 {
        self.load * self.volts * self.volts
    }
}

/// `10ps` with base `s` is 1e-11.
fn scale(text: &str, base: char) -> Option<f64> {
    let text = text.trim().strip_suffix(base)?;
    let (number, prefix) = match text.chars().last()? {
        'm' => (&text[..text.len() - 1], 1e-3),
        'u' => (&text[..text.len() - 1], 1e-6),
        'n' => (&text[..text.len() - 1], 1e-9),
        'p' => (&text[..text.len() - 1], 1e-12),
        'f' => (&text[..text.len() - 1], 1e-15),
        _ => (text, 1.0),
    };
    Some(number.trim().parse::<f64>().ok()? * prefix)
}

struct Reader<'a> {
    file: &'a str,
    units: &'a Units,
    templates: &'a Templates,
}

impl Reader<'_> {
    fn error(&self, group: &Group, problem: impl Into<String>) -> Error {
        Error::liberty(self.file, group.line, problem)
    }

    fn number(&self, group: &Group, name: &str, default: f64) -> Result<f64, Error> {
        let Some(text) = group.text(name) else { return Ok(default) };
        text.parse().map_err(|_| self.error(group, format!("{name} is `{text}`, which is not a number")))
    }

    fn cell(&self, group: &Group) -> Result<Cell, Error> {
        let mut pins = vec![];
        for pin in group.of("pin") {
            for name in &pin.names {
                pins.push(self.pin(pin, name)?);
            }
        }
        Ok(Cell {
            name: group.names.first().cloned().unwrap_or_default(),
            area: self.number(group, "area", 0.0)?,
            leakage: self.number(group, "cell_leakage_power", 0.0)? * self.units.leakage,
            pins,
            memory: memory(group),
        })
    }

    fn pin(&self, group: &Group, name: &str) -> Result<Pin, Error> {
        let direction = group.text("direction").unwrap_or_default();
        let output = match direction {
            "output" => true,
            "input" => false,
            "inout" | "internal" => true,
            _ => return Err(self.error(group, format!("pin {name} has direction `{direction}`"))),
        };
        let mut delays = vec![];
        for timing in group.of("timing") {
            delays.extend(self.delay(timing)?);
        }
        let mut power = vec![];
        for internal in group.of("internal_power") {
            let table = |kind: &str| self.table(internal, kind, self.units.energy());
            let both = table("power")?;
            let energy = [table("rise_power")?.or(both.clone()), table("fall_power")?.or(both)];
            power.extend(related(internal).map(|from| Power { from, energy: energy.clone() }));
        }
        Ok(Pin {
            name: name.into(),
            output,
            capacitance: self.number(group, "capacitance", 0.0)? * self.units.load,
            function: group.text("function").map(str::to_string),
            three_state: group.text("three_state").is_some(),
            delays,
            power,
        })
    }

    /// The delays of one timing group; set-up and hold times and the like are none.
    fn delay(&self, group: &Group) -> Result<Vec<Delay>, Error> {
        let time = |kind: &str| self.table(group, kind, self.units.time);
        let tables = (time("cell_rise")?, time("cell_fall")?, time("rise_transition")?, time("fall_transition")?);
        let (Some(rise), Some(fall), Some(rise_slew), Some(fall_slew)) = tables else { return Ok(vec![]) };
        let sense = match group.text("timing_sense") {
            Some("positive_unate") => Sense::Positive,
            Some("negative_unate") => Sense::Negative,
            _ => Sense::Both,
        };
        let (delay, slew) = ([rise, fall], [rise_slew, fall_slew]);
        let pins = related(group).flatten();
        Ok(pins.map(|from| Delay { from, sense, delay: delay.clone(), slew: slew.clone() }).collect())
    }

    fn table(&self, group: &Group, kind: &str, factor: f64) -> Result<Option<Table>, Error> {
        let Some(group) = group.of(kind).next() else { return Ok(None) };
        let table = Table::read(group, self.templates).map_err(|e| self.error(group, format!("{kind}: {e}")))?;
        Ok(Some(table.scaled(factor, self.units.load, self.units.time)))
    }
}

/// The pins that a group is about, `None` where it names none.
fn related(group: &Group) -> impl Iterator<Item = Option<String>> {
    let names: Vec<_> = group.text("related_pin").unwrap_or_default().split_whitespace().map(str::to_string).collect();
    let none = names.is_empty().then_some(None);
    names.into_iter().map(Some).chain(none)
}

fn memory(group: &Group) -> Memory {
    let other = ["latch", "latch_bank", "ff_bank", "statetable"];
    if let Some(kind) = other.into_iter().find(|kind| group.of(kind).next().is_some()) {
        return Memory::Other(kind);
    }
    let Some(ff) = group.of("ff").next() else { return Memory::None };
    let plain = ["clear", "preset", "clocked_on_also"].iter().all(|name| ff.text(name).is_none());
    match (ff.names.as_slice(), ff.text("next_state"), ff.text("clocked_on")) {
        ([state, inverse], Some(next), Some(clock)) if plain => {
            Memory::FlipFlop { state: [state.clone(), inverse.clone()], next: next.into(), clock: clock.into() }
        }
        _ => Memory::Other("flip-flop with set or reset"),
    }
}
