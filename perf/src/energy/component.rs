//! Components and actions that records price.

use std::fmt;

/// Part of a chip or beside it that acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Component {
    /// An integer adder.
    Adder,
    /// An integer multiplier.
    Multiplier,
    /// A floating-point adder.
    FpAdder,
    /// A floating-point multiplier.
    FpMultiplier,
    /// The choice of an activation, its negative or zero by a trit.
    Selector,
    /// A bit of a register.
    FlipFlop,
    /// A memory on the die; its price depends on its capacity.
    Sram,
    /// A whole column of ternary products.
    TernaryColumn,
    /// A whole column of int8 products.
    Int8Column,
    /// A whole column of fp16 products.
    Fp16Column,
    /// A memory beside the die.
    Dram,
    /// A bit of an adder.
    FullAdder,
    /// A bit of a memory on the die.
    SramBit,
    /// A programmable device as a whole.
    Device,
}

impl Component {
    /// Every component.
    pub const ALL: [Self; 14] = [
        Self::Adder,
        Self::Multiplier,
        Self::FpAdder,
        Self::FpMultiplier,
        Self::Selector,
        Self::FlipFlop,
        Self::Sram,
        Self::TernaryColumn,
        Self::Int8Column,
        Self::Fp16Column,
        Self::Dram,
        Self::FullAdder,
        Self::SramBit,
        Self::Device,
    ];

    /// Name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Adder => "adder",
            Self::Multiplier => "multiplier",
            Self::FpAdder => "fp-adder",
            Self::FpMultiplier => "fp-multiplier",
            Self::Selector => "selector",
            Self::FlipFlop => "flip-flop",
            Self::Sram => "sram",
            Self::TernaryColumn => "ternary-column",
            Self::Int8Column => "int8-column",
            Self::Fp16Column => "fp16-column",
            Self::Dram => "dram",
            Self::FullAdder => "full-adder",
            Self::SramBit => "sram-bit",
            Self::Device => "device",
        }
    }

    /// The component of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Action of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// An addition.
    Add,
    /// A multiplication.
    Multiply,
    /// A selection.
    Select,
    /// A clock edge.
    Clock,
    /// A change of what is held.
    Write,
    /// A read or a write.
    Access,
    /// A multiply-accumulate.
    Mac,
    /// A move between memory and die.
    Transfer,
    /// A microsecond of leakage.
    Leak,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 9] = [
        Self::Add,
        Self::Multiply,
        Self::Select,
        Self::Clock,
        Self::Write,
        Self::Access,
        Self::Mac,
        Self::Transfer,
        Self::Leak,
    ];

    /// Name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Multiply => "multiply",
            Self::Select => "select",
            Self::Clock => "clock",
            Self::Write => "write",
            Self::Access => "access",
            Self::Mac => "mac",
            Self::Transfer => "transfer",
            Self::Leak => "leak",
        }
    }

    /// The action of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        assert!(Component::ALL.iter().all(|one| Component::named(one.name()) == Some(*one)));
        assert!(Action::ALL.iter().all(|one| Action::named(one.name()) == Some(*one)));
        assert_eq!((Component::named("analog"), Action::named("subtract")), (None, None));
    }
}
