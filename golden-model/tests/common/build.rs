//! Small random checkpoints in every storage, each with the [`Net`] that it amounts to.

use std::path::Path;

use half::{bf16, f16};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::naive::{Layer, Linear, Net, Norm};

/// Float types of a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Float {
    F32,
    F16,
    Bf16,
}

/// Storage of linears.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Storage {
    PackedDivide,
    PackedMultiply,
    Masters,
    Unpacked,
    OneBit,
    Tq2,
    I2sX86,
    I2sArm,
    I2sRows,
}

/// Description of a checkpoint to build.
#[derive(Clone, Debug)]
pub struct Recipe {
    pub architecture: &'static str,
    pub storage: Storage,
    pub float: Float,
    pub hidden: usize,
    pub intermediate: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    pub relu2: bool,
    pub tied: bool,
    pub linear_norm: bool,
}

/// A small packed checkpoint of transformers' BitNet.
pub const PACKED: Recipe = Recipe {
    architecture: "BitNetForCausalLM",
    storage: Storage::PackedMultiply,
    float: Float::F32,
    hidden: 16,
    intermediate: 24,
    heads: 2,
    kv_heads: 1,
    head_dim: 8,
    relu2: true,
    tied: true,
    linear_norm: false,
};

pub const LAYERS: usize = 2;
pub const VOCAB: usize = 40;
const THETA: f64 = 1000.0;
const EPS: f64 = 1e-5;

/// A tensor to be written.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub name: String,
    pub kind: &'static str,
    pub shape: Vec<usize>,
    pub data: Vec<u8>,
}

/// A checkpoint in memory.
pub struct Built {
    pub recipe: Recipe,
    pub tensors: Vec<Tensor>,
    pub net: Net,
}

fn store(values: &[f64], float: Float) -> (Vec<u8>, Vec<f64>) {
    let mut bytes = Vec::new();
    let rounded = values.iter().map(|&v| match float {
        Float::F32 => {
            bytes.extend((v as f32).to_le_bytes());
            f64::from(v as f32)
        }
        Float::F16 => {
            bytes.extend(f16::from_f64(v).to_le_bytes());
            f16::from_f64(v).to_f64()
        }
        Float::Bf16 => {
            bytes.extend(bf16::from_f64(v).to_le_bytes());
            bf16::from_f64(v).to_f64()
        }
    });
    let rounded = rounded.collect();
    (bytes, rounded)
}

struct Builder {
    recipe: Recipe,
    random: ChaCha8Rng,
    tensors: Vec<Tensor>,
}

impl Builder {
    fn uniform(&mut self, count: usize, low: f64, high: f64) -> Vec<f64> {
        (0..count).map(|_| self.random.random_range(low..high)).collect()
    }

    fn floats(&mut self, name: String, shape: &[usize], values: &[f64]) -> Vec<f64> {
        let kind = match self.recipe.float {
            Float::F32 => "F32",
            Float::F16 => "F16",
            Float::Bf16 => "BF16",
        };
        let (data, rounded) = store(values, self.recipe.float);
        self.tensors.push(Tensor { name, kind, shape: shape.to_vec(), data });
        rounded
    }

    fn norm(&mut self, name: String, width: usize) -> Vec<f64> {
        let values = self.uniform(width, 0.5, 1.5);
        self.floats(name, &[width], &values)
    }

    fn dense(&mut self, name: &str) -> Vec<Vec<f64>> {
        let hidden = self.recipe.hidden;
        let values = self.uniform(VOCAB * hidden, -1.0, 1.0);
        let values = self.floats(name.into(), &[VOCAB, hidden], &values);
        values.chunks(hidden).map(<[f64]>::to_vec).collect()
    }

