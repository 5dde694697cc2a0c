//! A TriLM of two shards against transformers' logits, which are those of float activations.

use std::path::Path;

use crate::common::build::LAYERS;
use crate::common::fixture;
use crate::common::naive::{Layer, Linear, Net, Norm};
use half::f16;
use safetensors::SafeTensors;
use serde_json::{Map, Value, json};
use trine_golden_model::{Config, Golden, KvCache, LinearId, LinearKind, Model, npy};

const HIDDEN: usize = 384;
const INTERMEDIATE: usize = 768;

fn halves(file: &SafeTensors, name: &str) -> Vec<f64> {
    let bytes = file.tensor(name).unwrap().data();
    bytes.as_chunks::<2>().0.iter().map(|&b| f16::from_le_bytes(b).to_f64()).collect()
}

fn table(file: &SafeTensors, name: &str, cols: usize) -> Vec<Vec<f64>> {
    halves(file, name).chunks(cols).map(<[f64]>::to_vec).collect()
}

/// A linear's weights; each half of its outputs or inputs has its scale.
fn linear(file: &SafeTensors, id: LinearId) -> Vec<Vec<f64>> {
    let (rows, cols) = match id.kind {
        LinearKind::Gate | LinearKind::Up => (INTERMEDIATE, HIDDEN),
        LinearKind::Down => (HIDDEN, INTERMEDIATE),
        _ => (HIDDEN, HIDDEN),
    };
    let by_inputs = matches!(id.kind, LinearKind::O | LinearKind::Down);
    let scales = halves(file, &format!("model.{id}.weight.scales"));
    let packed = file.tensor(&format!("model.{id}.weight.trits")).unwrap().data().to_vec();
    let trits = packed.iter().flat_map(|&byte| [1, 3, 9, 27, 81].map(|place| f64::from(byte / place % 3) - 1.0));
    let weights = trits.take(rows * cols).enumerate().map(|(i, trit)| {
        let second = if by_inputs { i % cols >= cols / 2 } else { i / cols >= rows / 2 };
        trit * scales[usize::from(second)]
    });
    weights.collect::<Vec<f64>>().chunks(cols).map(<[f64]>::to_vec).collect()
}

/// The network written out.
fn net(file: &SafeTensors) -> Net {
    let layers = (0..LAYERS).map(|layer| {
        let norm = |name: &str| halves(file, &format!("model.layers.{layer}.{name}.weight"));
        let linear = |kind| Linear { weights: linear(file, LinearId { layer, kind }), norm: Norm::None };
        Layer {
            attention_norm: norm("input_layernorm"),
            attention_sub_norm: None,
            ffn_norm: norm("post_attention_layernorm"),
            ffn_sub_norm: None,
            linears: LinearKind::ALL.map(linear),
        }
    });
    Net {
        heads: 6,
        kv_heads: 6,
        head_dim: 64,
        theta: 1e4,
        eps: 1e-6,
        relu2: false,
        embedding: table(file, "model.embed_tokens.weight", HIDDEN),
        head: table(file, "lm_head.weight", HIDDEN),
        norm: halves(file, "model.norm.weight"),
        layers: layers.collect(),
    }
}

/// Writes the folder as it was: all tensors as f16.
fn write(net: &Net, folder: &Path) {
    let (mut header, mut data) = (Map::new(), Vec::<u8>::new());
    let mut add = |name: String, rows: &[Vec<f64>], shape: &[usize]| {
        let begin = data.len();
        rows.iter().flatten().for_each(|&w| data.extend(f16::from_f64(w).to_le_bytes()));
        header.insert(name, json!({"dtype": "F16", "shape": shape, "data_offsets": [begin, data.len()]}));
    };
    let mut matrix = |name: String, rows: &[Vec<f64>]| add(name, rows, &[rows.len(), rows[0].len()]);
    matrix("model.embed_tokens.weight".into(), &net.embedding);
    matrix("lm_head.weight".into(), &net.head);
    for (layer, parts) in net.layers.iter().enumerate() {
        for (kind, linear) in LinearKind::ALL.into_iter().zip(&parts.linears) {
            matrix(format!("model.{}.weight", LinearId { layer, kind }), &linear.weights);
        }
    }
    for (layer, parts) in net.layers.iter().enumerate() {
        let name = |part: &str| format!("model.layers.{layer}.{part}.weight");
        add(name("input_layernorm"), std::slice::from_ref(&parts.attention_norm), &[HIDDEN]);
        add(name("post_attention_layernorm"), std::slice::from_ref(&parts.ffn_norm), &[HIDDEN]);
    }
    add("model.norm.weight".into(), std::slice::from_ref(&net.norm), &[HIDDEN]);
    let header = Value::from(header).to_string();
    let file = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &data].concat();
    std::fs::write(folder.join("model.safetensors"), file).unwrap();
    std::fs::copy(fixture("trilm-2-shards").join("config.json"), folder.join("config.json")).unwrap();
}

