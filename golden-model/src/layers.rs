//! The layers of a model: all of them in memory, or each made when its turn comes and dropped after it.

use std::fmt;
use std::sync::Arc;

use crate::Error;
use crate::transformer::Layer;

/// Makes a layer.
type Maker = dyn Fn(usize) -> Result<Layer, Error> + Send + Sync;

#[derive(Clone)]
pub(crate) enum Layers {
    Held(Vec<Layer>),
    /// How many there are, and who makes them; the same each time.
    Made(usize, Arc<Maker>),
}

impl Layers {
    /// Those in memory.
    pub(crate) fn held(&self) -> &[Layer] {
        match self {
            Self::Held(layers) => layers,
            Self::Made(..) => &[],
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
