//! The ternary blocks of an exported file.

use serde::{Deserialize, Serialize};
use trine_golden_model::gguf::TernaryBlocks;

/// A type of ternary blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockKind {
    /// 1.69 bits a weight.
    #[serde(rename = "tq1_0")]
    Tq1_0,
    /// 2.06 bits a weight.
    #[serde(rename = "tq2_0")]
    Tq2_0,
}

impl BlockKind {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tq1_0 => "tq1_0",
            Self::Tq2_0 => "tq2_0",
        }
    }

    /// The blocks themselves.
    pub(super) fn blocks(self) -> TernaryBlocks {
        match self {
            Self::Tq1_0 => TernaryBlocks::Tq1_0,
            Self::Tq2_0 => TernaryBlocks::Tq2_0,
        }
    }
}
