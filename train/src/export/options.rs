//! Choices of a GGUF file.

use serde::{Deserialize, Serialize};

use super::blocks::BlockKind;
use crate::{Activation, Shape, VocabularyKind};

/// Architecture that a GGUF file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Architecture {
    /// `bitnet`: llama.cpp reads it and computes SiLU, with the embedding as the head.
    #[serde(rename = "bitnet")]
    Bitnet,
    /// `bitnet-b1.58`: bitnet.cpp reads it and computes squared ReLU; llama.cpp does not know it.
    #[serde(rename = "bitnet-b1.58")]
    BitnetB158,
}

impl Architecture {
    /// The one whose readers compute this activation.
    pub fn of(activation: Activation) -> Self {
        match activation {
            Activation::Silu => Self::Bitnet,
            Activation::Relu2 => Self::BitnetB158,
        }
    }

    /// The name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bitnet => "bitnet",
            Self::BitnetB158 => "bitnet-b1.58",
        }
    }
}

/// Choices of a GGUF file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GgufOptions {
    /// Encoding of ternary weights.
    pub blocks: BlockKind,
    /// Architecture that the file names.
    pub architecture: Architecture,
}

impl GgufOptions {
    /// Sentences about readers that compute something else than the model, or cannot read it.
    pub fn notices(&self, shape: &Shape, vocabulary: VocabularyKind) -> Vec<String> {
        let mut notices = Vec::new();
        let (name, activation) = (self.architecture.name(), shape.activation.name());
        if self.architecture == Architecture::BitnetB158 {
            notices.push(format!(
                "llama.cpp does not know architecture {name} and refuses the file; bitnet.cpp and trine read it"
            ));
        }
        if self.architecture != Architecture::of(shape.activation) {
            let (reader, other) = match self.architecture {
                Architecture::Bitnet => ("llama.cpp and bitnet.cpp compute", Activation::Silu),
                Architecture::BitnetB158 => ("bitnet.cpp computes", Activation::Relu2),
            };
            notices.push(format!(
                "{reader} {} for architecture {name} whatever the file says, and this model has {activation}: wrong \
                 logits; trine reads key `{name}.hidden_activation`",
                other.name()
            ));
        }
        if self.architecture == Architecture::Bitnet && !shape.tied {
            notices.push(format!(
                "llama.cpp takes the embedding as the head of architecture {name} and refuses a file with a head of its own; \
                 train without an untied head for llama.cpp"
            ));
        }
        if vocabulary == VocabularyKind::Characters {
            let takes_it = self.architecture == Architecture::Bitnet && shape.tied;
            let readers = if takes_it { "llama.cpp and bitnet.cpp compute" } else { "bitnet.cpp computes" };
            notices.push(format!(
                "GGUF has no vocabulary of characters: {readers} with token ids only; for text, train with byte pairs, such \
                 as --vocab bpe:300"
            ));
        }
        notices
    }
}
