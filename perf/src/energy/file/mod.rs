//! A file of prices: single records, whole dies, and memories, all misfits told at once.

mod memory;

use super::component::{Action, Component};
use super::estimate::Tag;
use super::limits::{self, NODES};
use super::records::{Record, Records};
use crate::fields::{Faults, Fields};
use crate::memory::Memory;
use crate::origin::Origin;

const DOCUMENT: &[&str] = &["sources", "record", "die", "memory"];
const RECORD: &[&str] =
    &["set", "component", "action", "bits", "capacity", "pj", "lo", "hi", "node", "volts", "source", "table", "tag"];
const DIE: &[&str] = &["name", "node", "volts", "source", "extends", "record"];
const OF_DIE: &[&str] =
    &["component", "action", "bits", "capacity", "pj", "lo", "hi", "volts", "source", "table", "tag"];

/// Widest action, and the largest memory, in bits and bytes.
const WIDEST: usize = 1 << 20;
const LARGEST: usize = 1 << 40;
/// Supply voltages, V.
const VOLTS: [f64; 2] = [0.2, 5.5];
/// An interval as wide as this says nothing, and comes of a slip in one of its ends.
const WIDEST_INTERVAL: f64 = 1000.0;

/// Adds what the file `text` holds to `all`; returns its sets with their lines.
///
/// # Errors
/// Everything that is wrong with the file, each fault with its line.
pub(super) fn read(all: &mut Records, text: &str, origin: Option<&Origin>) -> Result<Vec<(String, usize)>, String> {
    let (document, mut faults) = Faults::new(text).document()?;
    let file = Fields::document(document.get_ref(), DOCUMENT, &mut faults);
    let sources = file.table("sources", &mut faults).map_or(vec![], |table| table.texts(&mut faults));
    let taken = all.sets().iter().map(|set| (*set).to_owned()).collect();
    let mut reader = Reader { all, sources, taken, origin, faults, named: vec![], own: vec![] };
    for record in file.tables("record", RECORD, &mut reader.faults) {
        reader.record(record);
    }
    for die in file.tables("die", DIE, &mut reader.faults) {
        reader.die(die);
    }
    for memory in file.tables("memory", memory::KEYS, &mut reader.faults) {
        reader.memory(memory);
    }
    let (faults, own) = (reader.faults, reader.own);
    if faults.is_empty() { Ok(own) } else { Err(faults.message()) }
}

struct Reader<'a, 'r> {
    all: &'r mut Records,
    sources: Vec<(String, String)>,
    /// Names of sets that were there before the file.
    taken: Vec<String>,
    origin: Option<&'r Origin>,
    faults: Faults<'a>,
    /// Names that `[[die]]` and `[[memory]]` gave, with their lines.
    named: Vec<(String, usize)>,
    /// Sets of the file, with the lines of their `[[die]]` or first `[[record]]`.
    own: Vec<(String, usize)>,
}

/// Values that a set gives to all its records.
#[derive(Clone, Default)]
struct Common {
    set: String,
    node: Option<String>,
    volts: Option<f64>,
    source: Option<String>,
}

impl Reader<'_, '_> {
    /// The name of a memory or, where it has `prices` of its own, of a set; nothing else has it.
    fn name(&mut self, fields: &Fields<'_>, memory: bool, prices: bool) -> Option<String> {
        let name = fields.text("name", &mut self.faults)?;
        let line = fields.line;
        let here = self.named.iter().any(|(other, ..)| *other == name);
        let builtin = |m: &Memory| m.name == name && m.file.is_none() && !here;
        if prices && self.taken.contains(&name) || memory && self.all.memories().iter().any(builtin) {
            let way = format!("give yours another name, with extends = \"{name}\" where it shall differ in part");
            self.faults.add(line, format!("`{name}` comes with this command: {way}"));
            return None;
        }
        let table = self.named.iter().find(|(other, ..)| *other == name).map(|(_, line)| format!("in line {line}"));
        let loose = (prices && self.all.sets().contains(&&*name)).then(|| "by a [[record]]".into());
        if let Some(other) = table.or(loose) {
            self.faults.add(line, format!("the name `{name}` is given {other} too"));
            return None;
        }
        self.named.push((name.clone(), line));
        Some(name)
    }