/// The largest difference over the span of `expected`, and the share of rows with the same largest logit.
fn compare(actual: &[Vec<f64>], expected: &[Vec<f64>]) -> (f64, f64) {
    let ends = |pick: fn(f64, f64) -> f64| expected.iter().flatten().copied().reduce(pick).unwrap();
    let pairs = actual.iter().flatten().zip(expected.iter().flatten());
    let furthest = pairs.map(|(a, e)| (a - e).abs()).fold(0.0, f64::max);
    let best = |row: &[f64]| (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]));
    let same = actual.iter().zip(expected).filter(|(a, e)| best(a) == best(e)).count();
    (furthest / (ends(f64::max) - ends(f64::min)), same as f64 / expected.len() as f64)
}

/// Only its weights tell a TriLM from any other Llama.
#[test]
fn the_shape_of_a_model_in_floats_is_not_taken_for_a_ternary_one() {
    let (folder, stored) = (tempfile::tempdir().unwrap(), fixture("trilm-2-shards"));
    std::fs::copy(stored.join("config.json"), folder.path().join("config.json")).unwrap();
    let shape = || Config::load(&folder.path().into());
    let notices = shape().unwrap().notices;
    let said = notices.iter().filter(|notice| notice.contains("config.json: without quantization_config the linears"));
    assert_eq!(said.count(), 1, "{notices:?}");

    let bytes = std::fs::read(stored.join("packed.safetensors")).unwrap();
    let mut net = net(&SafeTensors::deserialize(&bytes).unwrap());
    write(&net, folder.path());
    assert!(shape().unwrap().notices.iter().all(|notice| !notice.contains("taken for ternary")));
    let weights = &mut net.layers[0].linears[0].weights;
    (0..HIDDEN).for_each(|col| weights[0][col] = 0.001 * col as f64);
    write(&net, folder.path());
    let error = shape().unwrap_err().to_string();
    assert!(error.contains("model.layers.0.self_attn.q_proj.weight") && error.contains("not ternary"), "{error}");

    // Weights that cannot be read are no missing weights.
    let shard = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().path());
    let shard = shard.filter(|path| path.extension().is_some_and(|it| it == "safetensors")).min().unwrap();
    std::fs::write(&shard, [0; 16]).unwrap();
    let error = shape().unwrap_err().to_string();
    assert!(error.contains(&shard.display().to_string()), "{error}");
}

#[test]
fn two_shards() {
    let (folder, stored) = (tempfile::tempdir().unwrap(), fixture("trilm-2-shards"));
    let bytes = std::fs::read(stored.join("packed.safetensors")).unwrap();
    let net = net(&SafeTensors::deserialize(&bytes).unwrap());
    write(&net, folder.path());
    let model = Model::load(&folder.path().into()).unwrap();
    for (id, linear) in model.linears().unwrap() {
        let ranges = linear.parts.iter().map(|part| (part.inputs.len(), part.scales.ranges().count()));
        let expected = match id.kind {
            LinearKind::O => vec![(192, 1); 2],
            LinearKind::Down => vec![(384, 1); 2],
            _ => vec![(384, 2)],
        };
        assert_eq!(ranges.collect::<Vec<_>>(), expected, "{id}");
        for part in &linear.parts {
            for (row, weights) in net.layers[id.layer].linears[id.kind as usize].weights.iter().enumerate() {
                let read = |col| f64::from(f32::from(part.weights.get(row, col)) * part.scales.of(row));
                assert!(part.inputs.clone().enumerate().all(|(col, at)| read(col) == weights[at]), "{id}, row {row}");
            }
        }
    }

    let ids = npy::read_ids(&stored.join("input_ids.npy")).unwrap().concat();
    let run = |ids: &[u32]| -> Vec<Vec<f64>> {
        let logits = model.forward(&mut Golden, ids, &mut KvCache::new(model.config())).unwrap();
        (0..ids.len()).map(|row| logits.row(row).iter().copied().map(f64::from).collect()).collect()
    };
    let (_, reference) = npy::read_f32(&stored.join("logits_float_activations_f32.npy")).unwrap();
    let reference: Vec<Vec<f64>> =
        reference.chunks(300).map(|row| row.iter().copied().map(f64::from).collect()).collect();
    let (distance, same) = compare(&run(&ids), &reference);
    assert!(distance < 0.05 && same >= 0.9, "{distance} {same}");
    // Tokens of which no activation lies on a rounding edge are those of the network written out with int8 activations:
    // what is left is their rounding.
    let exact = ids.iter().filter(|id| compare(&run(&[**id]), &net.forward(&[**id])).0 < 1e-5).count();
    println!("{distance:.1e} of the span from float activations, {same} same; {exact} tokens exact");
    assert!(exact >= 3, "{exact}");
}
