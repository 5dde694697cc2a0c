//! Writing GGUF files, version 3.

use super::format::{ALIGNMENT, MAGIC, value};
use super::types::TensorType;

/// A value of a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A 16-bit unsigned integer.
    U16(u16),
    /// A 32-bit integer.
    I32(i32),
    /// A 32-bit unsigned integer.
    U32(u32),
    /// A 32-bit float.
    F32(f32),
    /// A truth value.
    Bool(bool),
    /// A string.
    Text(String),
    /// An array of strings.
    Texts(Vec<String>),
    /// An array of 32-bit floats.
    F32s(Vec<f32>),
    /// An array of 32-bit integers.
    I32s(Vec<i32>),
    /// An array of bytes.
    Bytes(Vec<u8>),
}

impl Value {
    /// The number of the type, and of the elements of an array with their count.
    fn kind(&self) -> (u32, Option<(u32, usize)>) {
        match self {
            Self::U16(_) => (value::U16, None),
            Self::I32(_) => (value::I32, None),
            Self::U32(_) => (value::U32, None),
            Self::F32(_) => (value::F32, None),
            Self::Bool(_) => (value::BOOL, None),
            Self::Text(_) => (value::STRING, None),
            Self::Texts(all) => (value::ARRAY, Some((value::STRING, all.len()))),
            Self::F32s(all) => (value::ARRAY, Some((value::F32, all.len()))),
            Self::I32s(all) => (value::ARRAY, Some((value::I32, all.len()))),
            Self::Bytes(all) => (value::ARRAY, Some((value::U8, all.len()))),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let (kind, elements) = self.kind();
        out.extend(kind.to_le_bytes());
        if let Some((element, count)) = elements {
            out.extend(element.to_le_bytes());
            out.extend((count as u64).to_le_bytes());
        }
        match self {
            Self::U16(v) => out.extend(v.to_le_bytes()),
            Self::I32(v) => out.extend(v.to_le_bytes()),
            Self::U32(v) => out.extend(v.to_le_bytes()),
            Self::F32(v) => out.extend(v.to_le_bytes()),
            Self::Bool(v) => out.push((*v).into()),
            Self::Text(v) => string(out, v),
            Self::Texts(all) => all.iter().for_each(|v| string(out, v)),
            Self::F32s(all) => all.iter().for_each(|v| out.extend(v.to_le_bytes())),
            Self::I32s(all) => all.iter().for_each(|v| out.extend(v.to_le_bytes())),
            Self::Bytes(all) => out.extend(all),
        }
    }
}

fn string(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

/// A tensor with its bytes as they are in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorData {
    /// The name.
    pub name: String,
    /// The type of the elements.
    pub kind: TensorType,
    /// The dimensions, the outermost first.
    pub shape: Vec<usize>,
    /// The elements.
    pub data: Vec<u8>,
}

impl TensorData {
    /// A tensor of 32-bit floats.
    pub fn floats(name: String, shape: &[usize], values: &[f32]) -> Self {
        let data = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        Self { name, kind: TensorType::F32, shape: shape.to_vec(), data }
    }
}

/// The bytes of a file with these keys and tensors, in their order.
pub fn bytes(metadata: &[(String, Value)], tensors: &[TensorData]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend(3u32.to_le_bytes());
    out.extend((tensors.len() as u64).to_le_bytes());
    out.extend((metadata.len() as u64).to_le_bytes());
    for (key, value) in metadata {
        string(&mut out, key);
        value.write(&mut out);
    }
    let mut offset = 0;
    for tensor in tensors {
        string(&mut out, &tensor.name);
        out.extend((tensor.shape.len() as u32).to_le_bytes());
        tensor.shape.iter().rev().for_each(|&size| out.extend((size as u64).to_le_bytes()));
        out.extend(tensor.kind.0.to_le_bytes());
        out.extend((offset as u64).to_le_bytes());
        offset += tensor.data.len().next_multiple_of(ALIGNMENT);
    }
    for tensor in tensors {
        out.resize(out.len().next_multiple_of(ALIGNMENT), 0);
        out.extend(&tensor.data);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file by hand: one key of each kind of value, and two tensors.
    #[test]
    fn every_byte_of_a_small_file() {
        let metadata = [
            ("a".to_owned(), Value::U32(7)),
            ("b".to_owned(), Value::Text("xy".to_owned())),
            ("c".to_owned(), Value::I32s(vec![-1])),
            ("d".to_owned(), Value::Bool(true)),
        ];
        let ternary = TensorData { name: "u".into(), kind: TensorType::TQ2_0, shape: vec![1, 2], data: vec![9; 3] };
        let found = bytes(&metadata, &[TensorData::floats("t".into(), &[1], &[1.0]), ternary]);
        let key = |name: u8| [&[1, 0, 0, 0, 0, 0, 0, 0][..], &[name]].concat();
        let mut expected = b"GGUF\x03\0\0\0\x02\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0".to_vec();
        expected.extend([key(b'a'), b"\x04\0\0\0\x07\0\0\0".to_vec()].concat());
        expected.extend([key(b'b'), b"\x08\0\0\0\x02\0\0\0\0\0\0\0xy".to_vec()].concat());
        expected.extend([key(b'c'), b"\x09\0\0\0\x05\0\0\0\x01\0\0\0\0\0\0\0\xff\xff\xff\xff".to_vec()].concat());
        expected.extend([key(b'd'), b"\x07\0\0\0\x01".to_vec()].concat());
        expected.extend([key(b't'), b"\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec()].concat());
        expected.extend([key(b'u'), b"\x02\0\0\0\x02\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0".to_vec()].concat());
        expected.extend(b"\x23\0\0\0\x20\0\0\0\0\0\0\0");
        expected.resize(expected.len().next_multiple_of(32), 0);
        expected.extend(1f32.to_le_bytes());
        expected.resize(expected.len().next_multiple_of(32), 0);
        expected.extend([9; 3]);
        assert_eq!(found, expected);
    }
}
