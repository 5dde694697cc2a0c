//! The arithmetic of the BitNet papers, computed again from their assumptions.
//!
//! Every figure here is literature: a ratio of constants, not an energy of this unit. The objections of experts follow the
//! tables.

mod b158;
mod bitnet;
mod objections;

use serde::Serialize;
use uom::si::energy::picojoule;

use crate::Error;
use crate::energy::{Action, Component, Records, Tag};
pub use objections::Objection;

type Result<T, E = Error> = std::result::Result<T, E>;

/// A table of a paper.
#[derive(Debug, Serialize)]
pub struct Table {
    /// The table.
    pub name: &'static str,
    /// The paper.
    pub source: &'static str,
    /// Unit of the figures.
    pub unit: &'static str,
    /// Tag of the figures.
    pub tag: Tag,
    /// Largest distance of the two columns; absent where the printed figure is only cited beside ours.
    pub tolerance: Option<f64>,
    /// A remark; may be empty.
    pub note: &'static str,
    /// The figures.
    pub rows: Vec<Row>,
}

/// One figure.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Its name.
    pub label: String,
    /// As computed here.
    pub computed: f64,
    /// As the paper prints it.
    pub printed: Option<f64>,
    /// Computed less printed.
    pub difference: Option<f64>,
}

impl Row {
    fn new(label: impl Into<String>, computed: f64, printed: f64) -> Self {
        Self { label: label.into(), computed, printed: Some(printed), difference: Some(computed - printed) }
    }
}

impl Table {
    /// Rows that are further from the printed figure than rounding explains.
    pub fn wrong(&self) -> impl Iterator<Item = &Row> {
        let beyond = |row: &&Row| match (self.tolerance, row.difference) {
            // A printed figure is rounded, and a sum in floating point may end on the far side of an edge.
            (Some(tolerance), Some(difference)) => difference.abs() > tolerance + 1e-9,
            _ => false,
        };
        self.rows.iter().filter(beyond)
    }
}

/// All tables of the papers.
#[derive(Debug, Serialize)]
pub struct Papers {
    /// The tables.
    pub tables: Vec<Table>,
    /// Objections of experts to these figures.
    pub objections: Vec<Objection>,
}

/// Energy of single operations in picojoules, in one number format at one node.
#[derive(Clone, Copy, Debug)]
struct Cost {
    add: f64,
    multiply: f64,
}

/// The constants that the papers take, as recorded.
#[derive(Debug)]
struct Costs {
    fp32: Cost,
    fp16: Cost,
    int8: Cost,
}

impl Costs {
    fn new(records: &Records, set: &str) -> Result<Self> {
        let cost = |adder, multiplier, bits| -> Result<Cost> {
            let pj = |component, action| -> Result<f64> {
                Ok(records.price(set, component, action, bits, None)?.energy.value.get::<picojoule>())
            };
            Ok(Cost { add: pj(adder, Action::Add)?, multiply: pj(multiplier, Action::Multiply)? })
        };
        Ok(Self {
            fp32: cost(Component::FpAdder, Component::FpMultiplier, 32)?,
            fp16: cost(Component::FpAdder, Component::FpMultiplier, 16)?,
            int8: cost(Component::Adder, Component::Multiplier, 8)?,
        })
    }
}

impl Papers {
    /// Computes all tables from the builtin records.
    ///
    /// # Errors
    /// When a constant is not among them.
    pub fn new() -> Result<Self> {
        let records = Records::builtin()?;
        let (n45, n7) = (Costs::new(&records, "45nm")?, Costs::new(&records, "7nm")?);
        let mut tables = vec![bitnet::table_1(&n45, &n7)];
        tables.extend(b158::tables(&n7));
        Ok(Self { tables, objections: objections::all(&n7) })
    }

    /// True if every figure agrees with the printed one within its tolerance.
    pub fn right(&self) -> bool {
        self.tables.iter().all(|table| table.wrong().next().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_agrees_with_the_printed_one() {
        let report = Papers::new().unwrap();
        for table in &report.tables {
            if let Some(row) = table.wrong().next() {
                panic!("{}: {row:?}", table.name);
            }
        }
        let checked: Vec<_> =
            report.tables.iter().map(|t| (t.name, t.tolerance, t.rows.len())).filter(|t| t.1.is_some()).collect();
        assert_eq!(
            checked,
            [
                ("BitNet, table 1", Some(0.01), 36),
                ("BitNet b1.58, arithmetic operations", Some(0.1), 1),
                ("BitNet b1.58, figure 3", Some(0.1), 5),
                ("BitNet b1.58, table 1", Some(0.01), 6),
                ("BitNet b1.58, table 3", Some(0.1), 2),
            ]
        );
    }

    #[test]
    fn thirty_four_of_the_thirty_six_cells_round_to_what_is_printed() {
        let report = Papers::new().unwrap();
        let rounds = |row: &&Row| ((row.computed * 100.0).round() / 100.0 - row.printed.unwrap()).abs() < 1e-9;
        assert_eq!(report.tables[0].rows.iter().filter(rounds).count(), 34);
    }

    /// A constant that is wrong shows up as a difference.
    #[test]
    fn another_constant_is_found_wrong() {
        let records = Records::builtin().unwrap();
        let (n45, mut n7) = (Costs::new(&records, "45nm").unwrap(), Costs::new(&records, "7nm").unwrap());
        assert_eq!(bitnet::table_1(&n45, &n7).wrong().count(), 0);
        n7.fp16.add *= 1.05;
        assert!(bitnet::table_1(&n45, &n7).wrong().count() >= 3);
        n7.int8.add *= 1.05;
        assert!(b158::tables(&n7).iter().any(|table| table.wrong().count() > 0));
    }

    /// 68.4 G linear weights and 0.52 G others: 137.9 GB in fp16, 14.7 GB ternary, of 160 GB.
    #[test]
    fn bytes_beside_measured_ratios_by_hand() {
        let report = Papers::new().unwrap();
        let cited: Vec<_> = report.tables.iter().filter(|t| t.tolerance.is_none()).collect();
        assert_eq!((cited.len(), cited[0].rows.len(), cited[1].rows.len()), (2, 6, 2));
        let batch = &cited[1].rows[0];
        assert!((batch.computed - (160.0 - 14.74) / (160.0 - 137.95)).abs() < 0.02, "{batch:?}");
        assert!((cited[0].rows[4].computed - 137.95 / 14.74).abs() < 0.01, "{:?}", cited[0].rows[4]);
    }

    #[test]
    fn objections_by_hand() {
        let ratios: Vec<f64> = Papers::new().unwrap().objections.iter().filter_map(|o| o.ratio).collect();
        for (found, expected) in ratios.iter().zip([56.8, 28.6, 11.0, 4.0, 5.0]) {
            assert!((found - expected).abs() < 0.05, "{found} instead of {expected}");
        }
        assert_eq!(ratios.len(), 5);
    }
}
