//! Causal grouped-query attention, forwards and backwards, without ever holding a whole matrix of probabilities.
//!
//! ```text
//! S = Q K^T / sqrt(d), keys up to the query's position    P = softmax(S)    O = P V
//! dV = P^T dO    dP = dO V^T    dS = P (dP - sum_j dO_j O_j)    dQ = dS K / sqrt(d)    dK = dS^T Q / sqrt(d)
//! ```
//! Queries are taken in blocks, each against the keys that it can see. Only `ln sum e^S` of each query is kept, and `P`
//! is made again on the way back (FlashAttention, arXiv 2205.14135): the scores of a block stay in the cache.

use crate::Shape;
use crate::matrix::{Into, View, ViewMut, product};
use crate::vector::{dot, exp, largest, sum, vectorised};

/// Queries in a block.
const BLOCK: usize = 64;

/// Queries, keys and values of some sequences, `sequences * context` rows each.
#[derive(Clone, Copy)]
pub(crate) struct Heads<'a> {
    pub(crate) shape: &'a Shape,
    pub(crate) q: &'a [f32],
    pub(crate) k: &'a [f32],
    pub(crate) v: &'a [f32],
}

/// Room for the scores of a block, and for their gradient.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    scores: Vec<f32>,
    gradient: Vec<f32>,
    /// `sum dO O` of each query.
    along: Vec<f32>,
}

impl Scratch {
    pub(crate) fn new(shape: &Shape) -> Self {
        let room = vec![0.0; BLOCK.min(shape.context) * shape.context];
        Self { scores: room.clone(), gradient: room, along: vec![0.0; BLOCK] }
    }
}

/// One block of queries of one head.
struct Part {
    /// Elements before its first query, and before the first key of its sequence.
    q: usize,
    k: usize,
    /// Before the first `ln sum` of the block.
    log: usize,
    /// Position of its first query, and its queries.
    first: usize,
    rows: usize,
}

impl Heads<'_> {
    /// Fills `mixed`, like `q`, and `logs`: `ln sum e^S` for each head and position of each sequence.
    pub(crate) fn forward(&self, mixed: &mut [f32], logs: &mut [f32], scratch: &mut Scratch) {
        let (d, width, kv_width) = (self.shape.head_dim(), self.shape.hidden, self.shape.kv_width());
        self.each(|part| {
            let seen = part.first + part.rows;
            let scores = &mut scratch.scores[..part.rows * seen];
            self.scores(&part, scores);
            let logs = &mut logs[part.log..][..part.rows];
            softmax(scores, part.first, logs);
            let to = ViewMut::part(&mut mixed[part.q..], part.rows, d, width);
            product(to, Into::Set, 1.0, View::new(scores, seen), View::part(&self.v[part.k..], seen, d, kv_width));
        });
    }

    /// Fills `dq`, `dk` and `dv` from `d_mixed`.
    pub(crate) fn backward(
        &self,
        (mixed, logs): (&[f32], &[f32]),
        d_mixed: &[f32],
        (dq, dk, dv): (&mut [f32], &mut [f32], &mut [f32]),
        scratch: &mut Scratch,
    ) {
        let (d, width, kv_width) = (self.shape.head_dim(), self.shape.hidden, self.shape.kv_width());
        let scale = 1.0 / (d as f32).sqrt();
        dk.fill(0.0);
        dv.fill(0.0);
        self.each(|part| {
            let seen = part.first + part.rows;
            let scores = &mut scratch.scores[..part.rows * seen];
            let gradient = &mut scratch.gradient[..part.rows * seen];
            let query_like = |data| View::part(data, part.rows, d, width);
            let (q, out) = (query_like(&self.q[part.q..]), query_like(&d_mixed[part.q..]));
            let key_like = |data| View::part(data, seen, d, kv_width);
            let (k, v) = (key_like(&self.k[part.k..]), key_like(&self.v[part.k..]));
            self.scores(&part, scores);
            product(ViewMut::new(gradient, seen), Into::Set, 1.0, out, v.t());
            let logs = &logs[part.log..][..part.rows];
            let along = mixed[part.q..].chunks(width).zip(d_mixed[part.q..].chunks(width));
            let along = along.zip(&mut scratch.along).take(part.rows);
            along.for_each(|((o, d_o), along)| *along = dot(&o[..d], &d_o[..d]));
            softmax_back(scores, gradient, part.first, logs, &scratch.along);
            let (p, ds) = (View::new(scores, seen), View::new(gradient, seen));
            product(ViewMut::part(&mut dv[part.k..], seen, d, kv_width), Into::Add, 1.0, p.t(), out);
            product(ViewMut::part(&mut dq[part.q..], part.rows, d, width), Into::Set, scale, ds, k);
            product(ViewMut::part(&mut dk[part.k..], seen, d, kv_width), Into::Add, scale, ds.t(), q);
        });
    }

    /// `Q K^T / sqrt(d)` of a block, the future included.
    fn scores(&self, part: &Part, scores: &mut [f32]) {
        let (d, seen) = (self.shape.head_dim(), part.first + part.rows);
        let q = View::part(&self.q[part.q..], part.rows, d, self.shape.hidden);
        let k = View::part(&self.k[part.k..], seen, d, self.shape.kv_width());
        product(ViewMut::new(scores, seen), Into::Set, 1.0 / (d as f32).sqrt(), q, k.t());
    }

    /// All blocks of all heads of all sequences.
    fn each(&self, mut visit: impl FnMut(Part)) {
        let Shape { hidden, heads, kv_heads, context, .. } = *self.shape;
        let (d, kv_width) = (self.shape.head_dim(), self.shape.kv_width());
        for sequence in 0..self.q.len() / (hidden * context) {
            for head in 0..heads {
                for first in (0..context).step_by(BLOCK) {
                    visit(Part {
                        q: (sequence * context + first) * hidden + head * d,
                        k: sequence * context * kv_width + head / (heads / kv_heads) * d,
                        log: (sequence * heads + head) * context + first,
                        first,
                        rows: BLOCK.min(context - first),
                    });
                }
            }
        }
    }
}

