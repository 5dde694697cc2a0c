//! Energy records as data: what one action costs, and who says so.

use std::collections::HashMap;
use std::ops::Range;

use serde::Deserialize;
use uom::si::energy::picojoule;
use uom::si::f64::Energy;

use super::estimate::{Estimate, Tag};
use crate::Error;

const BUILTIN: &str = include_str!("records.toml");

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
    /// What sums of this price are: derived, or measured where this project's own tools counted the price too.
    #[serde(default = "derived")]
    pub tag: Tag,
}

fn derived() -> Tag {
    Tag::Derived
}

impl Record {
    fn estimate(&self) -> Estimate {
        let energy = Energy::new::<picojoule>;
        Estimate { value: energy(self.pj), lo: energy(self.lo), hi: energy(self.hi), tag: self.tag }
    }

    /// What keeps this record from being believed, if anything does.
    fn flaw(&self) -> Option<String> {
        let Self { pj, lo, hi, .. } = *self;
        if self.bits == 0 || self.table.is_empty() || self.node.is_empty() {
            return Some("a record needs bits, node and table".into());
        }
        if !(0.0 < lo && lo <= pj && pj <= hi && hi.is_finite()) {
            return Some(format!("{pj} pJ is not between {lo} and {hi}, or they are not positive"));
        }
        if !(0.3..5.0).contains(&self.volts) {
            return Some(format!("{} V is no supply voltage", self.volts));
        }
        let Some(range) = plausible(&self.component, &self.action) else {
            return Some("nothing is known by this name".into());
        };
        let per_bit = pj / self.bits as f64;
        if !range.contains(&per_bit) {
            let Range { start, end } = range;
            return Some(format!("{per_bit} pJ a bit is outside {start} to {end}; is `pj` in picojoules?"));
        }
        None
    }
}

/// What a bit of an action costs in any technology from 180 nm to 3 nm, in picojoules.
///
/// Every range is narrower than a factor of a thousand, so that no record survives a slip between neighbouring units.
fn plausible(component: &str, action: &str) -> Option<Range<f64>> {
    Some(match (component, action) {
        ("adder", "add") => 0.0005..0.4,
        ("multiplier", "multiply") => 0.002..1.0,
        ("fp-adder", "add") => 0.002..1.0,
        ("fp-multiplier", "multiply") => 0.005..2.0,
        ("selector", "select") => 0.0003..0.25,
        ("flip-flop", "clock" | "write") => 0.0003..0.25,
        ("ternary-column", "mac") => 0.002..1.9,
        ("int8-column", "mac") => 0.01..9.0,
        ("fp16-column", "mac") => 0.02..19.0,
        ("sram", "access") => 0.02..10.0,
        ("dram", "transfer") => 1.0..500.0,
        ("full-adder" | "flip-flop" | "sram-bit", "leak") => 0.0001..0.09,
        ("device", "leak") => 20.0..10_000.0,
        _ => return None,
    })
}

/// A price and where it comes from.
#[derive(Clone, Debug)]
pub struct Price {
    /// Energy of one action.
    pub energy: Estimate,
    /// Publication or data sheet, and where in it.
    pub source: String,
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
    /// [`Error::Records`] naming the record: an interval that does not hold its value, a value of the wrong order of
    /// magnitude, no width, no source, two records for one action, or two nodes in a set.
    pub fn parse(toml: &str) -> Result<Self, Error> {
        Self(vec![]).and(toml)
    }

