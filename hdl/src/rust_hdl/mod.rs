//! The same design expressed in rust-hdl 0.46: a second, independent way to Verilog.
//!
//! rust-hdl's kernels have their sizes in Rust types, so it cannot hold our generators; but its blocks are a trait, and
//! any module can be one:
//!
//! ```text
//! lang::Module ── lower ──► Plan ──┬─ body ──► rust-hdl body ──► rust-hdl's checks and Verilog generator
//!                                  └─ run ───► Logic::update ──► rust-hdl's simulator
//! ```
//!
//! A register becomes a block with a flip-flop, a memory a block with the Verilog of a RAM, as rust-hdl's own widgets
//! do it; everything else is a body of rust-hdl statements, one signal for each node of an expression. rust-hdl prints
//! a module for every instance; here each unique module is a top block of its own and its instances elsewhere are black
//! boxes, so that the text grows with the description and not with the hardware.
//!
//! Ports, instances, wires and registers are called the same as in [`lang::verilog`](crate::lang::verilog()), which
//! lets an equivalence checker compare them one by one.

mod body;
mod error;
mod lower;
mod memory;
mod module_block;
mod order;
mod part;
mod pin;
mod plan;
mod run;
mod signal;

pub use error::RustHdlError;
pub use module_block::ModuleBlock;

use crate::emitted::{SourceFile, Verilog};
use crate::lang::{Module, library};
use rust_hdl_core::block::Block;
use rust_hdl_core::check_error::check_all;
use rust_hdl_core::module_defines::ModuleDefines;
use std::sync::Arc;

/// Emits `top` and everything below it through rust-hdl, every module checked by rust-hdl first.
///
/// # Errors
/// Two different modules of one name, or what rust-hdl's checks find.
pub fn verilog(top: &Arc<Module>) -> Result<Verilog, RustHdlError> {
    let (mut files, mut cells) = (vec![], vec![]);
    let mut ports = vec![];
    for module in library(top)? {
        if let Some(model) = module.cell_model {
            cells.push(SourceFile { name: format!("{}.v", module.name), text: model.into() });
            continue;
        }
        let mut block = ModuleBlock::hollow(&module)?;
        block.connect_all();
        check_all(&block).map_err(|e| RustHdlError::check(&module.name, e))?;
        let mut printer = ModuleDefines::default();
        block.accept(&module.name, &mut printer);
        files.push(SourceFile { name: format!("{}.v", module.name), text: printer.defines() });
        ports = block.ports();
    }
    let clock = if top.clocked() { top.clock.clone() } else { String::new() };
    Ok(Verilog { top: top.name.clone(), clock, files, cells, ports })
}
