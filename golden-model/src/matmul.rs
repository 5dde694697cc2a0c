//! The seam between the transformer and whatever multiplies: `y[m][n] = sum_k x[m][k] * w[n][k]`, exact in `i32`.

use crate::{BoxError, Kernel, LinearId, TernaryMatrix};

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