    /// These records and those of another file in the same format, checked together.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn and(mut self, toml: &str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            sources: HashMap<String, String>,
            record: Vec<Record>,
        }
        let File { sources, record: added } = toml::from_str(toml).map_err(|e| Error::Records(e.to_string()))?;
        for mut r in added {
            let fail = |what: String| Err(Error::Records(format!("{} {} {}: {what}", r.set, r.component, r.action)));
            if let Some(flaw) = r.flaw() {
                return fail(flaw);
            }
            let Some(source) = sources.get(&r.source) else {
                return fail(format!("there is no source `{}`", r.source));
            };
            let action = |r: &Record| (r.set.clone(), r.component.clone(), r.action.clone(), r.bits, r.capacity);
            if self.0.iter().any(|other| action(other) == action(&r)) {
                return fail("recorded twice".into());
            }
            if let Some(other) = self.0.iter().find(|other| other.set == r.set && other.node != r.node) {
                return fail(format!("{} and {} in one set", other.node, r.node));
            }
            r.source = source.clone();
            self.0.push(r);
        }
        Ok(self)
    }

    /// The records in the order of their file.
    pub fn all(&self) -> &[Record] {
        &self.0
    }

    /// Whether anything is recorded for an action of a component.
    pub fn knows(&self, set: &str, component: &str, action: &str) -> bool {
        self.0.iter().any(|r| r.set == set && r.component == component && r.action == action)
    }

    /// Energy of one `action` on `bits` bits of a `component`, scaled from the record of nearest width.
    ///
    /// `capacity` asks for a memory of that many bytes: between two records the energy follows a power of the capacity,
    /// below the smallest it stays.
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
    ) -> Result<Price, Error> {
        let known = || {
            let named = move |r: &&Record| r.set == set && r.component == component && r.action == action;
            self.0.iter().filter(named).filter(move |r| r.capacity.is_some() == capacity.is_some())
        };
        let nearest = |r: &&Record| r.bits.abs_diff(bits);
        let above = known().filter(|r| r.capacity >= capacity).min_by_key(|r| (r.capacity, nearest(r)));
        let below = known().filter(|r| r.capacity < capacity).max_by_key(|r| (r.capacity, usize::MAX - nearest(r)));
        let record = above.ok_or_else(|| Error::NoRecord {
            set: set.into(),
            component: match capacity {
                Some(bytes) => format!("{component} of {bytes} bytes"),
                None => component.into(),
            },
            action,
        })?;
        let mut energy = record.estimate() * (bits as f64 / record.bits as f64);
        if let (Some(low), Some(wanted), Some(high)) = (below, capacity, record.capacity) {
            energy = energy * between(low, record, wanted as f64 / high as f64);
        }
        Ok(Price { energy, source: format!("{}: {}", record.source, record.table) })
    }
}

