//! Registers, their fields and the access that software has to them.

/// Access of software to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A constant of the configuration.
    Constant,
    /// Set by hardware, read by software.
    ReadOnly,
    /// Storage written by software.
    ReadWrite,
    /// Set by hardware, cleared by writing 1.
    WriteOneClears,
    /// Writing 1 triggers an action; reads as 0.
    Trigger,
}

impl Access {
    /// Name in the documents.
    pub const fn name(self) -> &'static str {
        match self {
            Access::Constant => "constant",
            Access::ReadOnly => "read-only",
            Access::ReadWrite => "read-write",
            Access::WriteOneClears => "write-one-clears",
            Access::Trigger => "trigger",
        }
    }
}

/// A bit field of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name in snake case.
    pub name: &'static str,
    /// Lowest bit.
    pub lsb: usize,
    /// Bits.
    pub width: usize,
    /// Access of software to it.
    pub access: Access,
    /// One line for the documents.
    pub doc: &'static str,
}

impl Field {
    /// The field's bits within the register.
    pub const fn mask(&self) -> u32 {
        (((1u64 << self.width) - 1) << self.lsb) as u32
    }

    /// The field's value in register value `word`.
    pub const fn of(&self, word: u32) -> u32 {
        (word & self.mask()) >> self.lsb
    }

    /// `value` at the field's place.
    pub const fn at(&self, value: u32) -> u32 {
        (value << self.lsb) & self.mask()
    }
}

/// A 32-bit register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Register {
    /// Name in upper case.
    pub name: &'static str,
    /// Byte offset.
    pub offset: u32,
    /// Fields, lowest first.
    pub fields: &'static [Field],
    /// One line for the documents.
    pub doc: &'static str,
}
