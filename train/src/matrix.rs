//! Matrix products over borrowed slices: the one place where the `gemm` crate, and `unsafe`, is used.
#![allow(unsafe_code)]

use gemm::Parallelism;

/// `rows x cols` floats somewhere in a slice.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    data: &'a [f32],
    rows: usize,
    cols: usize,
    row_stride: usize,
    col_stride: usize,
}

impl<'a> View<'a> {
    /// A row-major matrix that fills `data`.
    pub(crate) fn new(data: &'a [f32], cols: usize) -> Self {
        Self::part(data, data.len() / cols, cols, cols)
    }

    /// The first `cols` of every `stride` elements, `rows` times.
    pub(crate) fn part(data: &'a [f32], rows: usize, cols: usize, stride: usize) -> Self {
        Self { data, rows, cols, row_stride: stride, col_stride: 1 }
    }

    /// The transposed matrix.
    pub(crate) fn t(self) -> Self {
        let Self { data, rows, cols, row_stride, col_stride } = self;
        Self { data, rows: cols, cols: rows, row_stride: col_stride, col_stride: row_stride }
    }

    fn span(&self) -> usize {
        span(self.rows, self.cols, self.row_stride, self.col_stride)
    }
}

/// As [`View`], to write to; always with the elements of a row side by side.
pub(crate) struct ViewMut<'a> {
    data: &'a mut [f32],
    rows: usize,
    cols: usize,
    row_stride: usize,
}

impl<'a> ViewMut<'a> {
    /// A row-major matrix that fills `data`.
    pub(crate) fn new(data: &'a mut [f32], cols: usize) -> Self {
        Self { rows: data.len() / cols, data, cols, row_stride: cols }
    }

    /// The first `cols` of every `stride` elements, `rows` times.
    pub(crate) fn part(data: &'a mut [f32], rows: usize, cols: usize, stride: usize) -> Self {
        Self { data, rows, cols, row_stride: stride }
    }
}

/// Use of the result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Into {
    /// It replaces what was there.
    Set,
    /// It is added to what was there.
    Add,
}

fn span(rows: usize, cols: usize, row_stride: usize, col_stride: usize) -> usize {
    if rows == 0 || cols == 0 { 0 } else { (rows - 1) * row_stride + (cols - 1) * col_stride + 1 }
}

/// `to = factor * a · b`, or adds that to it, on the calling thread.
///
/// # Panics
/// If the shapes do not match or a view is larger than its slice.
pub(crate) fn product(to: ViewMut<'_>, into: Into, factor: f32, a: View<'_>, b: View<'_>) {
    assert_eq!((to.rows, to.cols, a.cols), (a.rows, b.cols, b.rows), "shapes of a product");
    assert!(to.cols <= to.row_stride || to.rows <= 1, "rows of a result overlap");
    let fits = span(to.rows, to.cols, to.row_stride, 1) <= to.data.len();
    assert!(fits && a.span() <= a.data.len() && b.span() <= b.data.len(), "a view is larger than its slice");
    let alpha = if into == Into::Add { 1.0 } else { 0.0 };
    // SAFETY: every element that strides and sizes reach lies inside its slice, as just checked; the result is borrowed
    // mutably, so it overlaps neither operand, and its rows do not overlap each other.
    unsafe {
        gemm::gemm(
            to.rows,
            to.cols,
            a.cols,
            to.data.as_mut_ptr(),
            1,
            to.row_stride as isize,
            into == Into::Add,
            a.data.as_ptr(),
            a.col_stride as isize,
            a.row_stride as isize,
            b.data.as_ptr(),
            b.col_stride as isize,
            b.row_stride as isize,
            alpha,
            factor,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_parts_and_transposes() {
        let a = [1.0, 2.0, 9.0, 3.0, 4.0, 9.0];
        let b = [5.0, 6.0, 7.0, 8.0];
        let mut y = [1.0; 4];
        product(ViewMut::new(&mut y, 2), Into::Set, 2.0, View::part(&a, 2, 2, 3), View::new(&b, 2));
        assert_eq!(y, [38.0, 44.0, 86.0, 100.0]);
        product(ViewMut::new(&mut y, 2), Into::Add, 1.0, View::part(&a, 2, 2, 3), View::new(&b, 2).t());
        assert_eq!(y, [38.0 + 17.0, 44.0 + 23.0, 86.0 + 39.0, 100.0 + 53.0]);
    }

    /// Sums of products of int8 and trits stay below 2^24, where floats are exact: this is the accelerator's int32.
    #[test]
    fn products_of_codes_and_trits_are_exact() {
        let (m, k, n) = (37, 700, 29);
        let codes: Vec<f32> = (0..m * k).map(|i| ((i * 7919) % 256) as f32 - 128.0).collect();
        let trits: Vec<f32> = (0..n * k).map(|i| ((i * 104_729) % 3) as f32 - 1.0).collect();
        let mut y = vec![0.0; m * n];
        product(ViewMut::new(&mut y, n), Into::Set, 1.0, View::new(&codes, k), View::new(&trits, k).t());
        for (i, &y) in y.iter().enumerate() {
            let (row, col) = (&codes[i / n * k..][..k], &trits[i % n * k..][..k]);
            assert_eq!(y as i32, row.iter().zip(col).map(|(x, w)| *x as i32 * *w as i32).sum::<i32>());
        }
    }

    #[test]
    #[should_panic(expected = "larger than its slice")]
    fn views_stay_inside_their_slices() {
        let mut y = [0.0; 4];
        product(ViewMut::new(&mut y, 2), Into::Set, 1.0, View::part(&[1.0; 3], 2, 2, 2), View::new(&[1.0; 4], 2));
    }
}