/// What a memory of `part` of `high`'s capacity costs, as a part of what `high` costs, on the power law through `low`.
fn between(low: &Record, high: &Record, part: f64) -> f64 {
    let per_bit = |r: &Record| r.pj / r.bits as f64;
    let capacity = |r: &Record| r.capacity.unwrap_or(1) as f64;
    let exponent = (per_bit(low) / per_bit(high)).ln() / (capacity(low) / capacity(high)).ln();
    part.powf(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [sources]
        s = "S"
        [[record]]
        set = "a"
        component = "adder"
        action = "add"
        bits = 8
        pj = 0.03
        node = "45 nm"
        volts = 0.9
        source = "s"
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
        let outside = refused(&GOOD.replace("pj = 0.03", "pj = 0.3"));
        assert_eq!(
            outside,
            "energy records: a adder add: 0.3 pJ is not between 0.01 and 0.06, or they are not positive"
        );
        assert!(refused(&GOOD.replace("lo = 0.01", "lo = -0.01")).contains("not positive"));
        assert!(refused(&GOOD.replace("volts = 0.9", "volts = 900")).contains("900 V is no supply voltage"));
        assert!(refused(&GOOD.replace("source = \"s\"", "source = \"t\"")).contains("there is no source `t`"));
        assert!(refused(&GOOD.replace("\"T\"", "\"\"")).contains("needs bits, node and table"));
        assert!(refused(&GOOD.replace("\"add\"", "\"subtract\"")).contains("nothing is known by this name"));
        assert!(refused(&GOOD.replace("volts", "volt")).contains("unknown field `volt`"));
        let again = &GOOD[GOOD.find("[[").unwrap()..];
        assert!(refused(&[GOOD, again].concat()).contains("recorded twice"));
        let other = again.replace("45 nm", "7 nm").replace("bits = 8", "bits = 16");
        assert!(refused(&[GOOD, &other].concat()).contains("45 nm and 7 nm in one set"));
    }

    /// pJ written as nJ or as fJ, in any one record.
    #[test]
    fn a_slip_of_a_unit_is_refused_in_every_record() {
        let builtin = Records::builtin().unwrap();
        for record in builtin.all() {
            assert_eq!(record.flaw(), None);
            for slip in [1000.0, 0.001] {
                let wrong =
                    Record { pj: record.pj * slip, lo: record.lo * slip, hi: record.hi * slip, ..record.clone() };
                assert!(wrong.flaw().is_some_and(|f| f.contains("is `pj` in picojoules?")), "{wrong:?}");
            }
        }
        let nanojoules = BUILTIN.replace("pj = 0.03\n", "pj = 30.0\n").replace("lo = 0.015\n", "lo = 15.0\n");
        assert!(refused(&nanojoules.replace("hi = 0.06\n", "hi = 60.0\n")).contains("is `pj` in picojoules?"));
    }

    /// One figure of each source, typed again from it.
    #[test]
    fn records_say_what_their_sources_say() {
        let records = Records::builtin().unwrap();
        for (set, component, action, bits, capacity, picojoules) in [
            ("45nm", "adder", "add", 8, None, 0.03),
            ("45nm", "adder", "add", 32, None, 0.1),
            ("45nm", "multiplier", "multiply", 8, None, 0.2),
            ("45nm", "multiplier", "multiply", 32, None, 3.1),
            ("45nm", "fp-adder", "add", 16, None, 0.4),
            ("45nm", "fp-multiplier", "multiply", 16, None, 1.1),
            ("45nm", "sram", "access", 64, Some(8 << 10), 10.0),
            ("45nm", "sram", "access", 64, Some(32 << 10), 20.0),
            ("45nm", "sram", "access", 64, Some(1 << 20), 100.0),
            ("45nm", "full-adder", "leak", 1, None, 0.0758),
            ("45nm", "flip-flop", "clock", 1, None, 0.0083),
            ("45nm", "selector", "select", 1, None, 0.0042),
            ("7nm", "adder", "add", 8, None, 0.007),
            ("7nm", "multiplier", "multiply", 8, None, 0.07),
            ("7nm", "fp-multiplier", "multiply", 16, None, 0.34),
            ("7nm", "fp-adder", "add", 16, None, 0.16),
            ("7nm", "flip-flop", "clock", 1, None, 0.00082),
            ("7nm", "sram", "access", 64, Some(1 << 20), 14.0),
            ("lpddr4", "dram", "transfer", 8, None, 64.0),
            ("ddr3", "dram", "transfer", 8, None, 560.0),
            ("hbm2", "dram", "transfer", 8, None, 50.0),
        ] {
            let energy = records.price(set, component, action, bits, capacity).unwrap().energy.value;
            let found = energy.get::<picojoule>();
            assert!((found - picojoules).abs() < 1e-9 * picojoules, "{set} {component} {action} {bits}: {found}");
        }
    }

    #[test]
    fn prices_scale_from_the_nearest_record() {
        let records = Records::builtin().unwrap();
        let pj = |price: Price| price.energy.value.get::<picojoule>();
        let add = |bits| pj(records.price("45nm", "adder", "add", bits, None).unwrap());
        assert!((add(8) - 0.03).abs() < 1e-12 && (add(16) - 0.06).abs() < 1e-12 && (add(24) - 0.075).abs() < 1e-12);
        let sram = |bytes| pj(records.price("45nm", "sram", "access", 64, Some(bytes)).unwrap());
        assert!((sram(100) - 10.0).abs() < 1e-9, "no memory is cheaper than the smallest record");
        assert!((sram(16 << 10) - 200.0_f64.sqrt()).abs() < 1e-9, "halfway in the logarithm");
        assert!(sram(32 << 10) < sram(33 << 10) && sram(33 << 10) < sram(1 << 20));
    }

    #[test]
    fn own_records_join_the_builtin_ones() {
        let records = Records::builtin().unwrap().and(GOOD).unwrap();
        assert!(records.price("a", "adder", "add", 8, None).is_ok());
        let clash = GOOD.replace("set = \"a\"", "set = \"7nm\"").replace("bits = 8", "bits = 9");
        let error = Records::builtin().unwrap().and(&clash).unwrap_err().to_string();
        assert!(error.contains("7 nm and 45 nm in one set"), "{error}");
    }

    #[test]
    fn what_has_no_record_has_no_price() {
        let records = Records::builtin().unwrap();
        let error = records.price("45nm", "analog", "multiply", 8, None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "energy: technology `45nm` has no record for analog multiply; nothing is priced without a source"
        );
        assert!(records.price("45nm", "sram", "access", 64, Some(1 << 21)).is_err(), "no memory is that large");
        assert!(records.price("lpddr4", "adder", "add", 8, None).is_err(), "sets do not mix");
        assert!(records.price("3nm", "adder", "add", 8, None).is_err(), "no such technology");
    }
}
