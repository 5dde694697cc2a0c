//! Names that Verilog accepts.

/// A plain identifier that is no word of Verilog-2005 or SystemVerilog we are likely to meet.
pub(super) fn usable(name: &str) -> bool {
    const RESERVED: [&str; 40] = [
        "always",
        "and",
        "assign",
        "begin",
        "bit",
        "buf",
        "byte",
        "case",
        "casez",
        "default",
        "do",
        "edge",
        "else",
        "end",
        "endcase",
        "endmodule",
        "for",
        "function",
        "if",
        "initial",
        "inout",
        "input",
        "int",
        "integer",
        "logic",
        "module",
        "nand",
        "negedge",
        "nor",
        "not",
        "or",
        "output",
        "parameter",
        "posedge",
        "real",
        "reg",
        "signed",
        "task",
        "wire",
        "xor",
    ];
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !RESERVED.contains(&name)
}
