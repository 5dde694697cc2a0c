//! The network once more, written from the published formulas alone: dense float weights, fake-quantised activations,
//! no cache, no packing, double precision. Slow and obvious.

/// A network with its effective weights: what the trits and scales amount to.
pub struct Net {
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    pub theta: f64,
    pub eps: f64,
    pub relu2: bool,
    pub embedding: Vec<Vec<f64>>,
    pub head: Vec<Vec<f64>>,
    pub norm: Vec<f64>,
    pub layers: Vec<Layer>,
}

pub struct Layer {
    pub attention_norm: Vec<f64>,
    pub attention_sub_norm: Option<Vec<f64>>,
    pub ffn_norm: Vec<f64>,
    pub ffn_sub_norm: Option<Vec<f64>>,
    /// q, k, v, o, gate, up, down.
    pub linears: [Linear; 7],
}

pub struct Linear {
    /// A row per output.
    pub weights: Vec<Vec<f64>>,
    pub norm: Norm,
}

/// Preparation of a linear's input.
pub enum Norm {
    None,
    Rms(Vec<f64>, f64),
    Layer(f64),
}

fn rms_norm(x: &[f64], w: &[f64], eps: f64) -> Vec<f64> {
    let mean = x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64;
    x.iter().zip(w).map(|(x, w)| x / (mean + eps).sqrt() * w).collect()
}

fn layer_norm(x: &[f64], eps: f64) -> Vec<f64> {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / x.len() as f64;
    x.iter().map(|x| (x - mean) / (variance + eps).sqrt()).collect()
}

fn matvec(w: &[Vec<f64>], x: &[f64]) -> Vec<f64> {
    w.iter().map(|row| row.iter().zip(x).map(|(w, x)| w * x).sum()).collect()
}

impl Linear {
    fn forward(&self, x: &[f64]) -> Vec<f64> {
        let x = match &self.norm {
            Norm::None => x.to_vec(),
            Norm::Rms(w, eps) => rms_norm(x, w, *eps),
            Norm::Layer(eps) => layer_norm(x, *eps),
        };
        let a = 127.0 / x.iter().fold(1e-5, |max: f64, x| max.max(x.abs()));
        let x: Vec<f64> = x.iter().map(|x| (x * a).round_ties_even().clamp(-128.0, 127.0) / a).collect();
        matvec(&self.weights, &x)
    }
}

impl Net {
    /// The logits after each token.
    pub fn forward(&self, tokens: &[u32]) -> Vec<Vec<f64>> {
        let mut hidden: Vec<Vec<f64>> = tokens.iter().map(|&t| self.embedding[t as usize].clone()).collect();
        for layer in &self.layers {
            let [q, k, v, o, gate, up, down] = &layer.linears;
            let normed: Vec<_> = hidden.iter().map(|h| rms_norm(h, &layer.attention_norm, self.eps)).collect();
            let rotate = |i: usize, x: Vec<f64>| -> Vec<f64> {
                x.chunks(self.head_dim).flat_map(|head| self.rope(head, i)).collect()
            };
            let queries: Vec<_> = normed.iter().enumerate().map(|(i, x)| rotate(i, q.forward(x))).collect();
            let keys: Vec<_> = normed.iter().enumerate().map(|(i, x)| rotate(i, k.forward(x))).collect();
            let values: Vec<_> = normed.iter().map(|x| v.forward(x)).collect();
            for i in 0..tokens.len() {
                let mut mixed: Vec<f64> =
                    (0..self.heads).flat_map(|h| self.attend(h, &queries[i], &keys[..=i], &values[..=i])).collect();
                if let Some(w) = &layer.attention_sub_norm {
                    mixed = rms_norm(&mixed, w, self.eps);
                }
                hidden[i].iter_mut().zip(o.forward(&mixed)).for_each(|(h, y)| *h += y);
            }
            for h in &mut hidden {
                let x = rms_norm(h, &layer.ffn_norm, self.eps);
                let act = |g: f64| if self.relu2 { g.max(0.0).powi(2) } else { g / (1.0 + (-g).exp()) };
                let mut y: Vec<f64> = gate.forward(&x).iter().zip(up.forward(&x)).map(|(g, u)| act(*g) * u).collect();
                if let Some(w) = &layer.ffn_sub_norm {
                    y = rms_norm(&y, w, self.eps);
                }
                h.iter_mut().zip(down.forward(&y)).for_each(|(h, y)| *h += y);
            }
        }
        hidden.iter().map(|h| matvec(&self.head, &rms_norm(h, &self.norm, self.eps))).collect()
    }

    fn rope(&self, head: &[f64], position: usize) -> Vec<f64> {
        let half = self.head_dim / 2;
        (0..self.head_dim)
            .map(|i| {
                let angle = position as f64 * self.theta.powf(-2.0 * (i % half) as f64 / self.head_dim as f64);
                let other = if i < half { -head[i + half] } else { head[i - half] };
                head[i] * angle.cos() + other * angle.sin()
            })
            .collect()
    }

    fn attend(&self, head: usize, query: &[f64], keys: &[Vec<f64>], values: &[Vec<f64>]) -> Vec<f64> {
        let d = self.head_dim;
        let (q, kv) = (head * d, head / (self.heads / self.kv_heads) * d);
        let scores: Vec<f64> = keys
            .iter()
            .map(|key| (0..d).map(|i| query[q + i] * key[kv + i]).sum::<f64>() / (d as f64).sqrt())
            .map(f64::exp)
            .collect();
        let sum: f64 = scores.iter().sum();
        (0..d).map(|i| scores.iter().zip(values).map(|(s, v)| s / sum * v[kv + i]).sum()).collect()
    }
}
