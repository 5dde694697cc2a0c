//! BitNet models in GGUF.
//!
//! | architecture | written for | norms before the output projections | activation | rotary pairs |
//! |---|---|---|---|---|
//! | `bitnet` | llama.cpp | yes | SiLU | halves |
//! | `bitnet-b1.58` | bitnet.cpp | yes | squared ReLU | halves |
//! | `llama` with ternary linears | bitnet.cpp: Llama 3 and Falcon3 | no | SiLU | neighbours |
//!
//! Key `hidden_activation` overrides the activation. A tensor `….scale` beside a linear multiplies its scale. Without
//! `output.weight` the head is the embedding.

use std::path::Path;

use super::{blocks, ends, i2_s, keys, tensors};
use crate::checkpoint::options::{I2sPacking, LoadOptions};
use crate::gguf::Gguf;
use crate::layers::dense::Dense;
use crate::tensor::{Kind, Tensor};
use crate::transformer::assemble::assemble;
use crate::transformer::weights::{DenseId, NormId, PartId, Weights};
use crate::{Activation, Config, Convention, Error, InputNorm, Linear, LinearId, LinearKind, Model, RopePairs};

/// Loads a GGUF file.
pub(crate) fn load(path: &Path, options: LoadOptions) -> Result<Model, Error> {
    let gguf = Gguf::open(path)?;
    let mut config = describe(&gguf)?;
    config.notices.extend(tensors::check(&gguf, &config)?);
    config.notices.extend(gguf.zero_tails());
    let source = File { gguf, config: config.clone(), packing: options.i2s_packing };
    config.notices.extend(source.doubt());
    assemble(config, source, options.streamed)
}

/// Description of the model in a GGUF file. Of linears in the encodings of any model the first is read, which says whether they
/// are ternary.
pub(crate) fn config(path: &Path) -> Result<Config, Error> {
    let gguf = Gguf::open(path)?;
    let config = describe(&gguf)?;
    let source = File { gguf, config: config.clone(), packing: I2sPacking::default() };
    let first = LinearId { layer: 0, kind: LinearKind::Q };
    let kind = source.gguf.find(&format!("{}.weight", prefix(first))).transpose()?.map(|weight| weight.kind);
    if kind.is_some_and(|kind| !matches!(kind, Kind::Tq1_0 | Kind::Tq2_0 | Kind::I2S)) {
        source.linear(first)?;
    }
    Ok(config)
}

fn describe(gguf: &Gguf) -> Result<Config, Error> {
    let fail = |reason: String| Error::config(gguf.path(), reason);
    let architecture = gguf.string("general.architecture")?.unwrap_or("none").to_owned();
    let (sub_norms, activation, rope_pairs) = match architecture.as_str() {
        "bitnet" => (true, Activation::Silu, RopePairs::Halves),
        "bitnet-b1.58" => (true, Activation::Relu2, RopePairs::Halves),
        "llama" => (false, Activation::Silu, RopePairs::Neighbours),
        "none" => {
            return Err(fail(
                "key `general.architecture` is missing, so this is not a model; bitnet, bitnet-b1.58 and llama are read"
                    .into(),
            ));
        }
        "clip" => {
            return Err(fail(
                "this is a projector for pictures or sound (architecture `clip`), not a language model; name the model's file"
                    .into(),
            ));
        }
        "qwen3" => {
            return Err(fail(
                "architecture `qwen3` (Ternary Bonsai and others: norms of queries and keys, scales for groups of weights) \
                 is not implemented for GGUF; bitnet, bitnet-b1.58 and llama are"
                    .into(),
            ));
        }
        other => {
            return Err(fail(format!(
                "architecture `{other}` is not implemented for GGUF; bitnet, bitnet-b1.58 and llama are"
            )));
        }
    };
    let key = |name: &str| format!("{architecture}.{name}");
    let integer = |name: &str| gguf.integer(&key(name));
    let required = |name: &str| integer(name)?.ok_or_else(|| fail(format!("key `{}` is missing", key(name))));
    let (hidden, heads) = (required("embedding_length")?, required("attention.head_count")?);
    let head_dim = integer("attention.key_length")?.unwrap_or(hidden / heads.max(1));
    if integer("attention.value_length")?.is_some_and(|d| d != head_dim)
        || integer("rope.dimension_count")?.is_some_and(|d| d != head_dim)
    {
        return Err(fail(format!("keys, values and rotary positions must all cover the head's {head_dim} features")));
    }
    keys::refuse_scaling(gguf, &architecture)?;
    let activation = match gguf.string(&key("hidden_activation"))? {
        Some("relu2") => Activation::Relu2,
        Some("silu") => Activation::Silu,
        None => activation,
        Some(other) => return Err(fail(format!("hidden_activation `{other}` is not implemented; relu2 and silu are"))),
    };
    let embedding = gguf.find("token_embd.weight").transpose()?;
    let eps = gguf.float(&key("attention.layer_norm_rms_epsilon"))?;
    let (ends, notices) = ends::ends(gguf)?;
    let mut config = Config {
        hidden,
        intermediate: required("feed_forward_length")?,
        layers: required("block_count")?,
        heads,
        kv_heads: integer("attention.head_count_kv")?.unwrap_or(heads),
        head_dim,
        vocab: embedding.and_then(|tensor| tensor.shape.first().copied()).unwrap_or(0),
        context: required("context_length")?,
        rope_theta: gguf.float(&key("rope.freq_base"))?.unwrap_or(10_000.0),
        rope_pairs,
        norm_eps: eps.ok_or_else(|| fail(format!("key `{}` is missing", key("attention.layer_norm_rms_epsilon"))))?,
        activation,
        tied: gguf.find("output.weight").is_none(),
        sub_norms,
        convention: Convention::Gguf,
        ends,
        notices,
        architecture,
    };
    match config.flaw() {
        Some(flaw) => Err(fail(flaw)),
        None => {
            config.notices.extend(keys::check(gguf, &config)?);
            Ok(config)
        }
    }
}

