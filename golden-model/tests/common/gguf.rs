//! Writes GGUF files.

pub use trine_golden_model::gguf::Value as Meta;
use trine_golden_model::gguf::{self, TensorData, TensorType};

use super::build::{Built, LAYERS, Tensor};

/// The parts of a split model: the first `cuts[0]` tensors, the next `cuts[1]`, and so on, with the keys that
/// `llama-gguf-split` writes.
pub fn split(metadata: &[(String, Meta)], tensors: &[Tensor], cuts: &[usize]) -> Vec<Vec<u8>> {
    let mut rest = tensors;
    let parts = cuts.iter().enumerate().map(|(i, &cut)| {
        let (part, others) = rest.split_at(cut);
        rest = others;
        let mut keys = if i == 0 { metadata.to_vec() } else { Vec::new() };
        keys.push(("split.no".into(), Meta::U16(i as u16)));
        keys.push(("split.count".into(), Meta::U16(cuts.len() as u16)));
        keys.push(("split.tensors.count".into(), Meta::I32(tensors.len() as i32)));
        bytes(3, &keys, part)
    });
    parts.collect()
}

/// A GGUF file.
pub fn bytes(version: u32, metadata: &[(String, Meta)], tensors: &[Tensor]) -> Vec<u8> {
    let tensor = |tensor: &Tensor| TensorData {
        name: tensor.name.clone(),
        kind: TensorType::named(tensor.kind).unwrap_or_else(|| panic!("GGUF has no {}", tensor.kind)),
        shape: tensor.shape.clone(),
        data: tensor.data.clone(),
    };
    let mut bytes = gguf::bytes(metadata, &tensors.iter().map(tensor).collect::<Vec<_>>());
    // Versions 2 and 3 have the same layout.
    bytes[4..8].copy_from_slice(&version.to_le_bytes());
    bytes
}

impl Built {
    /// The metadata of a GGUF file of this architecture; `relu2` is what `bitnet-b1.58` means when it says nothing.
    pub fn metadata(&self, architecture: &'static str) -> Vec<(String, Meta)> {
        let r = &self.recipe;
        let numbers = [
            ("context_length", 32),
            ("embedding_length", r.hidden),
            ("block_count", LAYERS),
            ("feed_forward_length", r.intermediate),
            ("attention.head_count", r.heads),
            ("attention.head_count_kv", r.kv_heads),
            ("attention.key_length", r.head_dim),
        ];
        let mut metadata = vec![("general.architecture".to_owned(), Meta::Text(architecture.into()))];
        metadata.extend(numbers.map(|(key, v)| (format!("{architecture}.{key}"), Meta::U32(v as u32))));
        metadata.push((format!("{architecture}.attention.layer_norm_rms_epsilon"), Meta::F32(self.net.eps as f32)));
        metadata.push((format!("{architecture}.rope.freq_base"), Meta::F32(self.net.theta as f32)));
        metadata
    }
}
