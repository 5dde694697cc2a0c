//! The map as SystemRDL 2.0.

use super::{TITLE, snake, unit};
use crate::Config;
use crate::registers::{Access, ERR_CODE_CODE, ErrorCode, WINDOW_BYTES, constant, registers, windows};

/// A SystemRDL description; its address map is `trine`.
pub fn rdl(c: &Config) -> String {
    let mut text = format!("// {TITLE}. Made by `trine regs --format rdl`.\n// {}\n\n", unit(c));
    text += "enum error_code {\n";
    for (code, doc) in ErrorCode::ALL {
        let value = format!("{}'d{}", ERR_CODE_CODE.width, *code as u8);
        text += &format!("    {} = {value} {{ desc = {}; }};\n", snake(*code), quoted(doc));
    }
    text += "};\n\naddrmap trine {\n";
    text += &format!("    name = \"Trine\";\n    desc = {};\n", quoted(TITLE));
    text += "    default regwidth = 32;\n    default accesswidth = 32;\n";
    for r in registers(c) {
        text += &format!("\n    reg {{\n        desc = {};\n", quoted(r.doc));
        for f in r.fields {
            let encode = if *f == ERR_CODE_CODE { " encode = error_code;" } else { "" };
            let reset = format!("{}'h{:x}", f.width, f.of(constant(r, c)));
            text += &format!("        field {{ desc = {}; {}{encode} }} ", quoted(f.doc), properties(f.access));
            text += &format!("{}[{}:{}] = {reset};\n", f.name, f.lsb + f.width - 1, f.lsb);
        }
        text += &format!("    }} {} @ {:#05x};\n", r.name, r.offset);
    }
    for w in windows(c) {
        let (words, access) = (WINDOW_BYTES / 4, if w.written { "w" } else { "r" });
        text += &format!(
            "\n    external mem {{\n        desc = {};\n        mementries = {words};\n        memwidth = 32;\n        \
             sw = {access};\n    }} {} @ {:#05x};\n",
            quoted(w.doc),
            w.name,
            w.offset
        );
    }
    text + "};\n"
}

/// Access of software and hardware to a field.
fn properties(access: Access) -> &'static str {
    match access {
        Access::Constant => "sw = r; hw = na;",
        Access::ReadOnly => "sw = r; hw = w;",
        Access::ReadWrite => "sw = rw; hw = r;",
        Access::WriteOneClears => "sw = rw; onwrite = woclr; hw = r; hwset;",
        Access::Trigger => "sw = w; hw = r; singlepulse;",
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
