//! Writes GGUF files.

use super::build::{Built, LAYERS, Tensor};

/// A metadata value.
#[derive(Clone, Debug)]
pub enum Meta {
    U32(u32),
    F32(f32),
    Bool(bool),
    Text(&'static str),
    Texts(Vec<String>),
    F32s(Vec<f32>),
    I32s(Vec<i32>),
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
        Meta::I32s(v) => {
            array(out, 5, v.len());
            v.iter().for_each(|v| out.extend(v.to_le_bytes()));
        }
    }
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
        let kind: u32 = match tensor.kind {
            "F32" => 0,
            "F16" => 1,
            "BF16" => 30,
            "TQ2_0" => 35,
            "I2_S" => 36,
            other => panic!("GGUF has no {other}"),
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