    /// The text of a source that a table names.
    fn source(&mut self, fields: &Fields<'_>, otherwise: Option<&str>) -> Option<String> {
        let key = match (fields.has("source"), otherwise) {
            (false, Some(source)) => return Some(source.into()),
            _ => fields.text("source", &mut self.faults)?,
        };
        let found = self.sources.iter().find(|(name, _)| *name == key).map(|(_, text)| text.clone());
        if found.is_none() {
            self.faults.add(fields.line, format!("{}: there is no source `{key}` in [sources]", fields.what));
        }
        found
    }

    fn record(&mut self, fields: Fields<'_>) {
        let Some(set) = fields.text("set", &mut self.faults) else { return };
        if self.taken.contains(&set) {
            let way = format!("make a [[die]] of another name with extends = \"{set}\"");
            self.faults.add(fields.line, format!("set `{set}` comes with this command and cannot be changed: {way}"));
            return;
        }
        let node = fields.text("node", &mut self.faults);
        if !fields.has("volts") {
            self.faults.add(fields.line, format!("{} needs `volts`", fields.what));
        }
        let other = self.all.all().iter().find(|r| r.set == set && Some(&r.node) != node.as_ref());
        if let (Some(other), Some(node)) = (other.map(|r| r.node.clone()), &node) {
            self.faults.add(fields.line, format!("set {set}: {other} and {node} in one set"));
        }
        if self.own.iter().all(|(own, _)| *own != set) {
            self.own.push((set.clone(), fields.line));
        }
        self.price(fields, Common { set, node, volts: None, source: None });
    }

    /// One record of a set.
    fn price(&mut self, mut fields: Fields<'_>, common: Common) {
        let faults = &mut self.faults;
        let names = (fields.text("component", faults), fields.text("action", faults));
        let (Some(component), Some(action)) = names else { return };
        fields.what = format!("{} {component} {action}", common.set);
        let priced = Component::named(&component).zip(Action::named(&action));
        let priced =
            priced.and_then(|(component, action)| Some((component, action, limits::limit(component, action)?)));
        if priced.is_none() {
            faults.add(fields.line, format!("{}: nothing is known by this name", fields.what));
        }
        let bits = fields.whole("bits", WIDEST, faults);
        let capacity = fields.optional_whole("capacity", LARGEST, faults);
        if priced.is_some_and(|(component, ..)| fields.has("capacity") != (component == Component::Sram)) {
            faults.add(fields.line, format!("{}: an sram needs `capacity`, and nothing else has one", fields.what));
        }
        let interval = ["pj", "lo", "hi"].map(|key| fields.number(key, "pJ", faults));
        let volts = volts(&fields, faults).or(common.volts);
        let table = fields.text("table", faults);
        let tag = tag(&fields, faults);
        let source = self.source(&fields, common.source.as_deref());
        if let (Some((component, _, limit)), Some(bits), Some(node), [Some(pj), Some(lo), Some(hi)]) =
            (priced, bits, &common.node, interval)
        {
            self.check(&fields, (component, limit, node), bits, [pj, lo, hi]);
        }
        let parts = (priced, bits, interval, common.node, table, tag, source);
        let (
            Some((component, action, _)),
            Some(bits),
            [Some(pj), Some(lo), Some(hi)],
            Some(node),
            Some(table),
            Some(tag),
            Some(source),
        ) = parts
        else {
            return;
        };
        let record =
            Record { set: common.set, component, action, bits, capacity, pj, node, volts, source, table, lo, hi, tag };
        if self.all.all().iter().any(|other| other.same_action(&record)) {
            self.faults.add(fields.line, format!("{}: recorded twice for {bits} bits", fields.what));
            return;
        }
        self.all.push(record);
    }

    /// Checks that the figures of a record are possible.
    fn check(
        &mut self,
        fields: &Fields<'_>,
        (component, limit, node): (Component, limits::Limit, &str),
        bits: usize,
        [pj, lo, hi]: [f64; 3],
    ) {
        let (what, line) = (&fields.what, fields.line);
        let fault = if !(lo <= pj && pj <= hi) {
            Some(format!("{pj} pJ is not between lo, {lo} pJ, and hi, {hi} pJ"))
        } else if hi / lo >= WIDEST_INTERVAL {
            Some(format!("{lo} to {hi} pJ is wider than a factor of {WIDEST_INTERVAL}"))
        } else {
            None
        };
        let per_bit = pj / bits as f64;
        let fault = fault.or_else(|| match limits::range(limit, component, node) {
            None => {
                let [least, most] = [NODES.start(), NODES.end()];
                Some(format!("node `{node}` is none of {least} nm to {most} nm, written like \"7 nm\""))
            }
            Some([least, most]) if !(least..=most).contains(&per_bit) => {
                let of = match limit {
                    limits::Limit::Node(_) => format!(" of {node}"),
                    limits::Limit::Any(..) => String::new(),
                };
                let limits = format!("{} to {} pJ a bit{of}", short(least), short(most));
                Some(format!("{} pJ a bit is outside {limits}; is `pj` in picojoules?", short(per_bit)))
            }
            Some(_) => None,
        });
        if let Some(fault) = fault {
            self.faults.add(line, format!("{what}: {fault}"));
        }
    }

