//! Elements of a block: nets, steps that compute one net each, clocked statements and parts.
//!
//! Every node of an expression becomes one net of exactly its type and one [`Step`] that writes it. So no operator ever
//! meets a width or a sign that Verilog would have to adapt behind our back, and rust-hdl's lack of `?:`, `{}` and
//! sized literals does not matter. The same plan is printed as a rust-hdl body and executed by rust-hdl's simulator.

use super::part::Part;
use super::signal::Signal;
pub(super) use crate::lang::interpreter::value::Value;

/// One net and how it is computed; operands are net numbers.
#[derive(Debug)]
pub(super) struct Step {
    pub target: usize,
    pub value: Value,
}

/// A statement after the steps: it decides what registers and memories take at the next edge.
#[derive(Debug)]
pub(super) enum Clocked {
    /// Target, source.
    Set(usize, usize),
    /// Condition, statements when it holds, statements when it does not.
    If(usize, Vec<Clocked>, Vec<Clocked>),
    /// Selector, arms, default.
    Case(usize, Vec<(i64, Vec<Clocked>)>, Vec<Clocked>),
}

/// The inside of one block.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Ports first, in the order of the module; then everything else the body names.
    pub nets: Vec<Signal>,
    /// In an order in which every net is written before it is read.
    pub steps: Vec<Step>,
    pub clocked: Vec<Clocked>,
    pub parts: Vec<Part>,
}
