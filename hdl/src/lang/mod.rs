//! A typed hardware layer with run-time sizes.
//!
//! A [`Module`] is built by ordinary Rust code, checked by [`Module::build`] and shared by `Arc`: it is emitted once
//! and instantiated as often as needed, so that Verilog stays as small as the description. All hardware of one module is
//! continuous assignments, one clocked block and instances. Ports come in [interfaces](Interface), and an
//! [`Interpreter`] runs a module.
//!
//! ```
//! use trine_hdl::lang::{BIT, Module, bits, set, verilog, when};
//! let mut m = Module::new("counter", "Counts while `enable_i` is high.");
//! let enable = m.input("enable_i", BIT);
//! let count = m.reg("count_q", bits(8));
//! m.on_clock([when(&enable, [set(&count, count.step(1))])]);
//! m.drive("count_o", &count);
//! let text = verilog(&m.build().unwrap()).unwrap().files[0].text.clone();
//! assert!(text.contains("count_q <= count_q + 8'd1;"));
//! ```

mod check;
mod connect;
mod decl;
mod error;
mod expr;
mod hierarchy;
mod interface;
pub(crate) mod interpreter;
mod module;
mod mutate;
mod names;
mod stmt;
mod stream;
mod ty;
mod verilog;

pub use decl::{Decl, Kind, RamStyle};
pub use error::{Error, Errors};
pub use expr::{Expr, Node, Op, cat, lit, mux};
pub use hierarchy::library;
pub use interface::{At, Flow, Interface, Signal};
pub use interpreter::{CellModel, Interpreter, InterpreterError, Trace};
pub use module::{Instance, Module};
pub use mutate::{Mutant, Mutated, Operator, SELECTOR, SELECTOR_BITS, mutant, mutants, mutate};
pub use stmt::{Stmt, case, if_else, note, set, set_to, when};
pub use stream::{Stream, StreamShape};
pub use ty::{BIT, Ty, bits, int};
pub use verilog::verilog;
