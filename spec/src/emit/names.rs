//! The map as a flat list of named numbers, which C and Rust print each in its own way.

use super::snake;
use crate::Config;
use crate::registers::{
    COUNTER_BITS, ErrorCode, MEMORY_REGISTERS, RING_REGISTERS, SPACE, STRIDE_REGISTERS, WGT_WINDOW, WINDOW_BYTES,
    WINDOWS, constant, every,
};

/// A number with a name.
pub(super) struct Named {
    /// Name in upper case.
    pub(super) name: String,
    /// Unsigned literal in C's and Rust's common notation.
    pub(super) value: String,
    /// One line of explanation.
    pub(super) doc: String,
}

fn named(name: String, value: String, doc: String) -> Named {
    Named { name, value, doc }
}

/// All offsets, resets, shifts, masks, windows and error codes of a unit of configuration `c`.
pub(super) fn names(c: &Config) -> Vec<Named> {
    let mut all = vec![
        named("SPACE".into(), format!("{SPACE:#x}"), "Bytes of address space.".into()),
        named("COUNTER_BITS".into(), COUNTER_BITS.to_string(), "Bits of a counter with two words.".into()),
    ];
    for r in every() {
        let reset = constant(r, c);
        let units = match r {
            r if MEMORY_REGISTERS.contains(r) => ", where CAPS0.memory is 1",
            r if STRIDE_REGISTERS.contains(r) => ", where CAPS2.strides is 1",
            r if RING_REGISTERS.contains(r) => ", where CAPS0.ring is 1",
            _ => "",
        };
        let doc = format!("Offset of {}{units}: {}", r.name, r.doc);
        all.push(named(r.name.into(), format!("{:#05x}", r.offset), doc));
        all.push(named(format!("{}_RESET", r.name), format!("{reset:#010x}"), format!("{} after reset.", r.name)));
        for f in r.fields {
            let field = format!("{}_{}", r.name, f.name.to_uppercase());
            let place = format!("{}.{}", r.name, f.name);
            all.push(named(format!("{field}_SHIFT"), f.lsb.to_string(), format!("Lowest bit of {place}: {}", f.doc)));
            all.push(named(format!("{field}_MASK"), format!("{:#010x}", f.mask()), format!("Bits of {place}.")));
        }
    }
    all.push(named("WINDOW_BYTES".into(), format!("{WINDOW_BYTES:#x}"), "Bytes of a window.".into()));
    for w in WINDOWS {
        let memory = if w == WGT_WINDOW { " and CAPS0.memory is 0" } else { "" };
        let doc = format!("Offset of {}, where CAPS0.windows is 1{memory}: {}", w.name, w.doc);
        all.push(named(w.name.into(), format!("{:#05x}", w.offset), doc));
    }
    for (code, doc) in ErrorCode::ALL {
        let name = format!("ERROR_{}", snake(*code).to_uppercase());
        all.push(named(name, (*code as u8).to_string(), format!("ERR_CODE.code: {doc}")));
    }
    all
}
