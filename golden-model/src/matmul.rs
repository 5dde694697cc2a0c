//! The seam between the transformer and whatever multiplies: `y[m][n] = sum_k x[m][k] * w[n][k]`, exact in `i32`.

use std::fmt;

use crate::{BoxError, Kernel, TernaryMatrix};

/// Which linear layer of the network; displayed as Hugging Face names it, without the leading `model.`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinearId {
    /// The transformer layer, from 0.
    pub layer: usize,
    /// The projection in that layer.
    pub kind: LinearKind,
}

impl fmt::Display for LinearId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = if self.kind.is_ffn() { "mlp" } else { "self_attn" };
        write!(f, "layers.{}.{part}.{}", self.layer, self.kind)
    }
}

/// The seven projections of a transformer layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinearKind {
    /// Queries.
    Q,
    /// Keys.
    K,
    /// Values.
    V,
    /// Attention output.
    O,
    /// FFN gate.
    Gate,
    /// FFN up.
    Up,
    /// FFN down.
    Down,
}

impl LinearKind {
    /// All seven, in the order of the computation.
    pub const ALL: [Self; 7] = [Self::Q, Self::K, Self::V, Self::O, Self::Gate, Self::Up, Self::Down];

    /// Whether the projection belongs to the feed-forward network.
    pub fn is_ffn(self) -> bool {
        matches!(self, Self::Gate | Self::Up | Self::Down)
    }
}

impl fmt::Display for LinearKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Q => "q_proj",
            Self::K => "k_proj",
            Self::V => "v_proj",
            Self::O => "o_proj",
            Self::Gate => "gate_proj",
            Self::Up => "up_proj",
            Self::Down => "down_proj",
        })
    }
}

/// Something that multiplies int8 activations by ternary weights.
pub trait Matmul {
    /// Computes `y[m][n] = sum_k x[m][k] * w[n][k]` for `m` rows: `x` is `m x K`, `y` is `m x N`, both row-major.
    ///
    /// # Errors
    /// Whatever the engine meets; slices of the wrong length among them.
    fn matmul(&mut self, id: LinearId, w: &TernaryMatrix, x: &[i8], m: usize, y: &mut [i32]) -> Result<(), BoxError>;
}

/// The CPU engine: the fastest kernel of this machine, proven equal to [`reference()`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Golden;

impl Matmul for Golden {
    fn matmul(&mut self, _: LinearId, w: &TernaryMatrix, x: &[i8], m: usize, y: &mut [i32]) -> Result<(), BoxError> {
        if (m.checked_mul(w.cols()), m.checked_mul(w.rows())) != (Some(x.len()), Some(y.len())) {
            return Err(format!(
                "{m} rows of {} inputs and {} outputs do not fit slices of {} and {}",
                w.cols(),
                w.rows(),
                x.len(),
                y.len()
            )
            .into());
        }
        Kernel::best().matmul(w, x, m, y);
        Ok(())
    }
}

/// The plain loop that is the definition of the product.
///
/// # Panics
/// If `x` is not `m x K` or `y` is not `m x N`.
pub fn reference(w: &TernaryMatrix, x: &[i8], m: usize, y: &mut [i32]) {
    let (n, k) = (w.rows(), w.cols());
    assert_eq!((x.len(), y.len()), (m * k, m * n), "{m} rows of {k} inputs and {n} outputs");
    let mut weights = vec![0i8; k];
    for row in 0..n {
        w.unpack_row(row, &mut weights);
        for token in 0..m {
            let x = &x[token * k..][..k];
            y[token * n + row] = x.iter().zip(&weights).map(|(&x, &w)| i32::from(x) * i32::from(w)).sum();
        }
    }
}
