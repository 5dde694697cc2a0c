//! Keys and values of the tokens so far, so that each token is computed once.

use crate::Config;

/// The cache of one sequence: per layer, `positions x kv_heads x head_dim` keys (rotated) and values.
#[derive(Clone, Debug)]
pub struct KvCache {
    layers: Vec<Layer>,
    width: usize,
    len: usize,
}

#[derive(Clone, Debug, Default)]
struct Layer {
    keys: Vec<f32>,
    values: Vec<f32>,
}

impl KvCache {
    /// An empty cache for a model of this configuration.
    pub fn new(config: &Config) -> Self {
        Self { layers: vec![Layer::default(); config.layers], width: config.kv_heads * config.head_dim, len: 0 }
    }

    /// Positions held.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True if no position is held.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Forgets every position from `len` on.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
        for layer in &mut self.layers {
            layer.keys.truncate(self.len * self.width);
            layer.values.truncate(self.len * self.width);
        }
    }

    /// True if the cache was made for a model of this configuration.
    pub(crate) fn fits(&self, config: &Config) -> bool {
        self.layers.len() == config.layers && self.width == config.kv_heads * config.head_dim
    }

    /// Adds keys and values of new positions to one layer; [`advance`](Self::advance) follows when all have them.
    pub(crate) fn append(&mut self, layer: usize, keys: &[f32], values: &[f32]) {
        self.layers[layer].keys.extend_from_slice(keys);
        self.layers[layer].values.extend_from_slice(values);
    }

    /// Keys and values of a layer, those just appended included.
    pub(crate) fn layer(&self, layer: usize) -> (&[f32], &[f32]) {
        (&self.layers[layer].keys, &self.layers[layer].values)
    }

    pub(crate) fn advance(&mut self, positions: usize) {
        self.len += positions;
    }
}
