//! From a file's tree to cells in our units.

use super::syntax::Group;
use super::table::{Table, Templates, finite};
use super::{Cell, Delay, Memory, Pin, Power, Sense};
use crate::error::Error;

/// The file's units in ours.
pub(super) struct Units {
    /// ns.
    time: f64,
    /// pF.
    load: f64,
    /// V.
    pub volts: f64,
    /// nW.
    leakage: f64,
}

impl Units {
    /// # Errors
    /// The invalid unit, with its line.
    pub fn read(root: &Group) -> Result<Units, (usize, String)> {
        let wrong = |name: &str, text: &str, like: &str| {
            (root.line_of(name), format!("{name} is `{text}`, which is no unit above 0 like {like}"))
        };
        let unit = |name: &str, default: &str, base: char, exponent: i32| {
            let text = root.text(name).unwrap_or(default);
            scale(text, base).map(|s| s * 10f64.powi(exponent)).ok_or_else(|| wrong(name, text, default))
        };
        let name = "capacitive_load_unit";
        let load = match root.get(name) {
            Some([number, unit]) => format!("{number}{}", unit.to_lowercase()),
            Some(values) => return Err(wrong(name, &values.join(", "), "(1, pf)")),
            None => return Err((root.line, format!("the library has no {name}"))),
        };
        Ok(Units {
            time: unit("time_unit", "1ns", 's', 9)?,
            load: scale(&load, 'f').ok_or_else(|| wrong(name, &load, "(1, pf)"))? * 1e12,
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
    finite(number).map(|number| number * prefix).filter(|unit| *unit > 0.0 && unit.is_finite())
}

/// Reads the cells of a library.
pub(super) struct Reader<'a> {
    pub file: &'a str,
    pub root: &'a Group,
    pub units: &'a Units,
    pub templates: &'a Templates,
}

impl Reader<'_> {
    fn error(&self, group: &Group, problem: impl Into<String>) -> Error {
        Error::liberty(self.file, group.line, problem)
    }

    /// A quantity that cannot be below zero.
    fn number(&self, group: &Group, name: &str) -> Result<Option<f64>, Error> {
        let Some(text) = group.text(name) else { return Ok(None) };
        let wrong =
            |what| Error::liberty(self.file, group.line_of(name), format!("{name} is `{text}`, which is {what}"));
        match finite(text) {
            None => Err(wrong("not a finite number")),
            Some(number) if number < 0.0 => Err(wrong("below 0")),
            number => Ok(number),
        }
    }

    /// Of a pin: its own, the mean of its edges', or what the library says of all. An input without is no input.
    fn capacitance(&self, pin: &Group, name: &str, output: bool) -> Result<f64, Error> {
        if let Some(own) = self.number(pin, "capacitance")? {
            return Ok(own);
        }
        let edges = (self.number(pin, "rise_capacitance")?, self.number(pin, "fall_capacitance")?);
        if let (Some(rise), Some(fall)) = edges {
            return Ok((rise + fall) / 2.0);
        }
        let default = if output { "default_output_pin_cap" } else { "default_input_pin_cap" };
        match self.number(self.root, default)? {
            Some(all) => Ok(all),
            None if output => Ok(0.0),
            None => Err(self.error(pin, format!("pin {name} has no capacitance, and the library no {default}"))),
        }
    }

    /// Of a cell: its own, the mean over its states, or what the library says of all, which is 0 where it says nothing.
    fn leakage(&self, cell: &Group) -> Result<f64, Error> {
        if let Some(own) = self.number(cell, "cell_leakage_power")? {
            return Ok(own);
        }
        let states = cell.of("leakage_power").map(|state| Ok(self.number(state, "value")?.unwrap_or(0.0)));
        let states: Vec<f64> = states.collect::<Result<_, Error>>()?;
        if !states.is_empty() {
            return Ok(states.iter().sum::<f64>() / states.len() as f64);
        }
        Ok(self.number(self.root, "default_cell_leakage_power")?.unwrap_or(0.0))
    }

    pub fn cell(&self, group: &Group) -> Result<Cell, Error> {
        let mut pins = vec![];
        for pin in group.of("pin") {
            for name in &pin.names {
                pins.push(self.pin(pin, name)?);
            }
        }
        let name = group.names.first().cloned().unwrap_or_default();
        let area = self.number(group, "area")?.unwrap_or(0.0);
        if area == 0.0 && pins.iter().any(|pin| pin.output && pin.function.is_some()) {
            let problem = format!("cell {name} computes something and has no area above 0");
            return Err(Error::liberty(self.file, group.line_of("area"), problem));
        }
        Ok(Cell { name, area, leakage: self.leakage(group)? * self.units.leakage, pins, memory: memory(group) })
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
            let supply = internal.text("related_pg_pin").map(str::to_string);
            power.extend(related(internal).map(|from| Power { supply: supply.clone(), from, energy: energy.clone() }));
        }
        let capacitance = self.capacitance(group, name, output)?;
        if capacitance == 0.0 && !output {
            let problem = format!("input {name} has no capacitance above 0");
            return Err(Error::liberty(self.file, group.line_of("capacitance"), problem));
        }
        Ok(Pin {
            name: name.into(),
            output,
            capacitance: capacitance * self.units.load,
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
