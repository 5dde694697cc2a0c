//! Packed matmul kernels, chosen at run time, all equal to [`reference`](crate::reference()).
//!
//! Weights stay in two-bit codes `c = w + 1`, so `sum_k x*w = sum_k x*c - sum_k x`: an unsigned-by-signed byte product
//! and one correction per token. A kernel is one function, a tile of `R` weight rows by `M` tokens; the tiling and the
//! threads around it are the same for all of them.
//!
//! ```text
//!              M tokens
//!            +---------+     weights: R rows of 64-byte blocks, decoded once per M tokens
//!  R rows    |  tile   |     tokens:  padded to whole blocks, M x K bytes stay in the L1 cache
//!            +---------+
//! ```
//!
//! With AVX-512 and many tokens, a row is decoded once for all of them.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod decoded;
#[cfg(feature = "checkpoints")]
pub(crate) mod dense;
mod lanes;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
#[cfg(target_arch = "x86_64")]
mod prefetch;
mod wide;

use lanes::{Lanes, PLANES};
use rayon::prelude::*;
pub(crate) use wide::wide;

use crate::TernaryMatrix;
use crate::ternary::{BLOCK, Block, PLANE};

/// Weight rows of a tile.
const ROWS: usize = 4;
/// Tokens of a tile.
const TOKENS: usize = 4;
/// Weight rows that one task computes.
const TASK_ROWS: usize = 64;
/// Below this many multiply-accumulates, starting threads costs more than it saves.
const PARALLEL_MACS: usize = 1 << 19;

/// A matmul kernel that this machine can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel(Isa);

/// Only [`Kernel::available`] makes these, after asking the processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Isa {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Kernel {
    /// The kernels that this machine can run, the fastest last.
    pub fn available() -> Vec<Self> {
        let mut kernels = vec![Self(Isa::Portable)];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") {
                kernels.push(Self(Isa::Avx2));
            }
            let avx512 = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
            if avx512 && is_x86_feature_detected!("avx512vnni") {
                kernels.push(Self(Isa::Avx512Vnni));
            }
        }
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("neon") {
            kernels.push(Self(Isa::Neon));
        }
        kernels
    }

    /// The fastest kernel of this machine.
    pub fn best() -> Self {
        Self::available().pop().unwrap_or(Self(Isa::Portable))
    }

    /// A short name: `portable`, `avx2`, `avx512vnni`, `neon`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Isa::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Vnni => "avx512vnni",
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => "neon",
        }
    }

    /// `y[m][n] = sum_k x[m][k] * w[n][k]`, on the current rayon pool when the work is worth it.
    ///
    /// # Panics
    /// If `x` is not `M x K` or `y` is not `M x N`.
    pub fn matmul(self, w: &TernaryMatrix, x: &[i8], tokens: usize, y: &mut [i32]) {
        let (n, k) = (w.rows(), w.cols());
        assert_eq!((x.len(), y.len()), (tokens * k, tokens * n), "{tokens} tokens of {k} inputs and {n} outputs");
        if tokens == 0 {
            return;
        }
        let x = Activations::new(x, tokens, k);
        // A task owns a slice of every token's outputs.
        let mut tasks: Vec<Vec<&mut [i32]>> = (0..n.div_ceil(TASK_ROWS)).map(|_| Vec::with_capacity(tokens)).collect();
        for y in y.chunks_mut(n) {
            tasks.iter_mut().zip(y.chunks_mut(TASK_ROWS)).for_each(|(task, y)| task.push(y));
        }
        let task = |(i, y): (usize, &mut Vec<&mut [i32]>)| self.rows(w, i * TASK_ROWS, &x, y);
        if n * k * tokens < PARALLEL_MACS {
            tasks.iter_mut().enumerate().for_each(task);
        } else {
            tasks.par_iter_mut().enumerate().for_each(task);
        }
    }

    /// Fills `y`, outputs from `first` on, a slice for each token.
    #[allow(unsafe_code)]
    fn rows(self, w: &TernaryMatrix, first: usize, x: &Activations, y: &mut [&mut [i32]]) {
        let (m, rows) = (y.len(), y[0].len());
        let done = match self.0 {
            // SAFETY: `available` saw that the processor has AVX-512 F, BW and VNNI.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Vnni if m >= decoded::REPAID => unsafe { decoded::rows(w, first, x, y) },
            _ => 0,
        };
        let mut token = 0;
        while token < m {
            let wide = m - token >= TOKENS;
            let mut row = done;
            while row < rows {
                let tall = rows - row >= ROWS;
                let (place, out) = ((first + row, token), (row, &mut y[token..]));
                match (tall, wide) {
                    (true, true) => self.tile::<ROWS, TOKENS>(w, x, place, out),
                    (true, false) => self.tile::<ROWS, 1>(w, x, place, out),
                    (false, true) => self.tile::<1, TOKENS>(w, x, place, out),
                    (false, false) => self.tile::<1, 1>(w, x, place, out),
                }
                row += if tall { ROWS } else { 1 };
            }
            token += if wide { TOKENS } else { 1 };
        }
    }

    /// Fills `R` outputs of `M` tokens: the products of `row` and `token`, and those after them, in `y` from output `at` on.
    #[allow(unsafe_code)]
    fn tile<const R: usize, const M: usize>(
        self,
        w: &TernaryMatrix,
        x: &Activations,
        (row, token): (usize, usize),
        (at, y): (usize, &mut [&mut [i32]]),
    ) {
        let weights: [&[Block]; R] = std::array::from_fn(|r| w.row(row + r));
        let tokens: [&[[Lanes; PLANES]]; M] = std::array::from_fn(|t| x.token(token + t));
        let sums = match self.0 {
            Isa::Portable => portable::tile(weights, tokens),
            // SAFETY: `available` saw that the processor has AVX2.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { avx2::tile(weights, tokens) },
            // SAFETY: `available` saw that the processor has AVX-512 F, BW and VNNI.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Vnni => unsafe { avx512::tile(weights, tokens) },
            // SAFETY: `available` saw that the processor has NEON.
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => unsafe { neon::tile(weights, tokens) },
        };
        for (r, sums) in sums.iter().enumerate() {
            for (t, sum) in sums.iter().enumerate() {
                y[t][at + r] = sum - x.sums[token + t];
            }
        }
    }
}

