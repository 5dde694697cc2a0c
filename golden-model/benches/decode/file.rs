//! A checkpoint in the shape of BitNet b1.58 2B-4T with random weights, in GGUF: TQ2_0 linears, and an f16 embedding that is also the head.

use std::path::PathBuf;

use rayon::prelude::*;
use trine_golden_model::TernaryMatrix;
use trine_golden_model::gguf::{TensorData, TensorType, TernaryBlocks, Value, bytes};

const HIDDEN: usize = 2560;
const INTERMEDIATE: usize = 6912;
const LAYERS: usize = 30;
const KV_WIDTH: usize = 640;
pub const VOCAB: usize = 128_256;

/// The path of the file, which is written when it is not there: 1.2 GB.
pub fn path() -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bitnet-2b-4t-tq2_0.gguf");
    if !path.exists() {
        // Under another name first, so that an interrupted run leaves no half file.
        let half = path.with_extension("half");
        std::fs::write(&half, bytes(&keys(), &tensors())).expect("room for 1.2 GB in target");
        std::fs::rename(half, &path).expect("a new file");
    }
    path
}

fn keys() -> Vec<(String, Value)> {
    let numbers = [
        ("vocab_size", VOCAB),
        ("context_length", 4096),
        ("embedding_length", HIDDEN),
        ("block_count", LAYERS),
        ("feed_forward_length", INTERMEDIATE),
        ("attention.head_count", 20),
        ("attention.head_count_kv", 5),
        ("rope.dimension_count", 128),
    ];
    let text = |key: &str, value: &str| (key.to_owned(), Value::Text(value.to_owned()));
    let mut keys = vec![text("general.architecture", "bitnet"), text("tokenizer.ggml.model", "none")];
    keys.push(("general.file_type".into(), Value::U32(TernaryBlocks::Tq2_0.file_type())));
    keys.extend(numbers.map(|(key, value)| (format!("bitnet.{key}"), Value::U32(value as u32))));
    keys.push(("bitnet.attention.layer_norm_rms_epsilon".into(), Value::F32(1e-5)));
    keys.push(("bitnet.rope.freq_base".into(), Value::F32(5e5)));
    keys
}

fn tensors() -> Vec<TensorData> {
    let ones = |name: String, len: usize| TensorData::floats(name, &[len], &vec![1.0; len]);
    let mut tensors = vec![embedding(), ones("output_norm.weight".into(), HIDDEN)];
    let layers: Vec<Vec<TensorData>> = (0..LAYERS)
        .into_par_iter()
        .map(|layer| {
            let mut tensors = Vec::new();
            for (norm, len) in [("attn", HIDDEN), ("attn_sub", HIDDEN), ("ffn", HIDDEN), ("ffn_sub", INTERMEDIATE)] {
                tensors.push(ones(format!("blk.{layer}.{norm}_norm.weight"), len));
            }
            for (kind, (part, rows, cols)) in [
                ("attn_q", HIDDEN, HIDDEN),
                ("attn_k", KV_WIDTH, HIDDEN),
                ("attn_v", KV_WIDTH, HIDDEN),
                ("attn_output", HIDDEN, HIDDEN),
                ("ffn_gate", INTERMEDIATE, HIDDEN),
                ("ffn_up", INTERMEDIATE, HIDDEN),
                ("ffn_down", HIDDEN, INTERMEDIATE),
            ]
            .into_iter()
            .enumerate()
            {
                tensors.extend(linear(&format!("blk.{layer}.{part}"), rows, cols, (layer * 8 + kind) as u64));
            }
            tensors
        })
        .collect();
    tensors.extend(layers.into_iter().flatten());
    tensors
}

/// Random trits under a scale that keeps the variance of a row's output near that of its input.
fn linear(name: &str, rows: usize, cols: usize, seed: u64) -> [TensorData; 2] {
    let matrix = TernaryMatrix::random(rows, cols, seed).expect("a shape");
    let mut trits = vec![0; rows * cols];
    trits.chunks_mut(cols).enumerate().for_each(|(row, trits)| matrix.unpack_row(row, trits));
    let (shape, data) = (vec![rows, cols], TernaryBlocks::Tq2_0.encode(&trits));
    let weights = TensorData { name: format!("{name}.weight"), kind: TensorType::TQ2_0, shape, data };
    [weights, TensorData::floats(format!("{name}.scale"), &[1], &[(1.5 / cols as f32).sqrt()])]
}

/// Halves of a random sign and mantissa under the exponent of [0.5, 1).
fn embedding() -> TensorData {
    let random = |i: usize| (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48;
    let half = |i: usize| (random(i) as u16 & 0x83ff | 0x3800).to_le_bytes();
    let data = (0..VOCAB * HIDDEN).flat_map(half).collect();
    let kind = TensorType::named("F16").expect("a type of ggml");
    TensorData { name: "token_embd.weight".into(), kind, shape: vec![VOCAB, HIDDEN], data }
}
