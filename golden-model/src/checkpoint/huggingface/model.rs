//! Folders in Hugging Face layout: `config.json` and safetensors.
//!
//! Packed weights are `uint8 [ceil(N / 4), K]`: bits `2i..2i+1` of `byte[r, c]` hold row `r + i * ceil(N / 4)` as
//! trit + 1. Code 3 is illegal; rows beyond `N` are filling.
//!
//! | `config.json` | linears |
//! |---|---|
//! | `linear_class: bitlinear` | packed, `weight_scale` divides |
//! | `linear_class: autobitlinear`, `quantization_mode: offline` | packed, `weight_scale` multiplies |
//! | `linear_class: autobitlinear`, `quantization_mode: online`; `BitnetForCausalLM` of 1bitLLM | master weights, rounded at load |
//! | `linear_class: bitlinear-1bit`, `quantization_mode: online` | master weights of the original BitNet: their signs, LayerNorm before them |
//! | `LlamaForCausalLM` without `quantization_config` (TriLM) | floats that are ternary already, [with a scale for each range](crate::checkpoint::ternary_floats) |
//!
//! A `weight_scale` is one number, or one for each output. Linears of zeros alone are read with any scale.
//!
//! The original BitNet was published without checkpoints; `bitlinear-1bit` is this crate's name for it. TriLM was trained
//! with unquantised activations, which are rounded to int8 here like all others.

use std::path::{Path, PathBuf};

use super::config::{self, HfConfig};
use super::names::{EMBEDDING, HEAD};
use super::safetensors::Safetensors;
use super::{files, tensors};
use crate::checkpoint::options::LoadOptions;
use crate::checkpoint::ternary_floats::unpacked;
use crate::layers::dense::Dense;
use crate::tensor::{Kind, Tensor};
use crate::ternary::illegal;
use crate::transformer::assemble::assemble;
use crate::transformer::weights::{DenseId, NormId, PartId, Weights};
use crate::{
    Config, Convention, Error, InputNorm, Linear, LinearId, LinearKind, Model, Part, Parts, RmsNorm, TernaryMatrix,
    quant,
};

/// Loads a folder.
pub(crate) fn load(folder: &Path, options: LoadOptions) -> Result<Model, Error> {
    let mut description = describe(folder)?;
    let tensors = Safetensors::open(folder, description.weights.as_deref())?;
    description.config.notices.extend(tensors.stale_shards(folder));
    description.config.notices.extend(files::gguf_beside(folder));
    description.config.notices.extend(tensors.zero_tails());
    let mut source = Folder { path: folder.to_owned(), description, tensors, embedding: EMBEDDING };
    source.settle_head()?;
    let unread = tensors::check(&source.tensors, &source.description)?;
    source.description.config.notices.extend(unread);
    assemble(source.description.config.clone(), source, options.streamed)
}

/// Contents of a folder's `config.json`. Of linears in floats, which may be those of any model, the first is read too; where there
/// are no weights, a notice says so.
pub(crate) fn config(folder: &Path) -> Result<Config, Error> {
    let mut description = describe(folder)?;
    let mut config = description.config.clone();
    if config.convention != Convention::Unpacked {
        return Ok(config);
    }
    if files::has_weights(folder) {
        let tensors = Safetensors::open(folder, description.weights.take().as_deref())?;
        let source = Folder { path: folder.to_owned(), description, tensors, embedding: EMBEDDING };
        source.linear(LinearId { layer: 0, kind: LinearKind::Q })?;
    } else {
        config.notices.push(format!(
            "{}: without quantization_config the linears are floats; they are taken for ternary, which only their weights can \
             show, and those are not there",
            folder.join("config.json").display()
        ));
    }
    Ok(config)
}

fn describe(folder: &Path) -> Result<HfConfig, Error> {
    files::refuse_adapter(folder)?;
    files::expect_config(folder)?;
    config::read(&folder.join("config.json"))
}

struct Folder {
    path: PathBuf,
    description: HfConfig,
    tensors: Safetensors,
    /// The name of the embedding's tensor.
    embedding: &'static str,
}

impl Folder {
    fn tensor(&self, name: &str) -> Result<Tensor<'_>, Error> {
        let missing = || Error::MissingTensor { path: self.path.clone(), tensor: name.to_owned() };
        self.tensors.find(name).ok_or_else(missing)?
    }

    /// Decides where the head is when the configuration says that it is the embedding, as transformers does: a head in
    /// the file that differs is used, and one without an embedding is both.
    fn settle_head(&mut self) -> Result<(), Error> {
        if !self.description.config.tied {
            return Ok(());
        }
        let Some(head) = self.tensors.find(HEAD).transpose()? else { return Ok(()) };
        let Some(embedding) = self.tensors.find(EMBEDDING).transpose()? else {
            self.embedding = HEAD;
            return Ok(());
        };
        if !embedding.same_values(&head)? {
            let notice = format!(
                "{}: tie_word_embeddings is true, but `{HEAD}` is there and differs from `{EMBEDDING}`; it is used as \
                 the head, as by transformers 5",
                self.path.display()
            );
            let config = &mut self.description.config;
            config.tied = false;
            config.notices.push(notice);
        }
        Ok(())
    }

    fn input_norm(&self, prefix: &str, width: usize) -> Result<InputNorm, Error> {
        if self.description.config.convention == Convention::OneBit {
            return Ok(InputNorm::Layer { eps: self.description.config.norm_eps });
        }
        Ok(match self.description.linear_norm {
            Some(eps) => {
                InputNorm::Rms(RmsNorm::new(self.tensor(&format!("{prefix}.rms_norm.weight"))?.vector(width)?, eps))
            }
            None => InputNorm::None,
        })
    }
}

