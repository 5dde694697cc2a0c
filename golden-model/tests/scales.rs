//! Linears with a scale for each range of outputs or inputs, of every storage, against the network written out naively.

use std::cell::RefCell;

use crate::common::build::{Built, Float, LAYERS, Recipe, Storage, Tensor, build};
use crate::common::gguf;
use half::{bf16, f16};
use trine_golden_model::{BoxError, Golden, KvCache, LinearId, LinearKind, Matmul, Model, TernaryMatrix, reference};

const TRILM: Recipe = Recipe {
    architecture: "LlamaForCausalLM",
    storage: Storage::Unpacked,
    float: Float::F16,
    hidden: 48,
    intermediate: 84,
    heads: 4,
    kv_heads: 2,
    head_dim: 12,
    relu2: false,
    tied: false,
    linear_norm: false,
};
const TOKENS: [u32; 6] = [3, 39, 0, 17, 17, 8];
/// One under which no activation lies on a rounding edge.
const SEED: u64 = 2;

/// Sizes of a linear and a place in it.
struct Place {
    kind: LinearKind,
    rows: usize,
    cols: usize,
    row: usize,
    col: usize,
}

impl Place {
    /// True if shards cut the inputs of this linear, and not its outputs.
    fn by_inputs(&self) -> bool {
        matches!(self.kind, LinearKind::O | LinearKind::Down)
    }

    /// The shard of this place when there are `shards` of equal size.
    fn shard(&self, shards: usize) -> usize {
        if self.by_inputs() { self.col * shards / self.cols } else { self.row * shards / self.rows }
    }
}

fn names(gguf: bool) -> impl Iterator<Item = (usize, usize, LinearKind, String)> {
    let ggml = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"];
    (0..LAYERS).flat_map(move |layer| {
        LinearKind::ALL.into_iter().zip(ggml).enumerate().map(move |(i, (kind, ggml))| {
            let id = LinearId { layer, kind };
            (layer, i, kind, if gguf { format!("blk.{layer}.{ggml}") } else { format!("model.{id}") })
        })
    })
}

/// Replaces every weight by its sign times what `scale` says, in the network and through `write` in the file; `write` has
/// the rows of the new weights and returns what a file makes of them.
fn rescale(
    built: &mut Built,
    scale: impl Fn(&Place) -> f64,
    write: impl Fn(&mut Vec<Tensor>, &str, Vec<Vec<f64>>) -> Vec<Vec<f64>>,
) {
    for (layer, i, kind, name) in names(matches!(built.recipe.storage, Storage::Tq2)) {
        let weights = &mut built.net.layers[layer].linears[i].weights;
        let (rows, cols) = (weights.len(), weights[0].len());
        let row = |(row, weights): (usize, &Vec<f64>)| {
            let value = |(col, &w): (usize, &f64)| match w {
                0.0 => 0.0,
                w => w.signum() * scale(&Place { kind, rows, cols, row, col }),
            };
            weights.iter().enumerate().map(value).collect()
        };
        *weights = write(&mut built.tensors, &name, weights.iter().enumerate().map(row).collect());
    }
}

fn find<'a>(tensors: &'a mut [Tensor], name: &str) -> &'a mut Tensor {
    tensors.iter_mut().find(|tensor| tensor.name == name).unwrap()
}

/// A TriLM folder whose scales are as said, and the model loaded from it.
fn trilm(float: Float, scale: impl Fn(&Place) -> f64) -> (Model, Built) {
    let mut built = build(&Recipe { float, ..TRILM }, SEED);
    rescale(&mut built, scale, |tensors, name, weights| {
        let tensor = find(tensors, &format!("{name}.weight"));
        tensor.data.clear();
        let mut store = |w: f64| match float {
            Float::F32 => {
                tensor.data.extend((w as f32).to_le_bytes());
                f64::from(w as f32)
            }
            Float::F16 => {
                tensor.data.extend(f16::from_f64(w).to_le_bytes());
                f16::from_f64(w).to_f64()
            }
            Float::Bf16 => {
                tensor.data.extend(bf16::from_f64(w).to_le_bytes());
                bf16::from_f64(w).to_f64()
            }
        };
        weights.into_iter().map(|row| row.into_iter().map(&mut store).collect()).collect()
    });
    let folder = tempfile::tempdir().unwrap();
    built.write_folder(folder.path(), 1);
    (Model::load(&folder.path().into()).unwrap(), built)
}

/// The CPU engine, which compares every sum with the plain loop and keeps the sizes of the products of each linear.
#[derive(Default)]
struct Seen(RefCell<Vec<(LinearId, usize)>>);

