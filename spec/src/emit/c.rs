//! The map as a C header, which C++ takes too.

use super::names::names;
use super::{TITLE, unit};
use crate::Config;

/// A C header with a macro for each number of the map.
pub fn c(c: &Config) -> String {
    let mut text = format!("/* {TITLE}. Made by `trine regs --format c`.\n * {}\n */\n", unit(c));
    text += "#ifndef TRINE_REGISTERS_H\n#define TRINE_REGISTERS_H\n\n";
    for n in names(c) {
        text += &format!("/* {} */\n#define TRINE_{} {}u\n", n.doc, n.name, n.value);
    }
    text + "\n#endif\n"
}
