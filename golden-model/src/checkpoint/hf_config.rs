//! `config.json` of a Hugging Face folder.

use std::path::Path;

use serde::Deserialize;

use crate::{Activation, Config, Convention, Error, RopePairs};

/// The keys that matter; all others describe training or have no effect on inference.
#[derive(Deserialize)]
struct Json {
    architectures: Option<Vec<String>>,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_key_value_heads: Option<usize>,
    head_dim: Option<usize>,
    vocab_size: usize,
    max_position_embeddings: usize,
    rms_norm_eps: f32,
    hidden_act: String,
    rope_parameters: Option<Rope>,
    rope_scaling: Option<Rope>,
    rope_theta: Option<f32>,
    tie_word_embeddings: Option<bool>,
    attention_bias: Option<bool>,
    mlp_bias: Option<bool>,
    eos_token_id: Option<OneOrMore>,
    /// Of the 1bitLLM reproduction.
    input_bits: Option<u32>,
    weight_bits: Option<u32>,
    quantization_config: Option<Quantization>,
}

/// Newer files hold `rope_parameters` with the base in it, older ones `rope_scaling` beside `rope_theta`.
#[derive(Deserialize)]
struct Rope {
    rope_theta: Option<f32>,
    #[serde(alias = "type")]
    rope_type: Option<String>,
}

#[derive(Deserialize)]
struct Quantization {
    quant_method: Option<String>,
    linear_class: Option<String>,
    quantization_mode: Option<String>,
    use_rms_norm: Option<bool>,
    rms_norm_eps: Option<f32>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(u32),
    More(Vec<u32>),
}

/// Whose code a checkpoint was written for; it decides the names of the norms before the output projections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// transformers' BitNet, `BitNetForCausalLM`.
    BitNet,
    /// The 1bitLLM reproduction, `BitnetForCausalLM`.
    OneBitLlm,
    /// `LlamaForCausalLM` with BitNet linears, without those norms; without a quantisation, TriLM.
    Llama,
}

/// What `config.json` says: the model, and how its linears are stored.
pub(super) struct HfConfig {
    pub(super) config: Config,
    pub(super) family: Family,
    /// Epsilon of the RMSNorm inside every linear, when there is one.
    pub(super) linear_norm: Option<f32>,
}

/// Reads `config.json`.
pub(super) fn read(path: &Path) -> Result<HfConfig, Error> {
    let text = std::fs::read_to_string(path).map_err(Error::io(path))?;
    let json: Json = serde_json::from_str(&text).map_err(|e| Error::config(path, e.to_string()))?;
    json.interpret().map_err(|reason| Error::config(path, reason))
}

impl Json {
    fn interpret(self) -> Result<HfConfig, String> {
        if self.attention_bias == Some(true) || self.mlp_bias == Some(true) {
            return Err("attention_bias or mlp_bias is set; only linears without bias are implemented".into());
        }
        let architecture = self.architectures.as_deref().and_then(|a| a.first()).cloned().unwrap_or_default();
        let family = match architecture.as_str() {
            "BitNetForCausalLM" => Family::BitNet,
            "BitnetForCausalLM" => Family::OneBitLlm,
            "LlamaForCausalLM" => Family::Llama,
            other => {
                return Err(format!(
                    "architecture `{other}` is not implemented; \
                     BitNetForCausalLM, BitnetForCausalLM and LlamaForCausalLM are"
                ));
            }
        };
        let head_dim = self.head_dim.unwrap_or(self.hidden_size / self.num_attention_heads.max(1));
        if self.head_dim.is_none() && head_dim * self.num_attention_heads != self.hidden_size {
            return Err(format!(
                "hidden_size {} is not a multiple of num_attention_heads {}, and there is no head_dim",
                self.hidden_size, self.num_attention_heads
            ));
        }
        let config = Config {
            hidden: self.hidden_size,
            intermediate: self.intermediate_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            kv_heads: self.num_key_value_heads.unwrap_or(self.num_attention_heads),
            head_dim,
            vocab: self.vocab_size,
            context: self.max_position_embeddings,
            rope_theta: self.rope_theta()?,
            rope_pairs: RopePairs::Halves,
            norm_eps: self.rms_norm_eps,
            activation: self.activation()?,
            tied: self.tie_word_embeddings.unwrap_or(false),
            sub_norms: family != Family::Llama,
            convention: self.convention(family)?,
            ends: match self.eos_token_id {
                None => Vec::new(),
                Some(OneOrMore::One(token)) => vec![token],
                Some(OneOrMore::More(tokens)) => tokens,
            },
            notices: Vec::new(),
            architecture,
        };
        match config.flaw() {
            Some(flaw) => Err(flaw),
            None => Ok(HfConfig {
                config,
                family,
                linear_norm: self.quantization_config.map_or(Ok(None), |q| q.linear_norm())?,
            }),
        }
    }

