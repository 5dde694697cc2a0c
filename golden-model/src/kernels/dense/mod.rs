//! Dense rows by `f32` tokens, the weights widened on their way from memory.
//!
//! A dot product is sixteen interleaved sums, each a separate multiplication and addition per step, and then their sum from the
//! first to the last. That order is the definition: every kernel keeps it, so the result has the same bits on every machine
//! and for any number of tokens.
//!
//! ```text
//! sums[i] = w[i] x[i] + w[16 + i] x[16 + i] + w[32 + i] x[32 + i] + ...     i = 0..16
//! y       = (sums[0] + ... + sums[15]) + (what is left of the row, in order)
//! ```
//!
//! One sum waits for the addition before it. Two rows at a time halve that wait, and a token is loaded once for both.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod weights;

pub(crate) use weights::{Q8_0, Weights};

/// Interleaved sums of a dot product.
const SUMS: usize = 16;
/// Rows of a tile.
const ROWS: usize = 2;

/// The instructions that a tile is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Isa {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Isa {
    /// Those of this processor, the fastest last.
    fn available() -> Vec<Self> {
        let mut all = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("f16c") {
                all.push(Self::Avx2);
            }
            if is_x86_feature_detected!("avx512f") {
                all.push(Self::Avx512);
            }
        }
        all
    }
}

/// Fills `y`, `rows x M`, from `w`, the same rows of `cols` weights each, and `x`, `M x cols`.
pub(crate) fn product<W: Weights>(w: &[W], cols: usize, x: &[f32], y: &mut [f32]) {
    product_with(Isa::available().pop().unwrap_or(Isa::Portable), w, cols, x, y);
}

fn product_with<W: Weights>(isa: Isa, w: &[W], cols: usize, x: &[f32], y: &mut [f32]) {
    // The registers hold sixteen sums for each row and token of a tile.
    match isa {
        Isa::Portable => tiles::<W, 1>(isa, w, cols, x, y),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => tiles::<W, 2>(isa, w, cols, x, y),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => tiles::<W, 4>(isa, w, cols, x, y),
    }
}

/// The product in tiles of up to `M` tokens.
fn tiles<W: Weights, const M: usize>(isa: Isa, w: &[W], cols: usize, x: &[f32], y: &mut [f32]) {
    let (row, m) = (cols / W::WEIGHTS, x.len() / cols);
    for (w, y) in w.chunks(ROWS * row).zip(y.chunks_mut(ROWS * m)) {
        let tall = w.len() == ROWS * row;
        let mut token = 0;
        while token < m {
            let wide = m - token >= M;
            match (tall, wide) {
                (true, true) => tile::<W, ROWS, M>(isa, w, cols, x, token, y),
                (true, false) => tile::<W, ROWS, 1>(isa, w, cols, x, token, y),
                (false, true) => tile::<W, 1, M>(isa, w, cols, x, token, y),
                (false, false) => tile::<W, 1, 1>(isa, w, cols, x, token, y),
            }
            token += if wide { M } else { 1 };
        }
    }
}

/// The products of `R` rows and `M` tokens from `token` on.
#[allow(unsafe_code)]
fn tile<W: Weights, const R: usize, const M: usize>(
    isa: Isa,
    w: &[W],
    cols: usize,
    x: &[f32],
    token: usize,
    y: &mut [f32],
) {
    let row = cols / W::WEIGHTS;
    let rows: [&[W]; R] = std::array::from_fn(|r| &w[r * row..][..row]);
    let tokens: [&[f32]; M] = std::array::from_fn(|t| &x[(token + t) * cols..][..cols]);
    let sums: [[[f32; SUMS]; M]; R] = match isa {
        Isa::Portable => portable(rows, tokens),
        // SAFETY: `available` saw that the processor has AVX2 and F16C.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => unsafe { avx2::sums(rows, tokens) },
        // SAFETY: `available` saw that the processor has AVX-512 F.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => unsafe { avx512::sums(rows, tokens) },
    };
    let (whole, stride) = (cols / SUMS * SUMS, y.len() / R);
    for (r, (row, sums)) in rows.iter().zip(&sums).enumerate() {
        for (t, (x, sums)) in tokens.iter().zip(sums).enumerate() {
            let tail: f32 = x[whole..].iter().enumerate().map(|(i, x)| W::one(row, whole + i) * x).sum();
            y[r * stride + token + t] = sums.iter().sum::<f32>() + tail;
        }
    }
}