/// Turns an `N x M` product into `M x N`, blocks of tokens in parallel; a block of a few rows stays in the cache.
#[cfg(feature = "checkpoints")]
pub(crate) fn transpose<T: Copy + Send + Sync>(from: &[T], to: &mut [T], m: usize, n: usize) {
    const BLOCK: usize = 16;
    to.par_chunks_mut(BLOCK * n).enumerate().for_each(|(block, to)| {
        for (strip, rows) in from.chunks(BLOCK * m).enumerate() {
            for (token, to) in to.chunks_mut(n).enumerate() {
                for (to, row) in to[strip * BLOCK..].iter_mut().zip(rows.chunks(m)) {
                    *to = row[block * BLOCK + token];
                }
            }
        }
    });
}

/// `M x K` activations, each token padded with zeros to whole blocks.
struct Activations {
    lanes: Vec<[Lanes; PLANES]>,
    stride: usize,
    sums: Vec<i32>,
}

impl Activations {
    fn new(x: &[i8], m: usize, k: usize) -> Self {
        let stride = k.div_ceil(BLOCK);
        let mut lanes = vec![[Lanes([0; PLANE]); PLANES]; m * stride];
        let tokens = x.par_chunks(k).zip(lanes.par_chunks_mut(stride));
        let sums = tokens.map(|(x, lanes)| {
            for (x, lanes) in x.chunks(PLANE).zip(lanes.as_flattened_mut()) {
                lanes.0[..x.len()].copy_from_slice(x);
            }
            x.iter().map(|&x| i32::from(x)).sum()
        });
        let sums = sums.collect();
        Self { lanes, stride, sums }
    }

    fn token(&self, token: usize) -> &[[Lanes; PLANES]] {
        &self.lanes[token * self.stride..][..self.stride]
    }
}