    fn linear(&mut self, name: &str, rows: usize, cols: usize) -> Vec<Vec<f64>> {
        let count = rows * cols;
        let weights: Vec<f64> = match self.recipe.storage {
            Storage::Masters => {
                let masters = self.uniform(count, -0.1, 0.1);
                let masters = self.floats(format!("{name}.weight"), &[rows, cols], &masters);
                let mean = masters.iter().map(|w| w.abs()).sum::<f64>() / count as f64;
                masters.iter().map(|w| (w / mean).round_ties_even().clamp(-1.0, 1.0) * mean).collect()
            }
            Storage::OneBit => {
                let masters = self.uniform(count, -0.1, 0.15);
                let masters = self.floats(format!("{name}.weight"), &[rows, cols], &masters);
                let mean = masters.iter().sum::<f64>() / count as f64;
                let beta = masters.iter().map(|w| w.abs()).sum::<f64>() / count as f64;
                masters.iter().map(|&w| if w > mean { beta } else { -beta }).collect()
            }
            Storage::Unpacked => {
                let values: Vec<f64> = self.trits(count).iter().map(|&t| f64::from(t) * 0.07).collect();
                self.floats(format!("{name}.weight"), &[rows, cols], &values)
            }
            Storage::PackedDivide | Storage::PackedMultiply => {
                let (trits, plane) = (self.trits(count), rows.div_ceil(4));
                let mut data = vec![0u8; plane * cols];
                for (i, t) in trits.iter().enumerate() {
                    let (row, col) = (i / cols, i % cols);
                    data[row % plane * cols + col] |= ((t + 1) as u8) << (row / plane * 2);
                }
                let tensor = Tensor { name: format!("{name}.weight"), kind: "U8", shape: vec![plane, cols], data };
                self.tensors.push(tensor);
                let divide = self.recipe.storage == Storage::PackedDivide;
                let scale = self.uniform(1, 0.05, 0.1)[0];
                let scale = if divide { 1.0 / scale } else { scale };
                let scale = self.floats(format!("{name}.weight_scale"), &[1], &[scale])[0];
                trits.iter().map(|&t| if divide { f64::from(t) / scale } else { f64::from(t) * scale }).collect()
            }
            Storage::Tq2 => {
                let trits = self.trits(count);
                // In GGUF, Llama's queries and keys hold the two halves of a head row by row in turn.
                let interleaved = self.recipe.architecture == "llama" && name.ends_with(['q', 'k']);
                let d = self.recipe.head_dim;
                let stored = (0..rows).flat_map(|r| {
                    let from = if interleaved { r / d * d + r % 2 * (d / 2) + r % d / 2 } else { r };
                    trits[from * cols..][..cols].iter().copied()
                });
                let mut data = Vec::new();
                for block in stored.collect::<Vec<i8>>().chunks(256) {
                    let mut bytes = [0u8; 64];
                    for (e, t) in block.iter().enumerate() {
                        bytes[e / 128 * 32 + e % 32] |= ((t + 1) as u8) << (e % 128 / 32 * 2);
                    }
                    data.extend(bytes);
                    data.extend(f16::from_f32(0.125).to_le_bytes());
                }
                self.tensors.push(Tensor {
                    name: format!("{name}.weight"),
                    kind: "TQ2_0",
                    shape: vec![rows, cols],
                    data,
                });
                // A factor beside the block scale.
                let scale = self.floats(format!("{name}.scale"), &[1], &[0.75])[0];
                trits.iter().map(|&t| f64::from(t) * 0.125 * scale).collect()
            }
            Storage::I2sX86 | Storage::I2sArm | Storage::I2sRows => {
                let plane = match self.recipe.storage {
                    Storage::I2sX86 => 32,
                    Storage::I2sArm => 16,
                    _ => cols,
                };
                let trits = self.trits(count);
                let mut data = vec![0u8; count / 4 + 32];
                for (e, t) in trits.iter().enumerate() {
                    let (block, j) = (e / (4 * plane), e % (4 * plane));
                    data[block * plane + j % plane] |= ((t + 1) as u8) << (6 - 2 * (j / plane));
                }
                data[count / 4..][..4].copy_from_slice(&0.0625f32.to_le_bytes());
                self.tensors.push(Tensor {
                    name: format!("{name}.weight"),
                    kind: "I2_S",
                    shape: vec![rows, cols],
                    data,
                });
                trits.iter().map(|&t| f64::from(t) * 0.0625).collect()
            }
        };
        weights.chunks(cols).map(<[f64]>::to_vec).collect()
    }

    fn trits(&mut self, count: usize) -> Vec<i8> {
        (0..count).map(|_| self.random.random_range(-1..=1)).collect()
    }
}

