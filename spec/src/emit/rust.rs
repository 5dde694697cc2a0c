//! The map as Rust constants.

use super::names::names;
use super::{TITLE, unit};
use crate::Config;

/// A Rust module with a constant for each number of the map.
pub fn rust(c: &Config) -> String {
    let mut text = format!("//! {TITLE}. Made by `trine regs --format rust`.\n//!\n//! {}\n\n", unit(c));
    for n in names(c) {
        text += &format!("/// {}\npub const {}: u32 = {};\n", n.doc, n.name, n.value);
    }
    text
}
