//! The register map in the languages of others, all of it made from [`REGISTERS`].
//!
//! | function | for |
//! |---|---|
//! | [`markdown`] | people; `docs/reference/registers.md` |
//! | [`rdl`] | SystemRDL 2.0: register tools |
//! | [`svd`] | CMSIS-SVD: debuggers, `svd2rust` |
//! | [`c`] | firmware in C or C++ |
//! | [`rust`] | firmware in Rust |
//!
//! Constants of a unit, like its sizes, appear as reset values; every function takes the configuration for them.

mod c;
mod markdown;
mod names;
mod rdl;
mod rust;
mod svd;

pub use c::c;
pub use markdown::markdown;
pub use rdl::rdl;
pub use rust::rust;
pub use svd::svd;

use crate::Config;
use crate::registers::ErrorCode;

#[cfg(doc)]
use crate::registers::REGISTERS;

/// Description of the unit, in a line.
const TITLE: &str = "Registers of the Trine ternary matmul unit";

/// Which unit the reset values belong to.
fn unit(c: &Config) -> String {
    format!(
        "Reset values are those of a unit with {} lanes x {} columns, {}-bit activations and {} weights.",
        c.lanes(),
        c.columns(),
        c.act_bits(),
        c.weight_code()
    )
}

/// Name of an error code in snake case.
fn snake(code: ErrorCode) -> String {
    let mut text = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}
