//! Output of an emitter: Verilog files and the port table of the top module.

/// Suffix of a memory's name in the name of the block that holds it in the second emitter's Verilog; the words inside are
/// called `mem`.
pub const MEMORY_BLOCK: &str = "$ram";

/// Direction of a port, seen from the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Driven from outside.
    Input,
    /// Driven by the module.
    Output,
}

/// One port of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Verilog name.
    pub name: String,
    /// Direction, seen from the module.
    pub direction: Direction,
    /// Width in bits, at least 1.
    pub width: usize,
    /// True if the value is two's complement.
    pub signed: bool,
}

/// One Verilog file holding one module; the file's stem is the module's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// File name without folder, for example `trine_column.v`.
    pub name: String,
    /// Complete text.
    pub text: String,
}

/// A complete design as Verilog-2005, children before parents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verilog {
    /// Name of the top module.
    pub top: String,
    /// Name of the clock input; empty when the design is combinational.
    pub clock: String,
    /// One file per unique module.
    pub files: Vec<SourceFile>,
    /// Simulation models of the technology cells used; synthesis has its own.
    pub cells: Vec<SourceFile>,
    /// Ports of the top module in declaration order, the clock included.
    pub ports: Vec<Port>,
}

impl Verilog {
    /// Everything a simulator needs: the modules and the models of the cells in them.
    pub fn with_cells(&self) -> impl Iterator<Item = &SourceFile> {
        self.cells.iter().chain(&self.files)
    }
}
