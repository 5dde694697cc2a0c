//! Trained models in the formats of others.

mod blocks;
mod gguf;
mod huggingface;
mod keys;

pub use blocks::BlockKind;
pub use gguf::{Architecture, GgufOptions, check_gguf, gguf};
pub use huggingface::huggingface;

/// A tensor to be written.
struct Tensor {
    name: String,
    kind: Kind,
    shape: Vec<usize>,
    data: Vec<u8>,
}

/// The element types that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    F32,
    U8,
    Blocks(BlockKind),
}

impl Tensor {
    fn floats(name: String, shape: &[usize], values: &[f32]) -> Self {
        let data = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        Self { name, kind: Kind::F32, shape: shape.to_vec(), data }
    }
}