struct File {
    gguf: Gguf,
    config: Config,
    packing: I2sPacking,
}

impl File {
    fn tensor(&self, name: &str) -> Result<Tensor<'_>, Error> {
        let missing = || Error::MissingTensor { path: self.gguf.path().to_owned(), tensor: name.to_owned() };
        self.gguf.find(name).ok_or_else(missing)?
    }

    /// A warning if the I2_S tensors look as if they were packed in another order. What is wrong with them otherwise is
    /// said when they are loaded.
    fn doubt(&self) -> Option<String> {
        let part = |layer: usize, part: &str| self.gguf.find(&format!("blk.{layer}.{part}.weight"))?.ok();
        let layers: Vec<i2_s::FeedForward> = (0..self.config.layers)
            .filter_map(|layer| Some([part(layer, "ffn_gate")?, part(layer, "ffn_up")?, part(layer, "ffn_down")?]))
            .collect();
        i2_s::doubt(self.gguf.path(), &layers, self.packing)
    }
}

impl Weights for File {
    fn dense(&self, id: DenseId) -> Result<Dense, Error> {
        let tensor = self.tensor(&self.name(PartId::Dense(id)))?;
        tensor.dense(self.config.vocab, self.config.hidden, self.gguf.keep(tensor.data))
    }

    fn norm(&self, id: NormId) -> Result<Vec<f32>, Error> {
        self.tensor(&self.name(PartId::Norm(id)))?.vector(id.width(&self.config))
    }

    fn linear(&self, id: LinearId) -> Result<Linear, Error> {
        let prefix = prefix(id);
        let (rows, cols) = self.config.linear_shape(id.kind);
        let weight = self.tensor(&format!("{prefix}.weight"))?;
        let parts = blocks::read(&weight, rows, cols, self.packing)?;
        self.gguf.release(weight.data);
        let factor =
            self.gguf.find(&format!("{prefix}.scale")).transpose()?.map_or(Ok(1.0), |tensor| tensor.scale())?;
        Ok(Linear {
            id,
            parts: parts.times(factor),
            convention: Convention::Gguf,
            input_norm: InputNorm::None,
            encoding: weight.kind.to_string(),
        })
    }

    fn name(&self, part: PartId) -> String {
        match part {
            PartId::Dense(DenseId::Embedding) => "token_embd.weight".to_owned(),
            PartId::Dense(DenseId::Head) => "output.weight".to_owned(),
            PartId::Norm(NormId::Attention(layer)) => format!("blk.{layer}.attn_norm.weight"),
            PartId::Norm(NormId::AttentionSub(layer)) => format!("blk.{layer}.attn_sub_norm.weight"),
            PartId::Norm(NormId::Ffn(layer)) => format!("blk.{layer}.ffn_norm.weight"),
            PartId::Norm(NormId::FfnSub(layer)) => format!("blk.{layer}.ffn_sub_norm.weight"),
            PartId::Norm(NormId::Final) => "output_norm.weight".to_owned(),
            PartId::Linear(id) => format!("{}.weight", prefix(id)),
        }
    }

    fn path(&self) -> &Path {
        self.gguf.path()
    }
}

/// The name of a linear, to which `.weight` or `.scale` is added.
fn prefix(id: LinearId) -> String {
    let part = match id.kind {
        LinearKind::Q => "attn_q",
        LinearKind::K => "attn_k",
        LinearKind::V => "attn_v",
        LinearKind::O => "attn_output",
        LinearKind::Gate => "ffn_gate",
        LinearKind::Up => "ffn_up",
        LinearKind::Down => "ffn_down",
    };
    format!("blk.{}.{part}", id.layer)
}
