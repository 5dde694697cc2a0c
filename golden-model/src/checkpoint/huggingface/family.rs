//! The families of models in Hugging Face layout.

use serde_json::{Map, Value};

use super::fields::text;

/// Whose code a checkpoint was written for; it decides the names of the norms before the output projections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// transformers' BitNet, `BitNetForCausalLM`.
    BitNet,
    /// The 1bitLLM reproduction, `BitnetForCausalLM`.
    OneBitLlm,
    /// `LlamaForCausalLM` with BitNet linears, without those norms; without a quantisation, TriLM.
    Llama,
}

impl Family {
    pub(crate) fn of(architecture: &str) -> Result<Self, String> {
        match architecture {
            "BitNetForCausalLM" => Ok(Self::BitNet),
            "BitnetForCausalLM" => Ok(Self::OneBitLlm),
            "LlamaForCausalLM" => Ok(Self::Llama),
            other => Err(format!(
                "architecture `{other}` is not implemented; \
                 BitNetForCausalLM, BitnetForCausalLM and LlamaForCausalLM are"
            )),
        }
    }

    /// Refuses a `model_type`, which decides the code in transformers, that belongs to another family.
    pub(crate) fn check_type(self, object: &Map<String, Value>) -> Result<(), String> {
        let types: &[&str] = match self {
            Self::BitNet => &["bitnet"],
            // The reproduction was published under both names.
            Self::OneBitLlm => &["bitnet", "llama"],
            Self::Llama => &["llama"],
        };
        match text(object, "model_type")? {
            Some(other) if !types.contains(&other) => {
                Err(format!("model_type `{other}` belongs to another architecture than the one in `architectures`"))
            }
            _ => Ok(()),
        }
    }

    /// The names of the norms before the output projections of attention and of the feed-forward network.
    pub(crate) fn sub_norms(self) -> (&'static str, &'static str) {
        match self {
            Self::OneBitLlm => ("inner_attn_ln", "ffn_layernorm"),
            Self::BitNet | Self::Llama => ("attn_sub_norm", "ffn_sub_norm"),
        }
    }

    /// The base of the rotary positions where a file gives none.
    pub(crate) fn theta(self) -> f32 {
        match self {
            Self::BitNet => 500_000.0,
            Self::OneBitLlm | Self::Llama => 10_000.0,
        }
    }
}