impl Matmul for Seen {
    fn matmul(&mut self, id: LinearId, w: &TernaryMatrix, x: &[i8], m: usize, y: &mut [i32]) -> Result<(), BoxError> {
        Golden.matmul(id, w, x, m, y)?;
        let mut expected = vec![0; y.len()];
        reference(w, x, m, &mut expected);
        assert_eq!(y, expected, "{id}");
        self.0.borrow_mut().push((id, w.cols()));
        Ok(())
    }
}

/// Compares the logits, and returns the sizes of the products of linear `kind` of layer 0.
#[track_caller]
fn same(model: &Model, built: &Built, kind: LinearKind) -> Vec<usize> {
    let expected = built.net.forward(&TOKENS);
    let mut engine = Seen::default();
    let logits = model.forward(&mut engine, &TOKENS, &mut KvCache::new(model.config())).unwrap();
    let largest = expected.iter().flatten().fold(0f64, |max, v| max.max(v.abs()));
    for (row, expected) in expected.iter().enumerate() {
        for (token, (a, e)) in logits.row(row).iter().zip(expected).enumerate() {
            let error = (f64::from(*a) - e).abs() / largest;
            assert!(error < 1e-5, "row {row}, token {token}: {a} is not {e}");
        }
    }
    let seen = engine.0.into_inner();
    seen.into_iter().filter(|(id, _)| *id == LinearId { layer: 0, kind }).map(|(_, k)| k).collect()
}

/// The number of ranges of outputs in each part of linear `kind` of layer 0.
fn outputs(model: &Model, kind: LinearKind) -> Vec<usize> {
    let (_, linear) = model.linears().unwrap().find(|(id, _)| *id == LinearId { layer: 0, kind }).unwrap();
    linear.parts.iter().map(|part| part.scales.ranges().count()).collect()
}

#[test]
fn shards_in_three_precisions() {
    for float in [Float::F32, Float::F16, Float::Bf16] {
        let (model, built) = trilm(float, |place| [0.07, 0.11][place.shard(2)]);
        assert_eq!(same(&model, &built, LinearKind::O), [24, 24]);
        assert_eq!(same(&model, &built, LinearKind::Down), [42, 42]);
        assert_eq!((outputs(&model, LinearKind::Q), outputs(&model, LinearKind::Down)), (vec![2], vec![1, 1]));
    }
    let (model, built) = trilm(Float::F16, |place| [0.07, 0.11, 0.05][place.shard(3)]);
    assert_eq!(same(&model, &built, LinearKind::O), [16, 16, 16]);
    assert_eq!((outputs(&model, LinearKind::Gate), outputs(&model, LinearKind::Down)), (vec![3], vec![1, 1, 1]));
}

#[test]
fn ranges_of_unequal_sizes() {
    let (model, built) = trilm(Float::Bf16, |place| {
        let at = if place.by_inputs() { place.col } else { place.row };
        // The 11 inputs left of 48 are too few for a range.
        [0.07, 0.25, 0.11][usize::from(at >= 17) + usize::from(at >= 37 && (place.cols > 48 || !place.by_inputs()))]
    });
    assert_eq!(same(&model, &built, LinearKind::Down), [17, 20, 47]);
    assert_eq!(same(&model, &built, LinearKind::O), [17, 31]);
    assert_eq!((outputs(&model, LinearKind::Up), outputs(&model, LinearKind::K)), (vec![3], vec![2]));
}

#[test]
fn a_scale_for_each_output() {
    let (model, built) = trilm(Float::F32, |place| 0.04 + 0.002 * place.row as f64);
    assert_eq!(same(&model, &built, LinearKind::Down), [84]);
    assert_eq!((outputs(&model, LinearKind::Q), outputs(&model, LinearKind::Down)), (vec![48], vec![48]));
}

#[test]
fn ranges_of_outputs_and_inputs() {
    let (model, built) = trilm(Float::F16, |place| {
        let (row, col) = (place.row * 2 / place.rows, place.col * 2 / place.cols);
        [[0.07, 0.11], [0.05, 0.09]][row][col]
    });
    assert_eq!(same(&model, &built, LinearKind::Q), [24, 24]);
    assert_eq!(outputs(&model, LinearKind::Down), [2, 2]);
}

