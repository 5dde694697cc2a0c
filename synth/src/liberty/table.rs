//! Look-up tables over load and slew.

use super::syntax::Group;
use std::collections::HashMap;

/// Meaning of an axis of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    /// Capacitance at the output.
    Load,
    /// Transition time at the input.
    Slew,
}

/// The axes that a template declares, each with default points.
pub(super) type Template = Vec<(Axis, Vec<f64>)>;

/// Named templates; one whose axes are unknown is an error only for a table that uses it.
pub(super) type Templates = HashMap<String, Result<Template, String>>;

/// A value over at most two axes, in the units of the file times a factor.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    axes: Template,
    /// The last axis runs fastest.
    values: Vec<f64>,
}

pub(super) fn templates(library: &Group) -> Templates {
    let groups =
        library.groups.iter().filter(|g| matches!(g.kind.as_str(), "lu_table_template" | "power_lut_template"));
    let named = groups.filter_map(|g| Some((g.names.first()?.clone(), template(g))));
    named.collect()
}

fn template(group: &Group) -> Result<Template, String> {
    let axes = (1..=3).map_while(|i| Some((i, group.text(&format!("variable_{i}"))?)));
    axes.map(|(i, variable)| {
        let axis = match variable {
            "total_output_net_capacitance" => Axis::Load,
            "input_net_transition" | "input_transition_time" => Axis::Slew,
            _ => return Err(format!("its axis `{variable}` is neither load nor slew")),
        };
        Ok((axis, group.get(&format!("index_{i}")).map_or(Ok(vec![]), numbers)?))
    })
    .collect()
}

fn numbers(values: &[String]) -> Result<Vec<f64>, String> {
    let words = values.iter().flat_map(|v| v.split(|c: char| c == ',' || c.is_whitespace())).filter(|w| !w.is_empty());
    words.map(|w| finite(w).ok_or_else(|| format!("`{w}` is not a finite number"))).collect()
}

/// A number that is one: `nan` and `inf` are none.
pub(super) fn finite(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

impl Table {
    /// Reads the table in `group`.
    pub(super) fn read(group: &Group, templates: &Templates) -> Result<Table, String> {
        let template = group.names.first().map_or("scalar", String::as_str);
        let mut axes = match (template, templates.get(template)) {
            ("scalar", _) => vec![],
            (_, Some(axes)) => axes.clone()?,
            (_, None) => return Err(format!("its template `{template}` is not declared")),
        };
        for (i, (_, points)) in axes.iter_mut().enumerate() {
            if let Some(own) = group.get(&format!("index_{}", i + 1)) {
                *points = numbers(own)?;
            }
            if points.is_empty() || points.windows(2).any(|pair| pair[0] >= pair[1]) {
                return Err(format!("index_{} does not rise", i + 1));
            }
            if points[0] < 0.0 {
                return Err(format!("index_{} begins below 0", i + 1));
            }
        }
        let values = numbers(group.get("values").ok_or("it has no values")?)?;
        let wanted: usize = axes.iter().map(|(_, points)| points.len()).product();
        if values.len() != wanted || axes.len() > 2 {
            return Err(format!("it has {} values for {wanted} points on {} axes", values.len(), axes.len()));
        }
        Ok(Table { axes, values })
    }

    /// The same table with every value multiplied.
    pub(super) fn scaled(mut self, factor: f64, load: f64, slew: f64) -> Table {
        self.values.iter_mut().for_each(|v| *v *= factor);
        for (axis, points) in &mut self.axes {
            let by = if *axis == Axis::Load { load } else { slew };
            points.iter_mut().for_each(|p| *p *= by);
        }
        self
    }

    /// The value at a load (pF) and slew (ns), linear between points and beyond them.
    pub fn at(&self, load: f64, slew: f64) -> f64 {
        let place = |(axis, points): &(Axis, Vec<f64>)| segment(points, if *axis == Axis::Load { load } else { slew });
        match self.axes.as_slice() {
            [] => self.values[0],
            [axis] => mix(place(axis), |i| self.values[i]),
            [rows, columns] => {
                let column = place(columns);
                mix(place(rows), |row| mix(column, |i| self.values[row * columns.1.len() + i]))
            }
            _ => unreachable!("checked when read"),
        }
    }
}

/// The two points to interpolate between, and how far from the first to the second.
type Segment = (usize, usize, f64);

fn segment(points: &[f64], at: f64) -> Segment {
    if points.len() == 1 {
        return (0, 0, 0.0);
    }
    let upper = points.iter().position(|p| *p > at).unwrap_or(points.len()).clamp(1, points.len() - 1);
    let (low, high) = (points[upper - 1], points[upper]);
    (upper - 1, upper, (at - low) / (high - low))
}

fn mix((low, high, part): Segment, value: impl Fn(usize) -> f64) -> f64 {
    value(low) * (1.0 - part) + value(high) * part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[f64], columns: &[f64], values: &[f64]) -> Table {
        Table { axes: vec![(Axis::Load, rows.into()), (Axis::Slew, columns.into())], values: values.into() }
    }

    #[test]
    fn values_are_linear_between_points_and_beyond() {
        let plane = table(&[1.0, 2.0, 4.0], &[0.0, 10.0], &[1.0, 21.0, 2.0, 22.0, 4.0, 24.0]);
        for (load, slew) in [(1.0, 0.0), (1.5, 5.0), (3.0, 2.5), (4.0, 10.0), (5.0, 20.0), (0.0, -5.0)] {
            let expected = load + 2.0 * slew;
            assert!((plane.at(load, slew) - expected).abs() < 1e-12, "{load}, {slew}: {}", plane.at(load, slew));
        }
        let transposed =
            Table { axes: plane.axes.iter().rev().cloned().collect(), values: vec![1.0, 2.0, 4.0, 21.0, 22.0, 24.0] };
        assert!((transposed.at(3.0, 2.5) - 8.0).abs() < 1e-12, "the order of the axes is the template's");
        assert!((plane.scaled(2.0, 10.0, 1.0).at(15.0, 5.0) - 23.0).abs() < 1e-12);
    }
}
