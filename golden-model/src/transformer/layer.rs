//! A layer of a transformer, and the layers of a model: all of them in memory, or each made when its turn comes and dropped after it.

use std::fmt;
use std::sync::Arc;

use crate::layers::attention::{Attention, Span};
use crate::layers::ffn::Ffn;
use crate::layers::rope::Rope;
use crate::{Error, Matmul, RmsNorm};

/// One transformer layer.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub(crate) attention_norm: RmsNorm,
    pub(crate) attention: Attention,
    pub(crate) ffn_norm: RmsNorm,
    pub(crate) ffn: Ffn,
}

impl Layer {
    pub(crate) fn forward(
        &self,
        engine: &mut dyn Matmul,
        rope: &Rope,
        hidden: &mut [f32],
        spans: &mut [Span],
    ) -> Result<(), Error> {
        add(hidden, &self.attention.forward(engine, rope, &self.attention_norm.forward(hidden), spans)?);
        add(hidden, &self.ffn.forward(engine, &self.ffn_norm.forward(hidden))?);
        Ok(())
    }
}

fn add(to: &mut [f32], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}

/// Makes a layer.
type Maker = dyn Fn(usize) -> Result<Layer, Error> + Send + Sync;

#[derive(Clone)]
pub(crate) enum Layers {
    Held(Vec<Layer>),
    /// Number of layers, and their maker, which makes the same each time.
    Made(usize, Arc<Maker>),
}

impl Layers {
    /// The layers, if they are in memory.
    pub(crate) fn held(&self) -> Option<&[Layer]> {
        match self {
            Self::Held(layers) => Some(layers),
            Self::Made(..) => None,
        }
    }

    /// Calls `work` on each in turn, up to the first error.
    pub(crate) fn try_for_each(&self, mut work: impl FnMut(&Layer) -> Result<(), Error>) -> Result<(), Error> {
        match self {
            Self::Held(layers) => layers.iter().try_for_each(work),
            Self::Made(count, make) => (0..*count).try_for_each(|index| work(&make(index)?)),
        }
    }
}

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held(layers) => layers.fmt(f),
            Self::Made(count, _) => write!(f, "{count} layers, made when needed"),
        }
    }
}
