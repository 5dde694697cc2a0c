//! The seam between the transformer and whatever multiplies: `y[m][n] = sum_k x[m][k] * w[n][k]`, exact in `i32`.
//!
//! Everywhere `M` is the number of tokens, `K` that of inputs and `N` that of outputs.

use crate::{BoxError, Kernel, LinearId, TernaryMatrix};

/// One product of several: `y = x · w` of linear `id`, with the shapes of [`Matmul::matmul`].
#[derive(Debug)]
pub struct Product<'a> {
    /// The linear.
    pub id: LinearId,
    /// Its weights, `N x K`.
    pub w: &'a TernaryMatrix,
    /// Activations, `M x K`.
    pub x: &'a [i8],
    /// Number of tokens, `M`.
    pub tokens: usize,
    /// Sums, `M x N`.
    pub y: &'a mut [i32],
}

/// Something that multiplies int8 activations by ternary weights.
pub trait Matmul {
    /// Computes `y[m][n] = sum_k x[m][k] * w[n][k]` for `M` tokens: `x` is `M x K`, `y` is `M x N`, both
    /// row-major.
    ///
    /// # Errors
    /// Whatever the engine meets; slices of the wrong length among them.
    fn matmul(
        &mut self,
        id: LinearId,
        w: &TernaryMatrix,
        x: &[i8],
        tokens: usize,
        y: &mut [i32],
    ) -> Result<(), BoxError>;

    /// Computes products that do not need each other's sums, such as Q, K and V of a layer. An engine with a queue takes them
    /// together; the default computes one after another.
    ///
    /// # Errors
    /// The place of the first product that fails, and the error of [`matmul`](Self::matmul).
    fn matmuls(&mut self, products: &mut [Product<'_>]) -> Result<(), (usize, BoxError)> {
        let one = |(at, p): (usize, &mut Product<'_>)| {
            self.matmul(p.id, p.w, p.x, p.tokens, p.y).map_err(|error| (at, error))
        };
        products.iter_mut().enumerate().try_for_each(one)
    }
}

/// The CPU engine: the fastest kernel of this machine, proven equal to [`reference()`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Golden;

impl Matmul for Golden {
    fn matmul(
        &mut self,
        _: LinearId,
        w: &TernaryMatrix,
        x: &[i8],
        tokens: usize,
        y: &mut [i32],
    ) -> Result<(), BoxError> {
        if (tokens.checked_mul(w.cols()), tokens.checked_mul(w.rows())) != (Some(x.len()), Some(y.len())) {
            return Err(format!(
                "{tokens} tokens of {} inputs and {} outputs do not fit slices of {} and {}",
                w.cols(),
                w.rows(),
                x.len(),
                y.len()
            )
            .into());
        }
        Kernel::best().matmul(w, x, tokens, y);
        Ok(())
    }
}

/// The plain loop that is the definition of the product.
///
/// # Panics
/// If `x` is not `M x K` or `y` is not `M x N`.
pub fn reference(w: &TernaryMatrix, x: &[i8], tokens: usize, y: &mut [i32]) {
    let (n, k) = (w.rows(), w.cols());
    assert_eq!((x.len(), y.len()), (tokens * k, tokens * n), "{tokens} tokens of {k} inputs and {n} outputs");
    let mut weights = vec![0i8; k];
    for output in 0..n {
        w.unpack_row(output, &mut weights);
        for token in 0..tokens {
            let x = &x[token * k..][..k];
            y[token * n + output] = x.iter().zip(&weights).map(|(&x, &w)| i32::from(x) * i32::from(w)).sum();
        }
    }
}
