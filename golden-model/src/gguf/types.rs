//! The tensor types of GGUF: their numbers and their names.

/// A type of a tensor by its number in ggml, or in bitnet.cpp for 36 to 38; a file may hold numbers without a name here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TensorType(pub u32);

impl TensorType {
    /// 32-bit floats.
    pub const F32: Self = Self(0);
    /// Trits, 1.69 bits each, with a scale for every 256.
    pub const TQ1_0: Self = Self(34);
    /// Trits, 2.06 bits each, with a scale for every 256.
    pub const TQ2_0: Self = Self(35);

    /// The name of the type, if the number has one.
    pub fn name(self) -> Option<&'static str> {
        let further = || FURTHER.iter().find(|(number, _)| *number == self.0).map(|(_, name)| *name);
        NAMES.get(self.0 as usize).copied().or_else(further)
    }

    /// The type of this name.
    pub fn named(name: &str) -> Option<Self> {
        let numbered = (0..).zip(NAMES).chain(FURTHER);
        numbered.into_iter().find(|(_, other)| *other == name).map(|(number, _)| Self(number))
    }
}

/// The names of the first numbers. 39 is also TL2 of bitnet.cpp.
const NAMES: [&str; 43] = [
    "F32", "F16", "Q4_0", "Q4_1", "Q4_2", "Q4_3", "Q5_0", "Q5_1", "Q8_0", "Q8_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K",
    "Q6_K", "Q8_K", "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "I8", "I16", "I32",
    "I64", "F64", "IQ1_M", "BF16", "Q4_0_4_4", "Q4_0_4_8", "Q4_0_8_8", "TQ1_0", "TQ2_0", "I2_S", "I8_S", "TL1",
    "MXFP4", "NVFP4", "Q1_0", "Q2_0",
];

/// Numbers of Prism ML's types, and their names.
const FURTHER: [(u32, &str); 2] = [(142, "PQ2_0"), (143, "PTQ1_0")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_belong_together() {
        for (number, name) in [(0, "F32"), (30, "BF16"), (34, "TQ1_0"), (36, "I2_S"), (42, "Q2_0"), (143, "PTQ1_0")] {
            assert_eq!(TensorType(number).name(), Some(name));
            assert_eq!(TensorType::named(name), Some(TensorType(number)));
        }
        assert_eq!((TensorType(43).name(), TensorType::named("Q2")), (None, None));
        assert_eq!(TensorType::named("TQ2_0"), Some(TensorType::TQ2_0));
    }
}
