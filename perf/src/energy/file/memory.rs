//! `[[memory]]`: bytes a second, and a price of its own, of a set of records or of another memory.

use super::super::component::{Action, Component};
use super::super::estimate::Tag;
use super::super::limits;
use super::super::records::Record;
use super::{Reader, volts};
use crate::dram::Dram;
use crate::fields::Fields;
use crate::memory::Memory;

pub(super) const KEYS: &[&str] =
    &["name", "extends", "bytes_per_second", "set", "pj_per_bit", "lo", "hi", "volts", "source", "table", "dram"];

/// Peak bandwidth: from a serial flash to many stacks, bytes a second.
const BANDWIDTH: [f64; 2] = [1e6, 1e14];

impl Reader<'_, '_> {
    pub(super) fn memory(&mut self, mut fields: Fields<'_>) {
        let Some(name) = self.name(&fields, true, fields.has("pj_per_bit")) else { return };
        fields.what = format!("memory {name}");
        let faults = &mut self.faults;
        let base = fields.optional_text("extends", faults);
        let base = base.and_then(|base| match self.all.memory(&base) {
            Ok(memory) => Some(memory),
            Err(error) => {
                faults.add(fields.line, format!("{}: {error}", fields.what));
                None
            }
        });
        let extends = fields.has("extends");
        let bandwidth = if extends && !fields.has("bytes_per_second") {
            base.as_ref().map(|base| base.bytes_per_second)
        } else {
            fields.number("bytes_per_second", "bytes a second", faults)
        };
        if let Some(value) = bandwidth.filter(|value| !(BANDWIDTH[0]..=BANDWIDTH[1]).contains(value)) {
            let [least, most] = BANDWIDTH;
            let limits = format!("{least:e} to {most:e} bytes a second");
            faults.add(fields.line, format!("{}: {value:e} bytes a second is outside {limits}", fields.what));
        }
        let dram = Dram::read(&fields, bandwidth, faults);
        let table = fields.text("table", faults);
        let own_price = fields.has("pj_per_bit");
        if own_price == fields.has("set") && (own_price || !extends) {
            let ways = if extends { "" } else { ", or `extends` for the price of another memory" };
            let problem = format!("{} needs one of `pj_per_bit`, `lo` and `hi` in pJ, and `set`{ways}", fields.what);
            faults.add(fields.line, problem);
        }
        if !own_price && ["lo", "hi", "volts"].iter().any(|key| fields.has(key)) {
            faults.add(fields.line, format!("{}: `lo`, `hi` and `volts` belong to `pj_per_bit`", fields.what));
        }
        let interval = ["pj_per_bit", "lo", "hi"];
        let interval = own_price.then(|| interval.map(|key| fields.number(key, "pJ a bit", faults)));
        let volts = volts(&fields, faults);
        let set = fields.optional_text("set", faults);
        let source = self.source(&fields, None);
        if let Some(set) = &set
            && !self.all.knows(set, Component::Dram, Action::Transfer)
        {
            let problem = format!("{}: set `{set}` has no record for dram transfer", fields.what);
            self.faults.add(fields.line, problem);
        }
        let (Some(bytes_per_second), Some(source), Some(table)) = (bandwidth, source, table) else { return };
        // A timing holds for the rate that it was given with.
        let dram =
            dram.or_else(|| base.as_ref().filter(|base| base.bytes_per_second == bytes_per_second)?.dram.clone());
        let set = match interval {
            Some([Some(pj), Some(lo), Some(hi)]) => {
                let (component, action, node) = (Component::Dram, Action::Transfer, "DRAM");
                let Some(limit) = limits::limit(component, action) else { return };
                self.check(&fields, (component, limit, node), 1, [pj, lo, hi]);
                self.all.push(Record {
                    set: name.clone(),
                    component,
                    action,
                    bits: 1,
                    capacity: None,
                    pj,
                    node: node.into(),
                    volts,
                    source: source.clone(),
                    table: table.clone(),
                    lo,
                    hi,
                    tag: Tag::Derived,
                });
                name.clone()
            }
            Some(_) => return,
            None => match set.or(base.map(|base| base.set)) {
                Some(set) => set,
                None => return,
            },
        };
        let source = format!("{source}: {table}");
        self.all.push_memory(Memory { name, set, bytes_per_second, source, dram, file: self.origin.cloned() });
    }
}