/// Zeros fit every scale: an input range, an output range, and whole linears of them.
#[test]
fn zeros() {
    let (model, built) = trilm(Float::F16, |place| match (place.kind, place.shard(2)) {
        (LinearKind::O | LinearKind::Gate, 1) | (LinearKind::Up | LinearKind::V, _) => 0.0,
        (_, shard) => [0.07, 0.11][shard],
    });
    assert_eq!(same(&model, &built, LinearKind::O), [48], "zeros need no range");
    assert_eq!(same(&model, &built, LinearKind::Up), [48]);
    let scales =
        |kind| model.linears().unwrap().find(|(id, _)| id.kind == kind).unwrap().1.parts.scales().collect::<Vec<_>>();
    assert_eq!((scales(LinearKind::Up), scales(LinearKind::Gate).len()), (vec![1.0], 1));

    let mut built = build(&Recipe { storage: Storage::OneBit, ..TRILM }, SEED);
    let name = "model.layers.1.mlp.up_proj.weight";
    find(&mut built.tensors, name).data.fill(0);
    built.net.layers[1].linears[5].weights.iter_mut().for_each(|row| row.fill(0.0));
    let folder = tempfile::tempdir().unwrap();
    built.write_folder(folder.path(), 1);
    same(&Model::load(&folder.path().into()).unwrap(), &built, LinearKind::Up);
}

/// `weight_scale` of packed weights: one number for each output, which divides or multiplies.
#[test]
fn packed_weights_with_a_scale_for_each_output() {
    for (storage, flat) in [(Storage::PackedDivide, true), (Storage::PackedMultiply, false)] {
        let mut built = build(&Recipe { storage, float: Float::F32, ..TRILM }, SEED);
        rescale(
            &mut built,
            |place| 1.0 / (8 + place.row % 5) as f64,
            |tensors, name, weights| {
                let tensor = find(tensors, &format!("{name}.weight_scale"));
                tensor.shape = if flat { vec![weights.len()] } else { vec![weights.len(), 1] };
                let scales = (0..weights.len()).map(|row| (8 + row % 5) as f32);
                tensor.data = scales.flat_map(|s| if flat { s } else { 1.0 / s }.to_le_bytes()).collect();
                weights
            },
        );
        let folder = tempfile::tempdir().unwrap();
        built.write_folder(folder.path(), 1);
        let model = Model::load(&folder.path().into()).unwrap();
        same(&model, &built, LinearKind::Q);
        assert_eq!(outputs(&model, LinearKind::Q), [48]);

        let scale = find(&mut built.tensors, "model.layers.0.mlp.up_proj.weight_scale");
        scale.data[8..12].copy_from_slice(&0f32.to_le_bytes());
        built.write_folder(folder.path(), 1);
        let error = Model::load(&folder.path().into()).unwrap_err().to_string();
        assert!(error.contains("up_proj.weight_scale") && error.contains("the scale is 0"), "{error}");
    }
}

/// Blocks of TQ2_0 with scales of their own, and a factor beside them: shards of 256 inputs, outputs, and both.
#[test]
fn blocks_of_gguf() {
    let recipe = Recipe {
        architecture: "bitnet",
        storage: Storage::Tq2,
        float: Float::F32,
        hidden: 512,
        intermediate: 768,
        head_dim: 128,
        ..TRILM
    };
    let load = |scale: &dyn Fn(&Place) -> f64| {
        let mut built = build(&recipe, SEED);
        rescale(&mut built, scale, |tensors, name, weights| {
            let blocks = weights.iter().flat_map(|row| row.chunks(256));
            let tensor = find(tensors, &format!("{name}.weight"));
            for (stored, block) in tensor.data.chunks_mut(66).zip(blocks) {
                let d = block.iter().fold(0f64, |max, w| max.max(w.abs()));
                stored[64..].copy_from_slice(&f16::from_f64(d).to_le_bytes());
            }
            weights.into_iter().map(|row| row.into_iter().map(|w| w * 0.75).collect()).collect()
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.gguf");
        std::fs::write(&path, gguf::bytes(3, &built.metadata("bitnet"), &built.tensors)).unwrap();
        (Model::load(&path.as_path().into()).unwrap(), built)
    };
    let (model, built) = load(&|place| [0.0625, 0.125, 0.03125][place.shard(if place.cols == 768 { 3 } else { 2 })]);
    assert_eq!(same(&model, &built, LinearKind::Down), [256, 256, 256]);
    assert_eq!((outputs(&model, LinearKind::Q), outputs(&model, LinearKind::O)), (vec![2], vec![1, 1]));
    let (model, built) = load(&|place| if place.row % 2 == 0 && place.col >= 256 { 0.0625 } else { 0.125 });
    assert_eq!(same(&model, &built, LinearKind::O), [256, 256]);
    assert_eq!(outputs(&model, LinearKind::O), [1, 512]);
    let (model, built) = load(&|place| if place.kind == LinearKind::Down { 0.0 } else { 0.125 });
    assert_eq!(same(&model, &built, LinearKind::Down), [768]);
}
