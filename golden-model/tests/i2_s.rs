//! A trained model in I2_S that is read in another order than it was written in gets a warning that names the right one.

use crate::common::build::Tensor;
use crate::common::fixture;
use crate::common::gguf::{self, Meta};
use trine_golden_model::{I2sPacking, Linear, LinearKind, LoadOptions, Model, TernaryMatrix};

/// The byte of a weight and the shift of its code, from the published descriptions.
fn place(order: I2sPacking, cols: usize, row: usize, col: usize) -> (usize, usize) {
    let e = row * cols + col;
    match order {
        I2sPacking::X86 => (e / 128 * 32 + e % 32, 6 - 2 * (e % 128 / 32)),
        I2sPacking::Arm => (e / 64 * 16 + e % 16, 6 - 2 * (e % 64 / 16)),
        I2sPacking::Rows => (row / 4 * cols + col, 6 - 2 * (row % 4)),
    }
}

/// The weights of a linear with one scale.
fn weights(linear: &Linear) -> &TernaryMatrix {
    &linear.parts.iter().next().unwrap().weights
}

fn packed(name: String, weights: &TernaryMatrix, order: I2sPacking) -> Tensor {
    let (rows, cols) = (weights.rows(), weights.cols());
    let mut data = vec![0; rows * cols / 4];
    for (row, col) in (0..rows).flat_map(|row| (0..cols).map(move |col| (row, col))) {
        let (byte, shift) = place(order, cols, row, col);
        data[byte] |= ((weights.get(row, col) + 1) as u8) << shift;
    }
    data.extend(1f32.to_le_bytes());
    data.resize(data.len() + 28, 0);
    Tensor { name, kind: "I2_S", shape: vec![rows, cols], data }
}

/// The linears of a trained model, the rest without meaning.
fn file(order: I2sPacking) -> Vec<u8> {
    let trained = Model::load(&fixture("gguf_tq2_0-trained256").join("model.gguf").into()).unwrap();
    let config = trained.config();
    let floats = |name: String, shape: &[usize]| Tensor {
        name,
        kind: "F32",
        shape: shape.to_vec(),
        data: 1f32.to_le_bytes().repeat(shape.iter().product()),
    };
    let mut tensors = vec![
        floats("token_embd.weight".into(), &[4, config.hidden]),
        floats("output_norm.weight".into(), &[config.hidden]),
    ];
    for layer in 0..config.layers {
        for (name, width) in
            [("attn_norm", 256), ("ffn_norm", 256), ("attn_sub_norm", 256), ("ffn_sub_norm", config.intermediate)]
        {
            tensors.push(floats(format!("blk.{layer}.{name}.weight"), &[width]));
        }
    }
    for (id, linear) in trained.linears().unwrap() {
        let name = match id.kind {
            LinearKind::Q => "attn_q",
            LinearKind::K => "attn_k",
            LinearKind::V => "attn_v",
            LinearKind::O => "attn_output",
            LinearKind::Gate => "ffn_gate",
            LinearKind::Up => "ffn_up",
            LinearKind::Down => "ffn_down",
        };
        tensors.push(packed(format!("blk.{}.{name}.weight", id.layer), weights(linear), order));
    }
    let number = |key: &str, value: usize| (format!("bitnet-b1.58.{key}"), Meta::U32(value as u32));
    let metadata = [
        ("general.architecture".to_owned(), Meta::Text("bitnet-b1.58".into())),
        number("context_length", 64),
        number("embedding_length", config.hidden),
        number("block_count", config.layers),
        number("feed_forward_length", config.intermediate),
        number("attention.head_count", config.heads),
        number("attention.head_count_kv", config.kv_heads),
        ("bitnet-b1.58.attention.layer_norm_rms_epsilon".to_owned(), Meta::F32(1e-5)),
    ];
    gguf::bytes(3, &metadata, &tensors)
}

#[test]
fn an_order_that_does_not_fit_is_doubted() {
    let trained = Model::load(&fixture("gguf_tq2_0-trained256").join("model.gguf").into()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    let orders = [(I2sPacking::X86, "x86"), (I2sPacking::Arm, "arm"), (I2sPacking::Rows, "rows")];
    for (written, name) in orders {
        std::fs::write(&path, file(written)).unwrap();
        for (read, _) in orders {
            let model =
                Model::load_with(&path.as_path().into(), LoadOptions { i2s_packing: read, ..LoadOptions::default() })
                    .unwrap();
            let notices = &model.config().notices;
            if read == written {
                assert!(notices.is_empty(), "{notices:?}");
                let same = model
                    .linears()
                    .unwrap()
                    .zip(trained.linears().unwrap())
                    .all(|((_, a), (_, b))| weights(a) == weights(b));
                assert!(same, "{name}: the weights are those that were written");
            } else {
                assert_eq!(notices.len(), 1, "{written:?} read as {read:?}");
                let parts = ["model.gguf: the I2_S weights", &format!("try --i2s-packing {name}")];
                assert!(parts.iter().all(|part| notices[0].contains(part)), "{notices:?}");
            }
        }
    }
}
