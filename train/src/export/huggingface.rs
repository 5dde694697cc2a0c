//! Folders in Hugging Face layout.
//!
//! | kind | linears | `quantization_config` | read by |
//! |---|---|---|---|
//! | ternary | packed `uint8`, `weight_scale = s`, which divides | `linear_class: bitlinear` | transformers, golden model |
//! | 1-bit | f32 masters | `linear_class: bitlinear-1bit`, online | golden model |
//! | float | f32 | none | transformers |
//!
//! Bits `2i..2i+1` of byte `[r, c]` of a packed weight hold row `r + i * ceil(N / 4)` as trit + 1.

use std::path::Path;

use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Value, json};

use crate::layout::Role;
use crate::{Error, Kind, NORM_EPS, Network, ROPE_THETA, Vocabulary, file};

/// A tensor to be written.
struct Tensor {
    name: String,
    kind: Element,
    shape: Vec<usize>,
    data: Vec<u8>,
}

/// The element types that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    F32,
    U8,
}

impl Tensor {
    fn floats(name: String, shape: &[usize], values: &[f32]) -> Self {
        let data = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        Self { name, kind: Element::F32, shape: shape.to_vec(), data }
    }
}

/// Writes `config.json`, `model.safetensors` and the vocabulary into `folder`.
///
/// # Errors
/// If a file cannot be written.
pub fn huggingface(network: &Network, vocabulary: &Vocabulary, folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder).map_err(Error::io(folder))?;
    vocabulary.save(folder)?;
    let path = folder.join("config.json");
    let fail = |path: &Path, e: String| Error::checkpoint(path, e);
    let mut text = serde_json::to_vec_pretty(&config(network)).map_err(|e| fail(&path, e.to_string()))?;
    text.push(b'\n');
    file::write(&path, &text)?;

    let path = folder.join("model.safetensors");
    let tensors = tensors(network);
    let views: Result<Vec<_>, _> = tensors
        .iter()
        .map(|tensor| {
            let kind = if tensor.kind == Element::U8 { Dtype::U8 } else { Dtype::F32 };
            Ok((tensor.name.as_str(), TensorView::new(kind, tensor.shape.clone(), &tensor.data)?))
        })
        .collect();
    let metadata = [("format".to_owned(), "pt".to_owned())].into();
    let bytes = views.and_then(|views| safetensors::serialize(views, Some(metadata)));
    file::write(&path, &bytes.map_err(|e| fail(&path, e.to_string()))?)
}

fn config(network: &Network) -> Value {
    let shape = &network.shape;
    let mut config = json!({
        "architectures": ["BitNetForCausalLM"],
        "attention_bias": false,
        "attention_dropout": 0.0,
        "bos_token_id": null,
        "dtype": "float32",
        "eos_token_id": null,
        "hidden_act": shape.activation.name(),
        "hidden_size": shape.hidden,
        "initializer_range": 0.02,
        "intermediate_size": shape.intermediate,
        "max_position_embeddings": shape.context,
        "model_type": "bitnet",
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "num_key_value_heads": shape.kv_heads,
        "pad_token_id": null,
        // Through text, so that 1e-5 is not written as the digits of its nearest f32 in f64.
        "rms_norm_eps": shortest(NORM_EPS),
        "rope_parameters": {"rope_theta": shortest(ROPE_THETA), "rope_type": "default"},
        "tie_word_embeddings": shape.tied,
        "use_cache": true,
        "vocab_size": shape.vocab,
    });
    let quantization = match network.kind {
        Kind::Float => return config,
        Kind::Ternary => ("bitlinear", "offline"),
        Kind::OneBit => ("bitlinear-1bit", "online"),
    };
    config["quantization_config"] = json!({
        "linear_class": quantization.0,
        "modules_to_not_convert": ["lm_head"],
        "quant_method": "bitnet",
        "quantization_mode": quantization.1,
    });
    config
}

/// The f64 with the fewest digits that means this f32.
fn shortest(x: f32) -> f64 {
    x.to_string().parse().unwrap_or(f64::from(x))
}

fn tensors(network: &Network) -> Vec<Tensor> {
    let mut tensors = Vec::new();
    for (i, slot) in network.layout.slots.iter().enumerate() {
        let name = format!("{}.weight", slot.name);
        let masters = &network.masters[slot.range()];
        match (slot.role, network.kind) {
            (Role::Norm, _) => tensors.push(Tensor::floats(name, &[slot.cols], masters)),
            (Role::Linear, Kind::Ternary) => {
                let (trits, unit) = network.linear(i);
                let plane = slot.rows.div_ceil(4);
                let mut data = vec![0u8; plane * slot.cols];
                for (row, trits) in trits.chunks(slot.cols).enumerate() {
                    let bytes = &mut data[row % plane * slot.cols..];
                    bytes.iter_mut().zip(trits).for_each(|(byte, t)| *byte |= ((*t + 1.0) as u8) << (row / plane * 2));
                }
                tensors.push(Tensor { name, kind: Element::U8, shape: vec![plane, slot.cols], data });
                tensors.push(Tensor::floats(format!("{}.weight_scale", slot.name), &[1], &[1.0 / unit]));
            }
            (Role::Dense | Role::Linear, _) => tensors.push(Tensor::floats(name, &[slot.rows, slot.cols], masters)),
        }
    }
    tensors
}
