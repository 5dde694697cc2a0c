//! bitnet.cpp's I2_S kernel, loaded at run time from the shared library that the variable `BITNET_CPP` names.
//!
//! The library exports `ggml_vec_dot_i2_i8_s` as a C function, for x86-64 with AVX2, built with `ACT_PARALLEL` as
//! `include/gemm-config.h` of bitnet.cpp is (commit 16da220). A build of the whole program has it where `BUILD_SHARED_LIBS` is on.
//! The kernel is one file, too:
//!
//! ```text
//! git clone https://github.com/microsoft/BitNet && cd BitNet && mkdir stub
//! touch stub/ggml-bitnet.h stub/ggml-cpu-impl.h
//! cat >stub/ggml-quants.h <<'END'
//! #include <math.h>
//! #include <stdint.h>
//! #include <stdlib.h>
//! #include <string.h>
//! enum { GGML_TYPE_I2_S = 36 };
//! static inline size_t ggml_row_size(int, int64_t n) { return n; }
//! extern "C" void ggml_vec_dot_i2_i8_s(int, float *, size_t, const void *, size_t, const void *, size_t, int);
//! END
//! g++ -O3 -march=native -fPIC -shared -Istub -Iinclude -o libbitnet.so src/ggml-bitnet-mad.cpp
//! BITNET_CPP=$PWD/libbitnet.so cargo bench -p trine-golden-model --bench kernels
//! ```
//!
//! Its product is a sum of code x activation, with the codes 0, 1 and 2; the caller subtracts the sum of the activations. It adds up
//! to 32 blocks in 16-bit lanes, so activations of one sign at the ends of the range would wrap around.

use std::ffi::c_void;

use libloading::{Library, Symbol};
use trine_golden_model::TernaryMatrix;

/// `void ggml_vec_dot_i2_i8_s(int n, float * s, size_t bs, const void * vx, size_t bx, const void * vy, size_t by, int nrc)`
type VecDot = unsafe extern "C" fn(i32, *mut f32, usize, *const c_void, usize, *const c_void, usize, i32);

/// Environment variable with the path of the library.
const VARIABLE: &str = "BITNET_CPP";
/// Weights in a block of 32 bytes.
const BLOCK: usize = 128;
/// Tokens of a call for several.
const TOKENS: usize = 4;

/// The library.
pub struct BitnetCpp(Library);

/// A product ready to be computed.
#[derive(Clone)]
pub struct Peer<'a> {
    dot: Symbol<'a, VecDot>,
    weights: Vec<u8>,
    activations: Vec<i8>,
    sums: Vec<i32>,
    output: Vec<f32>,
    n: usize,
}

impl BitnetCpp {
    /// Loads the library.
    pub fn load() -> Result<Self, String> {
        let path = std::env::var_os(VARIABLE).ok_or_else(|| format!("{VARIABLE} names no library"))?;
        // SAFETY: the user names this library, and bitnet.cpp's only register themselves when they are loaded.
        let library = unsafe { Library::new(path) }.map_err(|e| e.to_string())?;
        // SAFETY: the symbol is not called here.
        unsafe { library.get::<VecDot>(b"ggml_vec_dot_i2_i8_s") }.map_err(|e| e.to_string())?;
        Ok(Self(library))
    }

    /// Packs weights as bitnet.cpp wants them.
    pub fn prepare(&self, w: &TernaryMatrix, x: &[i8], m: usize) -> Peer<'_> {
        let (n, k) = (w.rows(), w.cols());
        let mut weights = Vec::with_capacity(n * k / 4);
        let mut row = vec![0; k];
        for r in 0..n {
            w.unpack_row(r, &mut row);
            for block in row.chunks(BLOCK) {
                let mut codes = [0u8; BLOCK / 4];
                for (e, trit) in block.iter().enumerate() {
                    codes[e % 32] |= ((trit + 1) as u8) << (6 - e / 32 * 2);
                }
                weights.extend(codes);
            }
        }
        let sums = x.chunks(k).map(|x| x.iter().map(|&x| i32::from(x)).sum()).collect();
        // SAFETY: `load` found the symbol, which has this signature.
        let dot = unsafe { self.0.get(b"ggml_vec_dot_i2_i8_s") }.expect("it was there");
        Peer { dot, weights, activations: x.to_vec(), sums, output: vec![0.0; m * n], n }
    }
}

impl Peer<'_> {
    /// A call for each row of the weights and four tokens, as bitnet.cpp's own matrix product does; one token at a time for the rest.
    pub fn matmul(&mut self) {
        let k = self.weights.len() * 4 / self.n;
        for (n, weights) in self.weights.chunks(k / 4).enumerate() {
            let tokens = self.activations.chunks(k * TOKENS).zip(self.output.chunks_mut(self.n * TOKENS));
            for (x, y) in tokens {
                let step = if x.len() == k * TOKENS { TOKENS } else { 1 };
                for (x, y) in x.chunks(k * step).zip(y.chunks_mut(self.n * step)) {
                    // SAFETY: the row and each token hold `k` elements, a multiple of 128; outputs of a token are `n` apart.
                    unsafe {
                        (self.dot)(
                            k as i32,
                            y[n..].as_mut_ptr(),
                            self.n,
                            weights.as_ptr().cast(),
                            k,
                            x.as_ptr().cast(),
                            k,
                            step as i32,
                        );
                    }
                }
            }
        }
        for (y, sum) in self.output.chunks_mut(self.n).zip(&self.sums) {
            y.iter_mut().for_each(|y| *y -= *sum as f32);
        }
    }

    pub fn output(&self) -> &[f32] {
        &self.output
    }
}