    fn convention(&self, family: Family) -> Result<Convention, String> {
        match (&self.quantization_config, family) {
            (Some(quantization), _) => quantization.convention(),
            (None, Family::Llama) => Ok(Convention::Unpacked),
            (None, Family::OneBitLlm) if (self.input_bits, self.weight_bits) == (Some(8), Some(1)) => {
                Ok(Convention::AutoBitLinearOnline)
            }
            (None, Family::OneBitLlm) => {
                Err("input_bits must be 8 and weight_bits 1; nothing else is implemented".into())
            }
            (None, Family::BitNet) => {
                Err("quantization_config is missing, so the linears' convention is unknown".into())
            }
        }
    }

    fn rope_theta(&self) -> Result<f32, String> {
        for rope in self.rope_parameters.iter().chain(&self.rope_scaling) {
            if let Some(kind) = rope.rope_type.as_deref().filter(|kind| *kind != "default") {
                return Err(format!("rope_type `{kind}` is not implemented; only `default` is"));
            }
        }
        // 10000 is the default of every architecture read here.
        Ok(self.rope_parameters.as_ref().and_then(|rope| rope.rope_theta).or(self.rope_theta).unwrap_or(10_000.0))
    }

    fn activation(&self) -> Result<Activation, String> {
        match self.hidden_act.as_str() {
            "relu2" => Ok(Activation::Relu2),
            "silu" => Ok(Activation::Silu),
            other => Err(format!("hidden_act `{other}` is not implemented; relu2 and silu are")),
        }
    }
}

impl Quantization {
    fn convention(&self) -> Result<Convention, String> {
        let method = self.quant_method.as_deref().unwrap_or("none");
        if method != "bitnet" {
            return Err(format!("quant_method `{method}` is not implemented; bitnet is"));
        }
        let class = self.linear_class.as_deref().unwrap_or("bitlinear");
        match (class, self.quantization_mode.as_deref().unwrap_or("offline")) {
            ("bitlinear", "offline") => Ok(Convention::BitLinear),
            ("autobitlinear", "offline") => Ok(Convention::AutoBitLinearOffline),
            ("autobitlinear", "online") => Ok(Convention::AutoBitLinearOnline),
            ("bitlinear-1bit", "online") => Ok(Convention::OneBit),
            (class, mode) => Err(format!(
                "linear_class `{class}` in quantization_mode `{mode}` is not implemented; \
                 bitlinear offline, autobitlinear offline and online, and bitlinear-1bit online are"
            )),
        }
    }

    fn linear_norm(&self) -> Result<Option<f32>, String> {
        let eps = self.rms_norm_eps.unwrap_or(1e-6);
        match self.use_rms_norm.unwrap_or(false) {
            true if !(eps.is_finite() && eps > 0.0) => {
                Err(format!("quantization_config.rms_norm_eps is {eps}; it must be a positive number"))
            }
            true => Ok(Some(eps)),
            false => Ok(None),
        }
    }
}
