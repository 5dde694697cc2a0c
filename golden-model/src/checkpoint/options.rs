//! Choices about a checkpoint that its files leave open.

/// The order of weights in I2_S tensors, which no field of a file tells; a model that speaks for another order than the
/// one chosen gets a notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum I2sPacking {
    /// Blocks of 128 weights: Microsoft's Python converter on every machine, and bitnet.cpp's quantiser on x86.
    #[default]
    X86,
    /// Blocks of 64 weights: bitnet.cpp's quantiser on ARM.
    Arm,
    /// Four rows in a byte: bitnet.cpp's quantiser on x86, built without `ACT_PARALLEL`.
    Rows,
}

/// Facts that a checkpoint cannot state about itself, and the part of it to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// The order of weights in I2_S tensors.
    pub i2s_packing: I2sPacking,
    /// True if each layer is made when its turn comes, in every pass, instead of holding all of them: the memory of one
    /// layer, and the time to make it again.
    pub streamed: bool,
}
