//! ggml's TQ2_0 kernel, loaded from `.tools/ggml` at run time.

use std::ffi::c_void;
use std::path::Path;

use libloading::{Library, Symbol};
use trine_golden_model::TernaryMatrix;

/// `void ggml_vec_dot_tq2_0_q8_K(int n, float * s, size_t bs, const void * vx, size_t bx, const void * vy, size_t by, int nrc)`
type VecDot = unsafe extern "C" fn(i32, *mut f32, usize, *const c_void, usize, *const c_void, usize, i32);
/// `void quantize_row_q8_K(const float * x, void * y, int64_t k)`
type Quantize = unsafe extern "C" fn(*const f32, *mut c_void, i64);

/// Bytes of a Q8_K block: f32 scale, 256 codes, 16 sums.
const Q8_K: usize = 4 + 256 + 32;
/// Bytes of a TQ2_0 block.
const TQ2_0: usize = 66;

/// The build of ggml that fits this processor best.
pub struct Ggml {
    library: Library,
    pub name: String,
}

/// A product ready to be computed.
#[derive(Clone)]
pub struct Peer<'a> {
    dot: Symbol<'a, VecDot>,
    weights: Vec<u8>,
    activations: Vec<u8>,
    output: Vec<f32>,
    m: usize,
    k: usize,
    n: usize,
}

impl Ggml {
    /// Loads the library whose own score for this processor is highest.
    pub fn load() -> Result<Self, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/ggml");
        let entries = std::fs::read_dir(&folder).map_err(|_| "there is no .tools/ggml".to_owned())?;
        let mut best = None;
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !name.starts_with("libggml-cpu-") {
                continue;
            }
            // SAFETY: ggml's CPU libraries only register themselves when they are loaded.
            let library = unsafe { Library::new(&path) }.map_err(|e| e.to_string())?;
            // SAFETY: every CPU library exports `int ggml_backend_score(void)`.
            let score = unsafe {
                let score: Symbol<unsafe extern "C" fn() -> i32> =
                    library.get(b"ggml_backend_score").map_err(|e| e.to_string())?;
                score()
            };
            if score > best.as_ref().map_or(0, |(score, _)| *score) {
                best = Some((score, Self { library, name }));
            }
        }
        let (_, ggml): (i32, Self) = best.ok_or("no build in .tools/ggml fits this processor")?;
        // SAFETY: `void ggml_cpu_init(void)` fills the library's conversion tables.
        unsafe {
            let init: Symbol<unsafe extern "C" fn()> = ggml.library.get(b"ggml_cpu_init").map_err(|e| e.to_string())?;
            init();
        }
        Ok(ggml)
    }

    /// Packs weights and activations as ggml wants them.
    pub fn prepare(&self, w: &TernaryMatrix, x: &[i8], m: usize) -> Peer<'_> {
        let (n, k) = (w.rows(), w.cols());
        let mut weights = Vec::with_capacity(n * k / 256 * TQ2_0);
        let mut row = vec![0; k];
        for r in 0..n {
            w.unpack_row(r, &mut row);
            for block in row.chunks(256) {
                let mut codes = [0u8; 64];
                for (e, trit) in block.iter().enumerate() {
                    codes[e / 128 * 32 + e % 32] |= ((trit + 1) as u8) << (e % 128 / 32 * 2);
                }
                weights.extend(codes);
                // 1.0 as f16.
                weights.extend(0x3c00u16.to_le_bytes());
            }
        }
        let floats: Vec<f32> = x.iter().map(|&x| x.into()).collect();
        let mut activations = vec![0u8; m * k / 256 * Q8_K];
        // SAFETY: the symbol has this signature; `k` is a multiple of 256, and the output has a block for each 256 inputs.
        unsafe {
            let quantize: Symbol<Quantize> = self.library.get(b"quantize_row_q8_K").expect("quantize_row_q8_K");
            quantize(floats.as_ptr(), activations.as_mut_ptr().cast(), floats.len() as i64);
        }
        // SAFETY: the symbol has this signature.
        let dot = unsafe { self.library.get(b"ggml_vec_dot_tq2_0_q8_K") }.expect("ggml_vec_dot_tq2_0_q8_K");
        Peer { dot, weights, activations, output: vec![0.0; m * n], m, k, n }
    }
}

impl Peer<'_> {
    /// A dot product per output, row by row of the weights, as ggml's own matrix product does.
    pub fn matmul(&mut self) {
        let (w, x) = (self.k / 256 * TQ2_0, self.k / 256 * Q8_K);
        for n in 0..self.n {
            for m in 0..self.m {
                let (weights, activations) = (&self.weights[n * w..][..w], &self.activations[m * x..][..x]);
                // SAFETY: both rows hold `k` elements in ggml's blocks, and the output is one float.
                unsafe {
                    (self.dot)(
                        self.k as i32,
                        &mut self.output[m * self.n + n],
                        0,
                        weights.as_ptr().cast(),
                        0,
                        activations.as_ptr().cast(),
                        0,
                        1,
                    );
                }
            }
        }
    }

    pub fn output(&self) -> &[f32] {
        &self.output
    }
}
