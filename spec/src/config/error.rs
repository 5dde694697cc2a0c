//! Refusals of a configuration.

/// The reason for which a configuration is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A number outside its range.
    #[error("{field} = {value} is outside {low} to {high}")]
    Range {
        /// Field name as on the command line, without dashes in front.
        field: &'static str,
        /// The given value.
        value: usize,
        /// Lowest value allowed.
        low: usize,
        /// Highest value allowed.
        high: usize,
    },
    /// The weight bus is not a whole number of bytes.
    #[error("weight-bus = {0} is not a multiple of 8 bits")]
    WeightBus(usize),
    /// The weight bus is not one of a memory.
    #[error(
        "weight-bus = {bus} is not a power of two from 8 to {most}, as weights from memory have it; {most} bits hold a tile or less"
    )]
    MemoryBus {
        /// The given width.
        bus: usize,
        /// Most bits of a unit with these tiles.
        most: usize,
    },
    /// Jobs from memory and beats through windows.
    #[error("ring = true and windows = true exclude each other: a unit with a ring takes no beats from its host")]
    RingAndWindows,
    /// A setting of units with weights from memory, of a unit without.
    #[error("{0} needs weights = memory")]
    NeedsMemory(&'static str),
    /// More beats of activations than a descriptor can name.
    #[error(
        "ring = true with room for {0} beats of activations, of which max-depth, max-tokens and lanes allow fewer than 2^24"
    )]
    RingBuffer(usize),
    /// A number that is not one of a few.
    #[error("{field} = {value} is not {known}")]
    Choice {
        /// Field name as on the command line, without dashes in front.
        field: &'static str,
        /// The given value.
        value: usize,
        /// The values there are.
        known: &'static str,
    },
    /// A port of the weights would be narrower than a byte.
    #[error("weight-ports = {ports} needs {} bits of weight-bus, a byte for each port, and there are {bus}", 8 * ports)]
    Ports {
        /// The given number.
        ports: usize,
        /// Bits of the bus.
        bus: usize,
    },
    /// A name that is not known.
    #[error("unknown {what} `{value}`; known: {known}")]
    Unknown {
        /// Kind of the name.
        what: &'static str,
        /// The given name.
        value: String,
        /// The names there are.
        known: &'static str,
    },
}

impl ConfigError {
    /// Key of the refused value, spelt as on the command line.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Range { field, .. } | Self::Choice { field, .. } | Self::NeedsMemory(field) => field,
            Self::Ports { .. } => "weight-ports",
            Self::WeightBus(_) | Self::MemoryBus { .. } => "weight-bus",
            Self::RingAndWindows | Self::RingBuffer(_) => "ring",
            Self::Unknown { what, .. } => what,
        }
    }
}
