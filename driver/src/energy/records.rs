//! Energy records as data: what one action costs, and who says so.

use std::collections::HashMap;

use serde::Deserialize;

use super::estimate::{Estimate, Tag};
use crate::Error;

const BUILTIN: &str = include_str!("records.toml");

/// Joules in a picojoule.
const PICO: f64 = 1e-12;

/// The cost of one action of one component in one technology; the fields are explained in `records.toml`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Technology set.
    pub set: String,
    /// What acts.
    pub component: String,
    /// What it does.
    pub action: String,
    /// Width of the action.
    pub bits: usize,
    /// Size of a memory in bytes.
    pub capacity: Option<usize>,
    /// Picojoules for `bits` bits.
    pub pj: f64,
    /// Technology node; one for a set.
    pub node: String,
    /// Supply voltage.
    pub volts: f64,
    /// Publication or data sheet.
    pub source: String,
    /// Where in the source.
    pub table: String,
    /// Lower end of `pj`.
    pub lo: f64,
    /// Upper end of `pj`.
    pub hi: f64,
}

/// A list of records that has been checked.
#[derive(Clone, Debug)]
pub struct Records(Vec<Record>);

impl Records {
    /// The records that come with this crate.
    ///
    /// # Errors
    /// [`Error::Records`]; a test shows that there is none.
    pub fn builtin() -> Result<Self, Error> {
        Self::parse(BUILTIN)
    }

    /// Reads and checks records in the format of `records.toml`.
    ///
    /// # Errors
    /// [`Error::Records`] naming the record: an interval that does not hold its value, no width, no source, two records
    /// for one action, or two nodes in a set.
    pub fn parse(toml: &str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct File {
            record: Vec<Record>,
        }
        let File { record: records } = toml::from_str(toml).map_err(|e| Error::Records(e.to_string()))?;
        let mut nodes = HashMap::new();
        for (i, r) in records.iter().enumerate() {
            let fail = |what: String| Err(Error::Records(format!("{} {} {}: {what}", r.set, r.component, r.action)));
            if !(0.0 < r.lo && r.lo <= r.pj && r.pj <= r.hi && r.hi.is_finite()) {
                return fail(format!("{} pJ is not between {} and {}, or they are not positive", r.pj, r.lo, r.hi));
            }
            if r.bits == 0 || r.source.is_empty() || r.table.is_empty() {
                return fail("a record needs bits, source and table".into());
            }
            let same = |o: &Record| {
                (&o.set, &o.component, &o.action, o.bits, o.capacity)
                    == (&r.set, &r.component, &r.action, r.bits, r.capacity)
            };
            if records[..i].iter().any(same) {
                return fail("recorded twice".into());
            }
            let node = nodes.entry(&r.set).or_insert(&r.node);
            if *node != &r.node {
                return fail(format!("{} and {} in one set", node, r.node));
            }
        }
        Ok(Self(records))
    }

    /// Energy of one `action` on `bits` bits of a `component`, in joules, scaled from the record of nearest width.
    ///
    /// `capacity` asks for a memory of at least that many bytes.
    ///
    /// # Errors
    /// [`Error::NoRecord`].
    pub fn price(
        &self,
        set: &str,
        component: &str,
        action: &'static str,
        bits: usize,
        capacity: Option<usize>,
    ) -> Result<Estimate, Error> {
        self.0
            .iter()
            .filter(|r| r.set == set && r.component == component && r.action == action)
            .filter(|r| r.capacity.is_some() == capacity.is_some() && r.capacity >= capacity)
            .min_by_key(|r| (r.capacity, r.bits.abs_diff(bits)))
            .map(|r| {
                Estimate { value: r.pj, lo: r.lo, hi: r.hi, tag: Tag::Derived } * (PICO * bits as f64 / r.bits as f64)
            })
            .ok_or_else(|| Error::NoRecord {
                set: set.into(),
                component: match capacity {
                    Some(bytes) => format!("{component} of {bytes} bytes"),
                    None => component.into(),
                },
                action,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [[record]]
        set = "a"
        component = "adder"
        action = "add"
        bits = 8
        pj = 0.03
        node = "45 nm"
        volts = 0.9
        source = "S"
        table = "T"
        lo = 0.01
        hi = 0.06
    "#;

    fn refused(toml: &str) -> String {
        Records::parse(toml).unwrap_err().to_string()
    }

    #[test]
    fn faulty_records_are_refused_by_name() {
        Records::parse(GOOD).unwrap();
        let outside = refused(&GOOD.replace("pj = 0.03", "pj = 30.0"));
        assert_eq!(
            outside,
            "energy records: a adder add: 30 pJ is not between 0.01 and 0.06, or they are not positive"
        );
        assert!(refused(&GOOD.replace("lo = 0.01", "lo = -0.01")).contains("not positive"));
        assert!(refused(&GOOD.replace("\"S\"", "\"\"")).contains("needs bits, source and table"));
        assert!(refused(&GOOD.replace("volts", "volt")).contains("unknown field `volt`"));
        assert!(refused(&[GOOD, GOOD].concat()).contains("recorded twice"));
        let other = GOOD.replace("45 nm", "7 nm").replace("bits = 8", "bits = 16");
        assert!(refused(&[GOOD, &other].concat()).contains("45 nm and 7 nm in one set"));
    }

    /// A slip between pJ and nJ, or between bits and bytes, leaves these physical ranges.
    #[test]
    fn every_builtin_record_is_of_the_right_size() {
        let records = Records::builtin().unwrap();
        for r in &records.0 {
            let per_bit = r.pj / r.bits as f64;
            let range = match (r.component.as_str(), r.action.as_str()) {
                ("adder", "add") => 0.001..0.01,
                ("sram", "access") => 0.1..2.0,
                ("dram", "transfer") => 4.0..100.0,
                ("full-adder" | "flip-flop" | "sram-bit", "leak") => 0.01..0.2,
                (component, action) => panic!("no range for {component} {action}"),
            };
            assert!(range.contains(&per_bit), "{} {}: {per_bit} pJ a bit", r.set, r.component);
            assert_eq!(r.capacity.is_some(), r.component == "sram", "{}", r.component);
        }
    }

    #[test]
    fn prices_scale_from_the_nearest_record() {
        let records = Records::builtin().unwrap();
        let add = |bits| records.price("45nm", "adder", "add", bits, None).unwrap().value / PICO;
        assert!((add(8) - 0.03).abs() < 1e-12 && (add(16) - 0.06).abs() < 1e-12 && (add(24) - 0.075).abs() < 1e-12);
        let sram = |bytes| records.price("45nm", "sram", "access", 64, Some(bytes)).unwrap().value / PICO;
        assert!((sram(100) - 10.0).abs() < 1e-9 && (sram(8193) - 20.0).abs() < 1e-9);
    }

    #[test]
    fn what_has_no_record_has_no_price() {
        let records = Records::builtin().unwrap();
        let error = records.price("45nm", "multiplier", "multiply", 8, None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "energy: technology `45nm` has no record for multiplier multiply; nothing is priced without a source"
        );
        assert!(records.price("45nm", "sram", "access", 64, Some(1 << 21)).is_err(), "no memory is that large");
        assert!(records.price("lpddr4", "adder", "add", 8, None).is_err(), "sets do not mix");
    }
}