vectorised! {
    /// Turns scores into probabilities, a query a row; the first sees the keys up to position `first`.
    fn softmax(scores: &mut [f32], first: usize, logs: &mut [f32]) {
        let seen = first + logs.len();
        for (i, (row, log)) in scores.chunks_exact_mut(seen).zip(logs).enumerate() {
            let (row, future) = row.split_at_mut(first + i + 1);
            let most = largest(row, f32::NEG_INFINITY, |x| x);
            for x in row.iter_mut() {
                *x = exp(*x - most);
            }
            let total = sum(row);
            let scale = 1.0 / total;
            for x in row {
                *x *= scale;
            }
            future.fill(0.0);
            *log = most + total.ln();
        }
    }

    /// Turns scores into probabilities, and the gradient of probabilities into that of scores; `along` is `sum dO O` of each
    /// query.
    fn softmax_back(scores: &mut [f32], gradient: &mut [f32], first: usize, logs: &[f32], along: &[f32]) {
        let seen = first + logs.len();
        let rows = scores.chunks_exact_mut(seen).zip(gradient.chunks_exact_mut(seen));
        for (i, ((p, ds), (log, along))) in rows.zip(logs.iter().zip(along)).enumerate() {
            let ((p, future), (ds, never)) = (p.split_at_mut(first + i + 1), ds.split_at_mut(first + i + 1));
            for (p, ds) in p.iter_mut().zip(ds) {
                *p = exp(*p - log);
                *ds = *p * (*ds - along);
            }
            future.fill(0.0);
            never.fill(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{Numbers, SMALL, assert_gradient, assert_wrong, inner};

    const SEQUENCES: usize = 2;

    fn forward(shape: &Shape, q: &[f32], k: &[f32], v: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let (mut mixed, mut logs) = (vec![0.0; q.len()], vec![0.0; SEQUENCES * shape.heads * shape.context]);
        Heads { shape, q, k, v }.forward(&mut mixed, &mut logs, &mut Scratch::new(shape));
        (mixed, logs)
    }

    type Gradients = [Vec<f32>; 3];

    fn backward(shape: &Shape, [q, k, v]: [&[f32]; 3], forward: (&[f32], &[f32]), dy: &[f32]) -> Gradients {
        let mut d = [q.len(), k.len(), v.len()].map(|n| vec![7.0; n]);
        let [dq, dk, dv] = &mut d;
        let heads = Heads { shape, q, k, v };
        heads.backward(forward, dy, (dq, dk, dv), &mut Scratch::new(shape));
        d
    }

    fn inputs(shape: &Shape, seed: u64) -> [Vec<f32>; 4] {
        let mut numbers = Numbers::new(seed);
        let rows = SEQUENCES * shape.context;
        [shape.hidden, shape.kv_width(), shape.kv_width(), shape.hidden].map(|width| numbers.around(0.0, rows * width))
    }

    #[test]
    fn gradients_of_attention() {
        let [q, k, v, dy] = inputs(&SMALL, 7);
        let (mixed, logs) = forward(&SMALL, &q, &k, &v);
        let [dq, dk, dv] = backward(&SMALL, [&q, &k, &v], (&mixed, &logs), &dy);
        assert_gradient("queries", &q, &dq, |q| inner(&forward(&SMALL, q, &k, &v).0, &dy));
        assert_gradient("keys", &k, &dk, |k| inner(&forward(&SMALL, &q, k, &v).0, &dy));
        assert_gradient("values", &v, &dv, |v| inner(&forward(&SMALL, &q, &k, v).0, &dy));
        // Without the softmax's own term, and with probabilities that do not sum to one.
        let zeros = vec![0.0; mixed.len()];
        let [dq, dk, _] = backward(&SMALL, [&q, &k, &v], (&zeros, &logs), &dy);
        assert_wrong(&q, &dq, |q| inner(&forward(&SMALL, q, &k, &v).0, &dy));
        assert_wrong(&k, &dk, |k| inner(&forward(&SMALL, &q, k, &v).0, &dy));
        let shifted: Vec<f32> = logs.iter().map(|log| log + 0.05).collect();
        let [_, _, dv] = backward(&SMALL, [&q, &k, &v], (&mixed, &shifted), &dy);
        assert_wrong(&v, &dv, |v| inner(&forward(&SMALL, &q, &k, v).0, &dy));
    }

    /// Several blocks against plain loops, forwards; and blocks cannot change gradients either.
    #[test]
    fn blocks_are_only_an_order() {
        let shape = Shape { context: 2 * BLOCK + 9, ..SMALL };
        let [q, k, v, dy] = inputs(&shape, 8);
        let (mixed, logs) = forward(&shape, &q, &k, &v);
        let (d, kv, c) = (shape.head_dim(), shape.kv_width(), shape.context);
        for (row, head) in [(0, 0), (3, 1), (BLOCK, 2), (2 * BLOCK + 1, 3), (c + 70, 0), (2 * c - 1, 3)] {
            let (sequence, kv_head) = (row / c, head / 2);
            let query = &q[row * shape.hidden + head * d..][..d];
            let key = |j: usize| (sequence * c + j) * kv + kv_head * d;
            let positions = row % c + 1;
            let weights: Vec<f64> =
                (0..positions).map(|j| (inner(query, &k[key(j)..][..d]) / (d as f64).sqrt()).exp()).collect();
            let total: f64 = weights.iter().sum();
            for i in 0..d {
                let exact: f64 = (0..positions).map(|j| weights[j] * f64::from(v[key(j) + i])).sum::<f64>() / total;
                let ours = f64::from(mixed[row * shape.hidden + head * d + i]);
                assert!((exact - ours).abs() < 1e-5, "row {row}, head {head}: {ours}, not {exact}");
            }
        }
        let [dq, _, dv] = backward(&shape, [&q, &k, &v], (&mixed, &logs), &dy);
        // One coordinate in the last block of each: the values' gradient sums over all queries that see them.
        let probe = |x: &[f32], gradient: &[f32], at: usize, f: &dyn Fn(&[f32]) -> f64| {
            assert_gradient("a probe", &x[at..=at], &gradient[at..=at], |value| {
                let mut x = x.to_vec();
                x[at] = value[0];
                f(&x)
            });
        };
        probe(&q, &dq, (c - 2) * shape.hidden + 5, &|q| inner(&forward(&shape, q, &k, &v).0, &dy));
        probe(&v, &dv, 3 * kv + 1, &|v| inner(&forward(&shape, &q, &k, v).0, &dy));
    }
}
