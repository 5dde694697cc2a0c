//! Causal grouped-query attention: `softmax(Q K^T / sqrt(d)) V` with rotary positions, then an optional norm before the
//! output projection.

use rayon::prelude::*;

use super::rope::Rope;
use crate::kernels::dense::dot;
use crate::kernels::wide;
use crate::{Error, KvCache, Linear, Matmul, RmsNorm};

/// The attention of one layer.
#[derive(Clone, Debug)]
pub(crate) struct Attention {
    pub(crate) q: Linear,
    pub(crate) k: Linear,
    pub(crate) v: Linear,
    pub(crate) o: Linear,
    pub(crate) sub_norm: Option<RmsNorm>,
    pub(crate) head_dim: usize,
}

/// A run of new positions of one sequence among the rows of a batch.
pub(crate) struct Span<'a> {
    pub(crate) rows: usize,
    pub(crate) cache: &'a mut KvCache,
}

impl Attention {
    /// `x` is `M x hidden`, the tokens of all spans one after the other; the new keys and values enter the caches.
    pub(crate) fn forward(
        &self,
        engine: &mut dyn Matmul,
        rope: &Rope,
        x: &[f32],
        spans: &mut [Span],
    ) -> Result<Vec<f32>, Error> {
        let layer = self.q.id.layer;
        let (q_width, kv_width) = (self.q.parts.outputs(), self.k.parts.outputs());
        let [mut queries, mut keys, values] = Linear::forward_all([&self.q, &self.k, &self.v], engine, x)?;
        let mut mixed = vec![0.0; queries.len()];
        let mut row = 0;
        for span in spans {
            let (q, kv) = (row * q_width..(row + span.rows) * q_width, row * kv_width..(row + span.rows) * kv_width);
            row += span.rows;
            let first = span.cache.len();
            let (queries, keys) = (&mut queries[q.clone()], &mut keys[kv.clone()]);
            let rows = queries.par_chunks_mut(q_width).zip(keys.par_chunks_mut(kv_width)).enumerate();
            rows.for_each(|(i, (q, k))| {
                rope.rotate(q, first + i);
                rope.rotate(k, first + i);
            });
            span.cache.append(layer, keys, &values[kv]);
            self.attend(queries, first, span.cache.layer(layer), &mut mixed[q]);
        }
        match &self.sub_norm {
            Some(norm) => self.o.forward(engine, &norm.forward(&mixed)),
            None => self.o.forward(engine, &mixed),
        }
    }

    /// Mixes the values for each query; query row `i` is at position `first + i` and sees the positions up to its own.
    fn attend(&self, queries: &[f32], first: usize, (keys, values): (&[f32], &[f32]), mixed: &mut [f32]) {
        let (d, kv_width) = (self.head_dim, self.k.parts.outputs());
        let heads = self.q.parts.outputs() / d;
        let group = heads * d / kv_width;
        let scale = 1.0 / (d as f32).sqrt();
        mixed.par_chunks_mut(d).zip(queries.par_chunks(d)).enumerate().for_each(|(i, (mixed, query))| {
            let (positions, kv_head) = (first + i / heads + 1, i % heads / group);
            let head = |rows| head_rows(rows, kv_width, kv_head, d).take(positions);
            wide(|| {
                let mut weights: Vec<f32> = head(keys).map(|key| dot(query, key) * scale).collect();
                softmax(&mut weights);
                for (weight, value) in weights.iter().zip(head(values)) {
                    mixed.iter_mut().zip(value).for_each(|(mixed, value)| *mixed += weight * value);
                }
            });
        });
    }
}

/// One head's slice of every row.
fn head_rows(rows: &[f32], width: usize, head: usize, d: usize) -> impl Iterator<Item = &[f32]> {
    rows.chunks(width).map(move |row| &row[head * d..][..d])
}

fn softmax(x: &mut [f32]) {
    let max = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    x.iter_mut().for_each(|x| *x = (*x - max).exp());
    let sum: f32 = x.iter().sum();
    x.iter_mut().for_each(|x| *x /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_sums_to_one_and_survives_large_scores() {
        let mut x = [1000.0, 1000.0, -1000.0];
        softmax(&mut x);
        assert_eq!(x, [0.5, 0.5, 0.0]);
    }
}