/// The interleaved sums in plain Rust, which compilers turn into vectors.
fn portable<W: Weights, const R: usize, const M: usize>(w: [&[W]; R], x: [&[f32]; M]) -> [[[f32; SUMS]; M]; R] {
    w.map(|row| {
        x.map(|x| {
            let mut sums = [0f32; SUMS];
            for (group, x) in x.as_chunks::<SUMS>().0.iter().enumerate() {
                for i in 0..SUMS {
                    sums[i] += W::one(row, group * SUMS + i) * x[i];
                }
            }
            sums
        })
    })
}

/// The dot product of two rows of floats, in the same order.
#[inline]
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_tail), (b, b_tail)) = (a.as_chunks::<SUMS>(), b.as_chunks::<SUMS>());
    let mut sums = [0f32; SUMS];
    for (a, b) in a.iter().zip(b) {
        for i in 0..SUMS {
            sums[i] += a[i] * b[i];
        }
    }
    sums.iter().sum::<f32>() + a_tail.iter().zip(b_tail).map(|(a, b)| a * b).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use half::{bf16, f16};

    use super::*;

    /// Compares the bits of `product` with those of `dot` of decoded rows.
    fn same<W: Weights>(product: impl Fn(&[W], usize, &[f32], &mut [f32]), w: &[W], cols: usize) -> bool {
        let (units, wave) = (cols / W::WEIGHTS, |i: usize| (i as f32 * 0.7).sin() / 3.0);
        (1..=9).all(|m| {
            let x: Vec<f32> = (0..m * cols).map(wave).collect();
            let mut y = vec![f32::NAN; w.len() / units * m];
            product(w, cols, &x, &mut y);
            w.chunks(units).zip(y.chunks(m)).all(|(row, y)| {
                let row: Vec<f32> = (0..cols).map(|i| W::one(row, i)).collect();
                x.chunks(cols).zip(y).all(|(x, y)| dot(&row, x).to_bits() == y.to_bits())
            })
        })
    }

    fn all_same<W: Weights>(w: &[W], cols: usize) {
        for isa in Isa::available() {
            assert!(same(|w, cols, x, y| product_with(isa, w, cols, x, y), w, cols), "{isa:?} at {cols} columns");
        }
    }

    /// Odd numbers of rows and tokens, rows with tails and rows shorter than a group.
    #[test]
    fn every_kernel_keeps_every_bit_of_the_definition() {
        for (rows, cols) in [(1, 16), (5, 301), (4, 256), (3, 7)] {
            let wave = |i: usize| (i as f32 * 1.3).cos() * 0.02 + if i.is_multiple_of(11) { 1e-6 } else { 0.0 };
            let floats: Vec<f32> = (0..rows * cols).map(wave).collect();
            all_same(&floats, cols);
            all_same(&floats.iter().map(|&v| bf16::from_f32(v)).collect::<Vec<_>>(), cols);
            // Some of these are subnormal.
            all_same(&floats.iter().map(|&v| f16::from_f32(v)).collect::<Vec<_>>(), cols);
        }
        let block = |i: usize| -> Q8_0 {
            let scale = f16::from_f32(0.01 + i as f32 * 0.003).to_le_bytes();
            std::array::from_fn(|at| if at < 2 { scale[at] } else { (i * 77 + at * 31) as u8 })
        };
        all_same(&(0..5 * 3).map(block).collect::<Vec<_>>(), 96);
    }

    /// The check notices sums in another order, and products that are added without being rounded.
    #[test]
    fn another_order_has_other_bits() {
        let w: Vec<f32> = (0..3 * 301).map(|i| (i as f32 * 1.3).cos()).collect();
        let one = |sum: fn(&[f32], &[f32]) -> f32| {
            move |w: &[f32], cols: usize, x: &[f32], y: &mut [f32]| {
                let m = x.len() / cols;
                for (row, y) in w.chunks(cols).zip(y.chunks_mut(m)) {
                    x.chunks(cols).zip(y).for_each(|(x, y)| *y = sum(row, x));
                }
            }
        };
        assert!(same(one(dot), &w, 301));
        assert!(!same(one(|a, b| a.iter().zip(b).map(|(a, b)| a * b).sum()), &w, 301));
        let fused = |a: &[f32], b: &[f32]| {
            let mut sums = [0f32; SUMS];
            a.iter().zip(b).enumerate().for_each(|(i, (a, &b))| sums[i % SUMS] = a.mul_add(b, sums[i % SUMS]));
            sums.iter().sum()
        };
        assert!(!same(one(fused), &w, 301));
    }
}
