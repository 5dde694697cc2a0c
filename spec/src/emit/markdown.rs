//! The map as a document.

use super::{TITLE, unit};
use crate::Config;
use crate::registers::{
    COUNTER_BITS, DESCRIPTOR, ErrorCode, MEMORY_REGISTERS, REGISTERS, RING_REGISTERS, Register, SPACE,
    STRIDE_REGISTERS, WINDOW_BYTES, WINDOWS, constant,
};

/// The document `docs/reference/registers.md`.
pub fn markdown(c: &Config) -> String {
    let mut text = format!(
        "# {TITLE}\n\n\
         For whoever writes a driver or a testbench: every register and field, with its reset value.\n\n\
         Made by `trine regs --format markdown`; not to be edited. {}\n\n\
         32-bit registers in {SPACE} bytes on AXI4-Lite, little-endian; bits without a field read as 0. Counters with two \
         words have {COUNTER_BITS} bits. What the port answers is in [protocol](protocol.md).\n\n",
        unit(c)
    );
    text += &table(REGISTERS, c);
    text += "\n\
         | access | what software may do |\n|---|---|\n\
         | constant | read what the configuration fixed |\n\
         | read-only | read what the unit sets |\n\
         | read-write | write and read back |\n\
         | write-one-clears | read what the unit sets; writing 1 clears it |\n\
         | trigger | write 1 for an action; reads as 0 |\n\n\
         ## Memory\n\n\
         Further registers of a unit whose CAPS0.memory is 1; others answer them with SLVERR. \
         [Protocol](protocol.md) says how such a unit reads its weights.\n\n";
    text += &table(MEMORY_REGISTERS, c);
    text += "\nOnly where CAPS2.strides is 1 as well:\n\n";
    text += &table(STRIDE_REGISTERS, c);
    text += "\n\
         ## Ring\n\n\
         Further registers of a unit whose CAPS0.ring is 1. It has none of TOKENS, DEPTH, OUTPUTS, JOB_TAG, WGT_BASE, WGT_LENGTH and \
         QUEUE, and answers them with SLVERR: a job is a descriptor in memory.\n\n";
    text += &table(RING_REGISTERS, c);
    text += "\n\
         ## Descriptor\n\n\
         64 bytes in memory, little-endian words; the unit reads all of it and writes DESC_STATUS. Words that are not here are not looked \
         at. [Protocol](protocol.md) says when.\n\n";
    text += &table(DESCRIPTOR, c);
    text += "\n\
         ## Windows\n\n\
         In a unit whose CAPS0.windows is 1; WGT_WINDOW only where CAPS0.memory is 0. \
         Every word of a window is the same end of its stream; \
         [protocol](protocol.md) says how words make beats.\n\n\
         | offset | window | bytes | access | what |\n|---|---|---|---|---|\n";
    for w in WINDOWS {
        let access = if w.written { "write-only" } else { "read-only" };
        text +=
            &format!("| `{:#05x}` | **{}** | `{WINDOW_BYTES:#x}` | {access} | {} |\n", w.offset, w.name, cell(w.doc));
    }
    text += "\n\
         ## Error codes\n\n| ERR_CODE | name | why |\n|---|---|---|\n";
    for (code, doc) in ErrorCode::ALL {
        text += &format!("| {} | {} | {} |\n", *code as u8, super::snake(*code), cell(doc));
    }
    text
}

/// A table of registers and their fields.
fn table(registers: &[Register], c: &Config) -> String {
    let mut text =
        "| offset | register | bits | field | access | reset | what |\n|---|---|---|---|---|---|---|\n".to_owned();
    for r in registers {
        let reset = constant(r, c);
        text += &format!("| `{:#05x}` | **{}** | | | | `{reset:#x}` | {} |\n", r.offset, r.name, cell(r.doc));
        for f in r.fields {
            let bits = match f.width {
                1 => f.lsb.to_string(),
                _ => format!("{}:{}", f.lsb + f.width - 1, f.lsb),
            };
            let (access, reset) = (f.access.name(), f.of(reset));
            text += &format!("| | | {bits} | `{}` | {access} | `{reset:#x}` | {} |\n", f.name, cell(f.doc));
        }
    }
    text
}

/// Text within a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