/// Builds a checkpoint; tensor names are those of GGUF for GGUF's storages, of Hugging Face otherwise.
pub fn build(recipe: &Recipe, seed: u64) -> Built {
    let gguf = matches!(recipe.storage, Storage::Tq2 | Storage::I2sX86 | Storage::I2sArm | Storage::I2sRows);
    let mut b = Builder { recipe: recipe.clone(), random: ChaCha8Rng::seed_from_u64(seed), tensors: Vec::new() };
    let Recipe { hidden, intermediate, heads, kv_heads, head_dim, .. } = *recipe;
    let (q, kv) = (heads * head_dim, kv_heads * head_dim);
    let name = |hf: &'static str, ggml: &'static str| if gguf { ggml } else { hf };
    let embedding = b.dense(name("model.embed_tokens.weight", "token_embd.weight"));
    let head = if recipe.tied { embedding.clone() } else { b.dense(name("lm_head.weight", "output.weight")) };
    let norm = b.norm(name("model.norm.weight", "output_norm.weight").into(), hidden);
    let (attention_sub, ffn_sub) = match recipe.architecture {
        "BitnetForCausalLM" => ("self_attn.inner_attn_ln", "mlp.ffn_layernorm"),
        _ => ("self_attn.attn_sub_norm", "mlp.ffn_sub_norm"),
    };
    let sub_norms = !matches!(recipe.architecture, "LlamaForCausalLM" | "llama");
    let layers = (0..LAYERS).map(|l| {
        let part =
            |hf: &str, ggml: &str| if gguf { format!("blk.{l}.{ggml}") } else { format!("model.layers.{l}.{hf}") };
        let shapes = [
            ("self_attn.q_proj", "attn_q", q, hidden),
            ("self_attn.k_proj", "attn_k", kv, hidden),
            ("self_attn.v_proj", "attn_v", kv, hidden),
            ("self_attn.o_proj", "attn_output", hidden, q),
            ("mlp.gate_proj", "ffn_gate", intermediate, hidden),
            ("mlp.up_proj", "ffn_up", intermediate, hidden),
            ("mlp.down_proj", "ffn_down", hidden, intermediate),
        ];
        let linears = shapes.map(|(hf, ggml, rows, cols)| {
            let name = part(hf, ggml);
            let norm = if recipe.linear_norm {
                Norm::Rms(b.norm(format!("{name}.rms_norm.weight"), cols), 1e-6)
            } else if recipe.storage == Storage::OneBit {
                Norm::Layer(EPS)
            } else {
                Norm::None
            };
            Linear { weights: b.linear(&name, rows, cols), norm }
        });
        Layer {
            attention_norm: b.norm(part("input_layernorm.weight", "attn_norm.weight"), hidden),
            attention_sub_norm: sub_norms
                .then(|| b.norm(part(&format!("{attention_sub}.weight"), "attn_sub_norm.weight"), q)),
            ffn_norm: b.norm(part("post_attention_layernorm.weight", "ffn_norm.weight"), hidden),
            ffn_sub_norm: sub_norms
                .then(|| b.norm(part(&format!("{ffn_sub}.weight"), "ffn_sub_norm.weight"), intermediate)),
            linears,
        }
    });
    let layers = layers.collect();
    let net =
        Net { heads, kv_heads, head_dim, theta: THETA, eps: EPS, relu2: recipe.relu2, embedding, head, norm, layers };
    Built { recipe: recipe.clone(), tensors: b.tensors, net }
}

impl Built {
    /// The model's `config.json`.
    pub fn config(&self) -> Value {
        let r = &self.recipe;
        let quantization = match r.storage {
            Storage::PackedDivide => json!({"quant_method": "bitnet", "use_rms_norm": r.linear_norm}),
            Storage::PackedMultiply => {
                json!({"quant_method": "bitnet", "linear_class": "autobitlinear", "quantization_mode": "offline"})
            }
            Storage::Masters if r.architecture != "BitnetForCausalLM" => {
                json!({"quant_method": "bitnet", "linear_class": "autobitlinear", "quantization_mode": "online"})
            }
            Storage::OneBit => {
                json!({"quant_method": "bitnet", "linear_class": "bitlinear-1bit", "quantization_mode": "online"})
            }
            _ => Value::Null,
        };
        let mut config = json!({
            "architectures": [r.architecture], "hidden_size": r.hidden, "intermediate_size": r.intermediate,
            "num_hidden_layers": LAYERS, "num_attention_heads": r.heads, "num_key_value_heads": r.kv_heads,
            "vocab_size": VOCAB, "max_position_embeddings": 32, "rms_norm_eps": EPS, "rope_theta": THETA,
            "hidden_act": if r.relu2 { "relu2" } else { "silu" }, "tie_word_embeddings": r.tied,
            "rope_scaling": null, "quantization_config": quantization, "input_bits": 8, "weight_bits": 1,
        });
        if r.head_dim * r.heads != r.hidden {
            config["head_dim"] = r.head_dim.into();
        }
        config
    }

    /// Writes a folder in Hugging Face layout, in `shards` files.
    pub fn write_folder(&self, folder: &Path, shards: usize) {
        std::fs::write(folder.join("config.json"), self.config().to_string()).unwrap();
        let mut map = serde_json::Map::new();
        for (i, tensors) in self.tensors.chunks(self.tensors.len().div_ceil(shards)).enumerate() {
            let file = match shards {
                1 => "model.safetensors".to_owned(),
                _ => format!("model-{:05}-of-{shards:05}.safetensors", i + 1),
            };
            map.extend(tensors.iter().map(|t| (t.name.clone(), file.clone().into())));
            std::fs::write(folder.join(&file), safetensors_bytes(tensors)).unwrap();
        }
        if shards > 1 {
            let index = json!({"metadata": {"total_size": 1}, "weight_map": map});
            std::fs::write(folder.join("model.safetensors.index.json"), index.to_string()).unwrap();
        }
    }
}

/// A safetensors file.
pub fn safetensors_bytes(tensors: &[Tensor]) -> Vec<u8> {
    use safetensors::{Dtype, tensor::TensorView};
    let view = |t: &Tensor| -> (String, Vec<usize>, Dtype, Vec<u8>) {
        let dtype = match t.kind {
            "F32" => Dtype::F32,
            "F16" => Dtype::F16,
            "BF16" => Dtype::BF16,
            _ => Dtype::U8,
        };
        (t.name.clone(), t.shape.clone(), dtype, t.data.clone())
    };
    let owned: Vec<_> = tensors.iter().map(view).collect();
    let views =
        owned.iter().map(|(name, shape, dtype, data)| (name, TensorView::new(*dtype, shape.clone(), data).unwrap()));
    safetensors::serialize(views, None).unwrap()
}