    fn die(&mut self, mut fields: Fields<'_>) {
        let Some(name) = self.name(&fields, false, true) else { return };
        fields.what = format!("die {name}");
        self.own.push((name.clone(), fields.line));
        let node = fields.text("node", &mut self.faults);
        if let Some(node) = &node
            && limits::nanometres(node).is_none_or(|nm| !NODES.contains(&nm))
        {
            let [least, most] = [NODES.start(), NODES.end()];
            let wanted = format!("{least} nm to {most} nm, written like \"7 nm\" or \"40 nm FPGA\"");
            self.faults.add(fields.line, format!("{}: node `{node}` is none of {wanted}", fields.what));
            return;
        }
        let common = Common {
            set: name.clone(),
            node: node.clone(),
            volts: volts(&fields, &mut self.faults),
            // A source that is not there is one fault, whatever takes it from here.
            source: fields.has("source").then(|| self.source(&fields, None).unwrap_or_default()),
        };
        let records = fields.tables("record", OF_DIE, &mut self.faults);
        if records.is_empty() && !fields.has("extends") {
            self.faults.add(fields.line, format!("{} needs [[die.record]] or `extends`", fields.what));
        }
        for mut record in records {
            record.what = format!("[[die.record]] of {name}");
            self.price(record, common.clone());
        }
        if let (Some(base), Some(node)) = (fields.optional_text("extends", &mut self.faults), node) {
            self.extend(&fields, &name, &base, &node);
        }
    }

    /// Takes from set `base` every action of which set `name` has no record of its own.
    fn extend(&mut self, fields: &Fields<'_>, name: &str, base: &str, node: &str) {
        let inherited: Vec<Record> = self.all.all().iter().filter(|r| r.set == base).cloned().collect();
        if !self.all.dies().contains(&base) || base == name {
            let dies = self.all.dies();
            let known: Vec<&str> = dies.into_iter().filter(|die| *die != name).collect();
            let known = known.join(", ");
            let problem = format!("{}: there is no die `{base}` to extend; there are {known}", fields.what);
            return self.faults.add(fields.line, problem);
        }
        if let Some(other) = inherited.iter().find(|r| r.node != node) {
            let problem =
                format!("{}: {node} cannot extend {base} of {}: two nodes in one set", fields.what, other.node);
            return self.faults.add(fields.line, problem);
        }
        let own = |r: &Record| self.all.knows(name, r.component, r.action);
        let inherited: Vec<Record> = inherited.into_iter().filter(|record| !own(record)).collect();
        inherited.into_iter().for_each(|record| self.all.push(Record { set: name.into(), ..record }));
    }
}

/// A supply voltage, where it is there.
fn volts(fields: &Fields<'_>, faults: &mut Faults<'_>) -> Option<f64> {
    let volts = fields.optional_number("volts", "V", faults)?;
    let [least, most] = VOLTS;
    if !(least..=most).contains(&volts) {
        let problem = format!("{}: {volts} V is no supply voltage, which is {least} to {most} V", fields.what);
        faults.add(fields.line, problem);
    }
    Some(volts)
}

/// The tag of a price; derived where the file has none.
fn tag(fields: &Fields<'_>, faults: &mut Faults<'_>) -> Option<Tag> {
    if !fields.has("tag") {
        return Some(Tag::Derived);
    }
    let text = fields.optional_text("tag", faults)?;
    let all = [Tag::Measured, Tag::Derived, Tag::Literature, Tag::Projected];
    let found = all.into_iter().find(|tag| tag.name() == text);
    if found.is_none() {
        let known = all.map(Tag::name).join(", ");
        faults.add(fields.line, format!("{}: `tag` is `{text}` and has to be one of {known}", fields.what));
    }
    found
}

/// A number with three digits.
fn short(value: f64) -> String {
    let digits = (2 - value.abs().log10().floor() as i32).clamp(0, 12) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
}
