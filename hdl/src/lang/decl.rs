//! Declared signals and memories.

use super::ty::Ty;

/// Ways to build a memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RamStyle {
    /// Block RAM; the design never reads and writes one address in the same cycle, or ignores what it read.
    Block,
    /// Small and close to the logic, under the same rule.
    Distributed,
    /// Left to the tool.
    Auto,
}

impl RamStyle {
    /// The Verilog attribute, with a space behind it.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            RamStyle::Block => "(* ram_style = \"block\", no_rw_check *) ",
            RamStyle::Distributed => "(* ram_style = \"distributed\", no_rw_check *) ",
            RamStyle::Auto => "",
        }
    }
}

/// Kind of a declaration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Input port.
    Input,
    /// Output port.
    Output,
    /// Named combinational value.
    Wire,
    /// Register of the clocked block.
    Reg,
    /// Memory, with its number of words.
    Memory(usize, RamStyle),
}

/// A declared signal or memory.
#[derive(Clone, Debug)]
pub struct Decl {
    /// Verilog name.
    pub name: String,
    /// Type of the signal, or of a memory's word.
    pub ty: Ty,
    /// Its kind.
    pub kind: Kind,
    /// Comment above a port.
    pub doc: String,
}