impl Weights for Folder {
    fn dense(&self, id: DenseId) -> Result<Dense, Error> {
        let config = &self.description.config;
        let tensor = self.tensor(&self.name(PartId::Dense(id)))?;
        tensor.dense(config.vocab, config.hidden, self.tensors.keep(tensor.data))
    }

    fn norm(&self, id: NormId) -> Result<Vec<f32>, Error> {
        self.tensor(&self.name(PartId::Norm(id)))?.vector(id.width(&self.description.config))
    }

    fn linear(&self, id: LinearId) -> Result<Linear, Error> {
        let config = &self.description.config;
        let (rows, cols) = config.linear_shape(id.kind);
        let prefix = format!("model.{id}");
        let weight = self.tensor(&self.name(PartId::Linear(id)))?;
        let parts = match config.convention {
            Convention::BitLinear | Convention::AutoBitLinearOffline => {
                let scales = self.tensor(&format!("{prefix}.weight_scale"))?.scales(rows)?;
                Parts::new(vec![Part { inputs: 0..cols, weights: packed(&weight, rows, cols)?, scales }])?
            }
            Convention::Unpacked => unpacked(&weight, rows, cols)?,
            Convention::OneBit => signs(&weight, rows, cols)?,
            // `Gguf` is never the convention of a folder.
            Convention::AutoBitLinearOnline | Convention::Gguf => absmean(&weight, rows, cols)?,
        };
        self.tensors.release(weight.data);
        let input_norm = self.input_norm(&prefix, cols)?;
        Ok(Linear { id, parts, convention: config.convention, input_norm, encoding: weight.kind.to_string() })
    }

    fn name(&self, part: PartId) -> String {
        let (attention_sub, ffn_sub) = self.description.family.sub_norms();
        match part {
            PartId::Dense(DenseId::Embedding) => self.embedding.to_owned(),
            PartId::Dense(DenseId::Head) => HEAD.to_owned(),
            PartId::Norm(NormId::Attention(layer)) => format!("model.layers.{layer}.input_layernorm.weight"),
            PartId::Norm(NormId::AttentionSub(layer)) => {
                format!("model.layers.{layer}.self_attn.{attention_sub}.weight")
            }
            PartId::Norm(NormId::Ffn(layer)) => format!("model.layers.{layer}.post_attention_layernorm.weight"),
            PartId::Norm(NormId::FfnSub(layer)) => format!("model.layers.{layer}.mlp.{ffn_sub}.weight"),
            PartId::Norm(NormId::Final) => "model.norm.weight".to_owned(),
            PartId::Linear(id) => format!("model.{id}.weight"),
        }
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

fn packed(tensor: &Tensor, rows: usize, cols: usize) -> Result<TernaryMatrix, Error> {
    if tensor.kind != Kind::U8 {
        return Err(tensor.error(0, format!("the type is {}, but packed ternary weights are U8", tensor.kind)));
    }
    let plane = rows.div_ceil(4);
    tensor.expect_shape(&[plane, cols])?;
    TernaryMatrix::from_rows(rows, cols, |row, out| {
        let (start, shift) = (row % plane * cols, row / plane * 2);
        out.iter_mut().zip(&tensor.data[start..]).for_each(|(out, byte)| *out = (byte >> shift & 3) as i8 - 1);
        match illegal(out) {
            Some(i) => Err(tensor.error(start + i, format!("code 3 for weight [{row}, {i}] is not a trit"))),
            None => Ok(()),
        }
    })
}

/// Quantises master weights by their mean magnitude; the scale is that magnitude.
fn absmean(tensor: &Tensor, rows: usize, cols: usize) -> Result<Parts, Error> {
    let s = quant::absmean_scale(masters(tensor, rows, cols)?);
    let weights = each(tensor, rows, cols, |weight| quant::ternary(weight, s))?;
    Ok(Parts::one(weights, 1.0 / s))
}

/// The signs of master weights around their mean; the scale is their mean magnitude. Where that is zero, so are all
/// weights.
fn signs(tensor: &Tensor, rows: usize, cols: usize) -> Result<Parts, Error> {
    let mean = quant::mean(masters(tensor, rows, cols)?) as f32;
    let beta = quant::mean(tensor.floats()?.map(f32::abs)) as f32;
    if beta == 0.0 {
        return Ok(Parts::one(each(tensor, rows, cols, |_| 0)?, 1.0));
    }
    Ok(Parts::one(each(tensor, rows, cols, |weight| quant::sign(weight, mean))?, beta))
}

/// The weights of a float tensor of the right shape, all finite.
fn masters<'a>(tensor: &'a Tensor, rows: usize, cols: usize) -> Result<impl Iterator<Item = f32> + 'a, Error> {
    tensor.expect_shape(&[rows, cols])?;
    tensor.expect_finite()?;
    tensor.floats()
}

/// Maps every weight to a trit.
fn each(tensor: &Tensor, rows: usize, cols: usize, trit: impl Fn(f32) -> i8) -> Result<TernaryMatrix, Error> {
    let mut weights = tensor.floats()?;
    TernaryMatrix::from_rows(rows, cols, |_, out| {
        out.iter_mut().zip(&mut weights).for_each(|(out, weight)| *out = trit(weight));
        Ok(())
    })
}
