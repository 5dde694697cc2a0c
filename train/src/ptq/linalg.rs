//! Small dense matrices in f64, row-major and square.

/// The lower `L` of `A = L L^T`.
///
/// # Panics
/// If `A` is not positive definite.
pub(super) fn cholesky(a: &[f64], n: usize) -> Vec<f64> {
    let mut l = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| l[i * n + k] * l[j * n + k]).sum();
            let rest = a[i * n + j] - dot;
            if i == j {
                assert!(rest > 0.0, "the matrix is not positive definite at {i}");
                l[i * n + i] = rest.sqrt();
            } else {
                l[i * n + j] = rest / l[j * n + j];
            }
        }
    }
    l
}

/// `A^-1` of a positive definite `A`, from its `L`.
pub(super) fn inverse(l: &[f64], n: usize) -> Vec<f64> {
    // The columns of L^-1 first, below the diagonal.
    let mut inverse = vec![0.0; n * n];
    for column in 0..n {
        for i in column..n {
            let dot: f64 = (column..i).map(|k| l[i * n + k] * inverse[k * n + column]).sum();
            let one = if i == column { 1.0 } else { 0.0 };
            inverse[i * n + column] = (one - dot) / l[i * n + i];
        }
    }
    let mut product = vec![0.0; n * n];
    for k in 0..n {
        let row = &inverse[k * n..][..=k];
        for (i, factor) in row.iter().enumerate() {
            product[i * n..][..=k].iter_mut().zip(row).for_each(|(p, r)| *p += factor * r);
        }
    }
    product
}

/// `A B`, `A` with `n` columns, `B` with `m`.
pub(super) fn multiply(a: &[f64], b: &[f64], n: usize, m: usize) -> Vec<f64> {
    let mut product = vec![0.0; a.len() / n * m];
    for (row, a) in product.chunks_mut(m).zip(a.chunks(n)) {
        for (a, b) in a.iter().zip(b.chunks(m)) {
            row.iter_mut().zip(b).for_each(|(p, b)| *p += a * b);
        }
    }
    product
}

/// The transpose of a matrix with `cols` columns.
pub(super) fn transpose(a: &[f64], cols: usize) -> Vec<f64> {
    (0..cols).flat_map(|column| a.iter().skip(column).step_by(cols).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_and_inverses() {
        let n = 5;
        let x: Vec<f64> = (0..n * n).map(|i| ((i * i * 7 + 3) % 11) as f64 - 5.0).collect();
        let mut a = multiply(&x, &transpose(&x, n), n, n);
        (0..n).for_each(|i| a[i * n + i] += 1.0);
        let l = cholesky(&a, n);
        let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(near(&multiply(&l, &transpose(&l, n), n, n), &a));
        let one: Vec<f64> = (0..n * n).map(|i| if i % (n + 1) == 0 { 1.0 } else { 0.0 }).collect();
        assert!(near(&multiply(&inverse(&l, n), &a, n, n), &one));
    }
}
