//! Energy records as data: what one action costs, and who says so.

use uom::si::energy::picojoule;
use uom::si::f64::Energy;

use super::component::{Action, Component};
use super::estimate::{Estimate, Tag};
use crate::Error;
use crate::memory::Memory;

/// The cost of one action of one component in one technology; the fields are explained in `records.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Technology set.
    pub set: String,
    /// The component that acts.
    pub component: Component,
    /// Its action.
    pub action: Action,
    /// Width of the action.
    pub bits: usize,
    /// Size of a memory in bytes.
    pub capacity: Option<usize>,
    /// Picojoules for `bits` bits.
    pub pj: f64,
    /// Technology node; one for a set.
    pub node: String,
    /// Supply voltage, where it is known.
    pub volts: Option<f64>,
    /// Publication or data sheet.
    pub source: String,
    /// Place in the source.
    pub table: String,
    /// Lower end of `pj`.
    pub lo: f64,
    /// Upper end of `pj`.
    pub hi: f64,
    /// Tag of sums of this price: derived, or measured where this project's own tools counted the price too.
    pub tag: Tag,
}

impl Record {
    fn estimate(&self) -> Estimate {
        let energy = Energy::new::<picojoule>;
        Estimate { value: energy(self.pj), lo: energy(self.lo), hi: energy(self.hi), tag: self.tag }
    }

    /// True where both price one action of one width.
    pub(super) fn same_action(&self, other: &Self) -> bool {
        let action = |r: &Self| (r.bits, r.capacity);
        (&*self.set, self.component, self.action) == (&*other.set, other.component, other.action)
            && action(self) == action(other)
    }
}

/// A price and where it comes from.
#[derive(Clone, Debug)]
pub struct Price {
    /// Energy of one action.
    pub energy: Estimate,
    /// Publication or data sheet, and where in it.
    pub source: String,
}

/// Records that have been checked, and memories that have a price among them.
#[derive(Clone, Debug, Default)]
pub struct Records {
    records: Vec<Record>,
    pub(super) memories: Vec<Memory>,
    /// Sets that came with a file of the user's, with their lines there.
    pub(super) own: Vec<(String, usize)>,
}

impl Records {
    /// The memories in the order of their files.
    pub fn memories(&self) -> &[Memory] {
        &self.memories
    }

    /// The memory called `name`.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the names there are.
    pub fn memory(&self, name: &str) -> Result<Memory, Error> {
        let found = self.memories.iter().find(|memory| memory.name == name);
        found.cloned().ok_or_else(|| {
            let names: Vec<&str> = self.memories.iter().map(|memory| &*memory.name).collect();
            Error::Unknown { what: "memory", name: name.into(), known: names.join(", ") }
        })
    }

    /// Every set of records.
    pub(super) fn sets(&self) -> Vec<&str> {
        let mut sets: Vec<&str> = vec![];
        for record in &self.records {
            if sets.last() != Some(&&*record.set) && !sets.contains(&&*record.set) {
                sets.push(&record.set);
            }
        }
        sets
    }

    /// The sets that have prices of a die.
    pub fn dies(&self) -> Vec<&str> {
        let of_die = |set: &&str| self.records.iter().any(|r| r.set == **set && r.component != Component::Dram);
        self.sets().into_iter().filter(of_die).collect()
    }

    /// Line of the die called `name` in the file of the user's that it comes from; absent for one that comes with this crate.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the names there are.
    pub fn die(&self, name: &str) -> Result<Option<usize>, Error> {
        let dies = self.dies();
        if !dies.contains(&name) {
            return Err(Error::Unknown { what: "die", name: name.into(), known: dies.join(", ") });
        }
        Ok(self.own.iter().find(|(own, _)| own == name).map(|(_, line)| *line))
    }

    pub(super) fn push(&mut self, record: Record) {
        self.records.push(record);
    }

    pub(super) fn push_memory(&mut self, memory: Memory) {
        self.memories.push(memory);
    }

    /// The records in the order of their file.
    pub fn all(&self) -> &[Record] {
        &self.records
    }

    /// True if anything is recorded for an action of a component.
    pub fn knows(&self, set: &str, component: Component, action: Action) -> bool {
        self.records.iter().any(|r| r.set == set && r.component == component && r.action == action)
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
        component: Component,
        action: Action,
        bits: usize,
        capacity: Option<usize>,
    ) -> Result<Price, Error> {
        let known = || {
            let named = move |r: &&Record| r.set == set && r.component == component && r.action == action;
            self.records.iter().filter(named).filter(move |r| r.capacity.is_some() == capacity.is_some())
        };
        let nearest = |r: &&Record| r.bits.abs_diff(bits);
        let above = known().filter(|r| r.capacity >= capacity).min_by_key(|r| (r.capacity, nearest(r)));
        let below = known().filter(|r| r.capacity < capacity).max_by_key(|r| (r.capacity, usize::MAX - nearest(r)));
        let record = above.ok_or_else(|| {
            let size = capacity.map_or(String::new(), |bytes| format!(" of {bytes} bytes"));
            Error::NoRecord { set: set.into(), missing: vec![format!("{component} {action}{size}")] }
        })?;
        let mut energy = record.estimate() * (bits as f64 / record.bits as f64);
        if let (Some(low), Some(wanted), Some(high)) = (below, capacity, record.capacity) {
            energy = energy * between(low, record, wanted as f64 / high as f64);
        }
        Ok(Price { energy, source: format!("{}: {}", record.source, record.table) })
    }
}

