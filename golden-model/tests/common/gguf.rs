//! Writes GGUF files.

use super::build::{Built, LAYERS, Tensor};

/// A metadata value.
#[derive(Clone, Debug)]
pub enum Meta {
    U16(u16),
    I32(i32),
    U32(u32),
    F32(f32),
    Bool(bool),
    Text(&'static str),
    Texts(Vec<String>),
    F32s(Vec<f32>),
    I32s(Vec<i32>),
    Bytes(Vec<u8>),
}

fn string(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

fn array(out: &mut Vec<u8>, element: u32, len: usize) {
    out.extend(9u32.to_le_bytes());
    out.extend(element.to_le_bytes());
    out.extend((len as u64).to_le_bytes());
}

fn value(out: &mut Vec<u8>, meta: &Meta) {
    match meta {
        Meta::U16(v) => {
            out.extend(2u32.to_le_bytes());
            out.extend(v.to_le_bytes());
        }
        Meta::I32(v) => out.extend([5u32.to_le_bytes(), v.to_le_bytes()].concat()),
        Meta::U32(v) => out.extend([4u32.to_le_bytes(), v.to_le_bytes()].concat()),
        Meta::F32(v) => out.extend([6u32.to_le_bytes(), v.to_le_bytes()].concat()),
        Meta::Bool(v) => {
            out.extend(7u32.to_le_bytes());
            out.push((*v).into());
        }
        Meta::Text(v) => {
            out.extend(8u32.to_le_bytes());
            string(out, v);
        }
        Meta::Texts(v) => {
            array(out, 8, v.len());
            v.iter().for_each(|v| string(out, v));
        }
        Meta::F32s(v) => {
            array(out, 6, v.len());
            v.iter().for_each(|v| out.extend(v.to_le_bytes()));
        }
        Meta::Bytes(v) => {
            array(out, 0, v.len());
            out.extend(v);
        }
        Meta::I32s(v) => {
            array(out, 5, v.len());
            v.iter().for_each(|v| out.extend(v.to_le_bytes()));
        }
    }
}

/// Types by name.
const KINDS: [(&str, u32); 20] = [
    ("F32", 0),
    ("F16", 1),
    ("Q4_0", 2),
    ("Q4_1", 3),
    ("Q5_0", 6),
    ("Q5_1", 7),
    ("Q8_0", 8),
    ("Q2_K", 10),
    ("Q3_K", 11),
    ("Q4_K", 12),
    ("Q5_K", 13),
    ("Q6_K", 14),
    ("BF16", 30),
    ("TQ1_0", 34),
    ("TQ2_0", 35),
    ("I2_S", 36),
    ("MXFP4", 39),
    ("NVFP4", 40),
    ("Q1_0", 41),
    ("Q2_0", 42),
];

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
    let mut out = b"GGUF".to_vec();
    out.extend(version.to_le_bytes());
    out.extend((tensors.len() as u64).to_le_bytes());
    out.extend((metadata.len() as u64).to_le_bytes());
    for (key, meta) in metadata {
        string(&mut out, key);
        value(&mut out, meta);
    }
    let mut offset = 0u64;
    for tensor in tensors {
        string(&mut out, &tensor.name);
        out.extend((tensor.shape.len() as u32).to_le_bytes());
        tensor.shape.iter().rev().for_each(|&d| out.extend((d as u64).to_le_bytes()));
        let kind: u32 = match KINDS.iter().find(|(name, _)| *name == tensor.kind) {
            Some((_, number)) => *number,
            None => panic!("GGUF has no {}", tensor.kind),
        };
        out.extend(kind.to_le_bytes());
        out.extend(offset.to_le_bytes());
        offset += tensor.data.len().next_multiple_of(32) as u64;
    }
    for tensor in tensors {
        out.resize(out.len().next_multiple_of(32), 0);
        out.extend(&tensor.data);
    }
    out
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
        let mut metadata = vec![("general.architecture".to_owned(), Meta::Text(architecture))];
        metadata.extend(numbers.map(|(key, v)| (format!("{architecture}.{key}"), Meta::U32(v as u32))));
        metadata.push((format!("{architecture}.attention.layer_norm_rms_epsilon"), Meta::F32(self.net.eps as f32)));
        metadata.push((format!("{architecture}.rope.freq_base"), Meta::F32(self.net.theta as f32)));
        metadata
    }
}
