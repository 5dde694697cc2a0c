//! Checkpoints of all kinds in, one [`Model`] out.
//!
//! A format is a [`Source`]: it knows how to find the parts of a model. Putting them together is the same for all.

mod cuts;
mod doubts;
mod folder;
mod foreign;
mod generation;
mod gguf;
mod gguf_blocks;
mod gguf_dequant;
mod gguf_dequant_k;
mod gguf_ends;
mod gguf_keys;
mod gguf_model;
mod gguf_reader;
mod gguf_split;
mod gguf_tensors;
mod gguf_types;
mod hf_config;
mod hf_files;
mod hf_key_lists;
mod hf_keys;
mod hf_quantization;
mod hf_rope;
mod hf_tensors;
mod huggingface;
mod i2_s;
mod keys;
mod mapped;
mod safetensors;
mod synthetic;
mod tensor;
mod ternary_floats;

use std::path::Path;
use std::sync::Arc;

pub(crate) use folder::resolve;
pub(crate) use gguf::Gguf;
pub(crate) use gguf_dequant::Encoding;
pub(crate) use gguf_ends::text_ends;
pub(crate) use synthetic::is_synthetic;

use doubts::Doubts;
use rayon::prelude::*;

use crate::attention::Attention;
use crate::dense::Dense;
use crate::ffn::Ffn;
use crate::layers::Layers;
use crate::rope::Rope;
use crate::transformer::Layer;
use crate::{Config, Error, Linear, LinearId, LinearKind, Model, RmsNorm, files};

/// The dense parts of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DenseId {
    Embedding,
    Head,
}

/// The norms of a model; those of a layer carry its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NormId {
    /// Before attention.
    Attention(usize),
    /// Before the attention output projection.
    AttentionSub(usize),
    /// Before the feed-forward network.
    Ffn(usize),
    /// Before the FFN down projection.
    FfnSub(usize),
    /// After the last layer.
    Final,
}

impl NormId {
    /// Features that the norm covers.
    fn width(self, config: &Config) -> usize {
        match self {
            Self::Attention(_) | Self::Ffn(_) | Self::Final => config.hidden,
            Self::AttentionSub(_) => config.heads * config.head_dim,
            Self::FfnSub(_) => config.intermediate,
        }
    }
}

/// A part of a model that has a tensor of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PartId {
    Dense(DenseId),
    Norm(NormId),
    Linear(LinearId),
}

/// Where the parts of a model come from. Each part has the shape that the configuration says, or there is an error.
trait Source: Send + Sync + 'static {
    fn dense(&self, id: DenseId) -> Result<Dense, Error>;
    fn norm(&self, id: NormId) -> Result<Vec<f32>, Error>;
    fn linear(&self, id: LinearId) -> Result<Linear, Error>;
    /// The name of the tensor of a part.
    fn name(&self, part: PartId) -> String;
    /// The file or folder.
    fn path(&self) -> &Path;
}

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

/// What a checkpoint cannot say about itself, and how much of it to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// The order of weights in I2_S tensors.
    pub i2s_packing: I2sPacking,
    /// Whether each layer is made when its turn comes, in every pass, instead of holding all of them: the memory of one
    /// layer, and the time to make it again.
    pub streamed: bool,
}

/// Loads whatever `path` holds.
pub(crate) fn load(path: &Path, options: LoadOptions) -> Result<Model, Error> {
    let found = folder::find(path)?;
    let path = &*found.path;
    let mut model = match format(path)? {
        Format::Synthetic => synthetic::load(path, options),
        Format::HuggingFace => huggingface::load(path, options),
        Format::Gguf => gguf_model::load(path, options),
    }?;
    model.config.notices.extend(found.notices);
    Ok(model)
}

/// Reads the shape of whatever `path` holds, and none of its weights.
pub(crate) fn config(path: &Path) -> Result<Config, Error> {
    let found = folder::find(path)?;
    let path = &*found.path;
    let mut config = match format(path)? {
        Format::Synthetic => synthetic::config(path),
        Format::HuggingFace => huggingface::config(path),
        Format::Gguf => gguf_model::read_config(path),
    }?;
    config.notices.extend(found.notices);
    Ok(config)
}

enum Format {
    Synthetic,
    HuggingFace,
    Gguf,
}

fn format(path: &Path) -> Result<Format, Error> {
    if is_synthetic(path) {
        Ok(Format::Synthetic)
    } else if path.is_dir() {
        Ok(Format::HuggingFace)
    } else if files::is_there(path)? {
        // Anything else says what it is when it is opened.
        Ok(Format::Gguf)
    } else {
        Err(Error::config(path, "there is no such folder or file"))
    }
}

fn assemble(mut config: Config, source: impl Source, options: LoadOptions) -> Result<Model, Error> {
    let embedding = source.dense(DenseId::Embedding)?;
    let norm = RmsNorm::new(source.norm(NormId::Final)?, config.norm_eps);
    let head = (!config.tied).then(|| source.dense(DenseId::Head)).transpose()?;
    let rope = Rope::new(config.head_dim, config.rope_theta, config.rope_pairs);
    let (path, mut doubts) = (source.path().to_owned(), Doubts::default());
    doubts.ends(&embedding, &norm, head.as_ref(), |part| source.name(part));
    let layers = if options.streamed {
        let config = config.clone();
        Layers::Made(config.layers, Arc::new(move |index| layer(&config, &source, index)))
    } else {
        // The first layer alone, so that a model of the wrong kind is refused before all of it is read. All results of the
        // others first, so that the error reported is always that of the first layer at fault.
        let first = layer(&config, &source, 0)?;
        let layers: Vec<_> = (1..config.layers).into_par_iter().map(|index| layer(&config, &source, index)).collect();
        let layers: Vec<Layer> = std::iter::once(Ok(first)).chain(layers).collect::<Result<_, Error>>()?;
        let each = layers.iter().enumerate();
        each.for_each(|(index, layer)| doubts.layer(index, layer, |part| source.name(part)));
        Layers::Held(layers)
    };
    config.notices.extend(doubts.notices(&path));
    Ok(Model { embedding, layers, norm, head, rope, config })
}

/// Layer `index`, its linears made at the same time.
fn layer(config: &Config, source: &impl Source, index: usize) -> Result<Layer, Error> {
    let norm = |id| Ok::<_, Error>(RmsNorm::new(source.norm(id)?, config.norm_eps));
    let sub_norm = |id| config.sub_norms.then(|| norm(id)).transpose();
    let linears: Vec<Result<Linear, Error>> =
        LinearKind::ALL.into_par_iter().map(|kind| source.linear(LinearId { layer: index, kind })).collect();
    let mut linears = linears.into_iter();
    let mut next = || linears.next().expect("as many as there are kinds");
    let (attention_norm, attention_sub) = (norm(NormId::Attention(index))?, NormId::AttentionSub(index));
    Ok(Layer {
        attention_norm,
        attention: Attention {
            q: next()?,
            k: next()?,
            v: next()?,
            o: next()?,
            sub_norm: sub_norm(attention_sub)?,
            head_dim: config.head_dim,
        },
        ffn_norm: norm(NormId::Ffn(index))?,
        ffn: Ffn {
            gate: next()?,
            up: next()?,
            down: next()?,
            sub_norm: sub_norm(NormId::FfnSub(index))?,
            activation: config.activation,
        },
    })
}