/// Cost of a memory of `part` of `high`'s capacity, as a part of `high`'s cost, on the power law through `low`.
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
            "energy records:\n  line 4: a adder add: 0.3 pJ is not between lo, 0.01 pJ, and hi, 0.06 pJ"
        );
        assert!(refused(&GOOD.replace("lo = 0.01", "lo = -0.01")).contains("`lo` is -0.01 and has to be above 0 pJ"));
        assert!(refused(&GOOD.replace("volts = 0.9", "volts = 900")).contains("900 V is no supply voltage"));
        assert!(refused(&GOOD.replace("source = \"s\"", "source = \"t\"")).contains("there is no source `t`"));
        assert!(refused(&GOOD.replace("\"T\"", "\"\"")).contains("line 13: a adder add: `table` is empty"));
        assert!(refused(&GOOD.replace("\"add\"", "\"subtract\"")).contains("nothing is known by this name"));
        assert!(
            refused(&GOOD.replace("volts", "volt")).contains("line 11: [[record]] has no key `volt`; there are set")
        );
        let again = &GOOD[GOOD.find("[[").unwrap()..];
        assert!(refused(&[GOOD, again].concat()).contains("recorded twice for 8 bits"));
        let other = again.replace("45 nm", "7 nm").replace("bits = 8", "bits = 16").replace("0.03", "0.02");
        assert!(refused(&[GOOD, &other].concat()).contains("45 nm and 7 nm in one set"));
    }

    /// Tries a record with these figures.
    fn accepted(record: &Record, [pj, lo, hi]: [f64; 3], node: &str) -> Result<(), String> {
        let Record { component, action, bits, .. } = record;
        let capacity = record.capacity.map_or(String::new(), |bytes| format!("capacity = {bytes}\n"));
        let text = format!(
            "[sources]\ns = \"S\"\n[[record]]\nset = \"x\"\ncomponent = \"{component}\"\naction = \"{action}\"\nbits = {bits}\n\
             {capacity}pj = {pj}\nlo = {lo}\nhi = {hi}\nnode = \"{node}\"\nvolts = 1\nsource = \"s\"\ntable = \"T\"\n"
        );
        Records::parse(&text).map(|_| ()).map_err(|error| error.to_string())
    }

    /// pJ written as nJ or as fJ, in any one record. Leakage differs by more than that between flavours of one node.
    #[test]
    fn a_slip_of_a_unit_is_refused_in_every_record() {
        let builtin = Records::builtin().unwrap();
        for record in builtin.all() {
            let with = |by: f64| accepted(record, [record.pj * by, record.lo * by, record.hi * by], &record.node);
            assert_eq!(with(1.0), Ok(()));
            for slip in [1000.0, 0.001] {
                let leaks = record.action == Action::Leak;
                assert!(leaks || with(slip).is_err_and(|f| f.contains("is `pj` in picojoules?")), "{record:?}");
            }
            for [lo, hi] in [[0.001, 1.0], [1.0, 1000.0]] {
                let one = accepted(record, [record.pj, record.lo * lo, record.hi * hi], &record.node);
                assert!(one.is_err_and(|fault| fault.contains("wider than a factor of 1000")), "{record:?}");
            }
        }
        let nanojoules =
            include_str!("records.toml").replace("pj = 0.03\n", "pj = 30.0\n").replace("lo = 0.015\n", "lo = 15.0\n");
        assert!(refused(&nanojoules.replace("hi = 0.06\n", "hi = 60.0\n")).contains("is `pj` in picojoules?"));
    }

    /// Energy at a node over that at 45 nm and 0.9 V, by the equations of Stillmaker and Baas down to 7 nm and 30 % a step
    /// from there, and by the prices of the BitNet papers: docs/explanation/energy.md.
    #[test]
    fn every_node_from_180_to_2_nm_has_its_prices() {
        let builtin = Records::builtin().unwrap();
        let at_45 = builtin.all().iter().filter(|r| r.set == "45nm" && r.action != Action::Leak);
        let scales = [
            ("180 nm", 23.0),
            ("130 nm", 16.7),
            ("130 nm", 6.1),
            ("65 nm", 2.0),
            ("28 nm", 0.47),
            ("16 nm", 0.142),
            ("7 nm", 0.057),
            ("7 nm", 0.23),
            ("5 nm", 0.04),
            ("3 nm", 0.028),
            ("3 nm", 0.115),
            ("2 nm", 0.02),
            ("2 nm", 0.08),
        ];
        for record in at_45 {
            for (node, scale) in scales {
                let figures = [record.pj * scale, record.lo * scale, record.hi * scale];
                assert_eq!(accepted(record, figures, node), Ok(()), "{} {}", record.component, record.action);
            }
        }
        let adder = builtin.all().iter().find(|r| r.component == Component::Adder).unwrap();
        for node in ["1.4 nm", "250 nm", "seven", "7"] {
            let refused = accepted(adder, [0.03; 3], node).unwrap_err();
            assert!(refused.contains("is none of 2 nm to 180 nm, written like \"7 nm\""), "{refused}");
        }
        for (component, pj) in [
            (Component::FullAdder, 7.3e-6),
            (Component::FlipFlop, 5.4e-4),
            (Component::FlipFlop, 8.4e-6),
            (Component::SramBit, 1e-6),
        ] {
            let record = Record { component, action: Action::Leak, bits: 1, ..adder.clone() };
            assert_eq!(accepted(&record, [pj; 3], "130 nm"), Ok(()));
        }
    }

    /// One figure of each source, typed again from it.
    #[test]
    fn records_say_what_their_sources_say() {
        let records = Records::builtin().unwrap();
        for (set, component, action, bits, capacity, picojoules) in [
            ("45nm", Component::Adder, Action::Add, 8, None, 0.03),
            ("45nm", Component::Adder, Action::Add, 32, None, 0.1),
            ("45nm", Component::Multiplier, Action::Multiply, 8, None, 0.2),
            ("45nm", Component::Multiplier, Action::Multiply, 32, None, 3.1),
            ("45nm", Component::FpAdder, Action::Add, 16, None, 0.4),
            ("45nm", Component::FpMultiplier, Action::Multiply, 16, None, 1.1),
            ("45nm", Component::Sram, Action::Access, 64, Some(8 << 10), 10.0),
            ("45nm", Component::Sram, Action::Access, 64, Some(32 << 10), 20.0),
            ("45nm", Component::Sram, Action::Access, 64, Some(1 << 20), 100.0),
            ("45nm", Component::FullAdder, Action::Leak, 1, None, 0.0758),
            ("45nm", Component::FlipFlop, Action::Clock, 1, None, 0.0083),
            ("45nm", Component::Selector, Action::Select, 1, None, 0.0042),
            ("7nm", Component::Adder, Action::Add, 8, None, 0.007),
            ("7nm", Component::Multiplier, Action::Multiply, 8, None, 0.07),
            ("7nm", Component::FpMultiplier, Action::Multiply, 16, None, 0.34),
            ("7nm", Component::FpAdder, Action::Add, 16, None, 0.16),
            ("7nm", Component::FlipFlop, Action::Clock, 1, None, 0.00082),
            ("7nm", Component::Sram, Action::Access, 64, Some(1 << 20), 14.0),
            ("lpddr4", Component::Dram, Action::Transfer, 8, None, 64.0),
            ("ddr3", Component::Dram, Action::Transfer, 8, None, 560.0),
            ("hbm2", Component::Dram, Action::Transfer, 8, None, 50.0),
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
        let add = |bits| pj(records.price("45nm", Component::Adder, Action::Add, bits, None).unwrap());
        assert!((add(8) - 0.03).abs() < 1e-12 && (add(16) - 0.06).abs() < 1e-12 && (add(24) - 0.075).abs() < 1e-12);
        let sram = |bytes| pj(records.price("45nm", Component::Sram, Action::Access, 64, Some(bytes)).unwrap());
        assert!((sram(100) - 10.0).abs() < 1e-9, "no memory is cheaper than the smallest record");
        assert!((sram(16 << 10) - 200.0_f64.sqrt()).abs() < 1e-9, "halfway in the logarithm");
        assert!(sram(32 << 10) < sram(33 << 10) && sram(33 << 10) < sram(1 << 20));
    }

    #[test]
    fn own_records_join_the_builtin_ones() {
        let records = Records::builtin().unwrap().and(GOOD).unwrap();
        assert!(records.price("a", Component::Adder, Action::Add, 8, None).is_ok());
        let clash = GOOD.replace("set = \"a\"", "set = \"7nm\"").replace("bits = 8", "bits = 9");
        let error = Records::builtin().unwrap().and(&clash).unwrap_err().to_string();
        assert!(error.contains("set `7nm` comes with this command and cannot be changed"), "{error}");
    }

    #[test]
    fn what_has_no_record_has_no_price() {
        let records = Records::builtin().unwrap();
        let error = records.price("45nm", Component::Device, Action::Leak, 8, None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "energy: technology `45nm` has no record for device leak; nothing is priced without a source"
        );
        assert!(
            records.price("45nm", Component::Sram, Action::Access, 64, Some(1 << 21)).is_err(),
            "no memory is that large"
        );
        assert!(records.price("lpddr4", Component::Adder, Action::Add, 8, None).is_err(), "sets do not mix");
        assert!(records.price("3nm", Component::Adder, Action::Add, 8, None).is_err(), "no such technology");
    }
}
