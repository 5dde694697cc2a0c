//! Every storage and architecture, on checkpoints that these tests write, against the network written out naively.

use crate::common::build::{Built, Float, Recipe, Storage, build};
use crate::common::gguf;
use trine_golden_model::{
    Convention, Golden, I2sPacking, KvCache, LoadOptions, Model, ModelSource, Sampler, generate, perplexity,
};

const LLAMA: Recipe = Recipe {
    architecture: "LlamaForCausalLM",
    storage: Storage::PackedDivide,
    float: Float::F32,
    hidden: 48,
    intermediate: 84,
    heads: 4,
    kv_heads: 2,
    head_dim: 12,
    relu2: false,
    tied: false,
    linear_norm: false,
};

/// One under which no activation lies on a rounding edge; under others a logit may differ by a hundredth.
const SEED: u64 = 2;
const TOKENS: [u32; 6] = [3, 39, 0, 17, 17, 8];

fn assert_same(model: &Model, built: &Built) {
    let expected = built.net.forward(&TOKENS);
    let logits = model.forward(&mut Golden, &TOKENS, &mut KvCache::new(model.config())).unwrap();
    let largest = expected.iter().flatten().fold(0f64, |max, v| max.max(v.abs()));
    for (row, expected) in expected.iter().enumerate() {
        for (token, (a, e)) in logits.row(row).iter().zip(expected).enumerate() {
            let error = (f64::from(*a) - e).abs() / largest;
            assert!(error < 1e-5, "{:?}: row {row}, token {token}: {a} is not {e}", built.recipe);
        }
    }
}

fn check(recipe: &Recipe, shards: usize, convention: Convention) {
    let (folder, built) = (tempfile::tempdir().unwrap(), build(recipe, SEED));
    built.write_folder(folder.path(), shards);
    let model = Model::load(&folder.path().into()).unwrap();
    assert_eq!(model.config().convention, convention);
    assert_same(&model, &built);
}

/// Layers that are made when their turn comes give the same as layers in memory, in every pass; only the latter can be
/// listed.
#[test]
fn a_streamed_model_says_what_a_held_one_says() {
    let load = |streamed| {
        let options = LoadOptions { streamed, ..LoadOptions::default() };
        Model::load_with(&"synthetic:trilm-99m:2".parse().unwrap(), options).unwrap()
    };
    let (held, streamed) = (load(false), load(true));
    assert_eq!(held.linears().unwrap().count(), 14);
    let refused = streamed.linears().map(Iterator::count).unwrap_err().to_string();
    assert!(refused.contains("its linears are not in memory"), "{refused}");
    let mut caches = [&held, &streamed].map(|model| KvCache::new(model.config()));
    for tokens in [&[3, 1, 4][..], &[15]] {
        let logits =
            [(&held, 0), (&streamed, 1)].map(|(model, i)| model.forward(&mut Golden, tokens, &mut caches[i]).unwrap());
        assert_eq!(logits[0], logits[1]);
    }
}

/// Falcon3 and Llama 3: an untied head, no sub-norms, and a head dimension that is not hidden / heads.
#[test]
fn llama_with_bitnet_linears() {
    check(&LLAMA, 1, Convention::BitLinear);
    check(&Recipe { head_dim: 20, ..LLAMA }, 1, Convention::BitLinear);
    check(&Recipe { float: Float::Bf16, ..LLAMA }, 1, Convention::BitLinear);
    check(&Recipe { storage: Storage::PackedMultiply, ..LLAMA }, 1, Convention::AutoBitLinearOffline);
}

#[test]
fn shards() {
    check(&LLAMA, 3, Convention::BitLinear);
    check(&Recipe { architecture: "BitNetForCausalLM", relu2: true, tied: true, ..LLAMA }, 5, Convention::BitLinear);
}

/// One key-value head for all query heads, and one for each query head.
#[test]
fn multi_query_and_multi_head_attention() {
    check(&Recipe { kv_heads: 1, ..LLAMA }, 1, Convention::BitLinear);
    check(&Recipe { kv_heads: 4, ..LLAMA }, 1, Convention::BitLinear);
}

/// Outputs that four does not divide are packed with rows of filling.
#[test]
fn rows_that_do_not_fill_their_bytes() {
    check(
        &Recipe { intermediate: 83, hidden: 50, head_dim: 6, heads: 3, kv_heads: 3, ..LLAMA },
        1,
        Convention::BitLinear,
    );
}

#[test]
fn norms_inside_the_linears() {
    check(&Recipe { linear_norm: true, ..LLAMA }, 1, Convention::BitLinear);
}

#[test]
fn master_weights_in_three_precisions() {
    for float in [Float::F32, Float::F16, Float::Bf16] {
        let recipe =
            Recipe { architecture: "BitNetForCausalLM", storage: Storage::Masters, float, relu2: true, ..LLAMA };
        check(&recipe, 1, Convention::AutoBitLinearOnline);
    }
}

#[test]
fn one_bit_llm_reproduction() {
    let recipe = Recipe { architecture: "BitnetForCausalLM", storage: Storage::Masters, tied: true, ..LLAMA };
    check(&recipe, 1, Convention::AutoBitLinearOnline);
    check(&Recipe { float: Float::F16, ..recipe }, 2, Convention::AutoBitLinearOnline);
}

#[test]
fn trilm_unpacked() {
    check(&Recipe { storage: Storage::Unpacked, float: Float::F16, ..LLAMA }, 1, Convention::Unpacked);
}

#[test]
fn original_one_bit_bitnet() {
    check(&Recipe { storage: Storage::OneBit, ..LLAMA }, 1, Convention::OneBit);
}

/// A GGUF file of the recipe, loaded.
fn load_gguf(built: &Built, version: u32, architecture: &'static str, packing: I2sPacking) -> Model {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    std::fs::write(&path, gguf::bytes(version, &built.metadata(architecture), &built.tensors)).unwrap();
    let options = LoadOptions { i2s_packing: packing, ..LoadOptions::default() };
    let model = Model::load_with(&path.as_path().into(), options).unwrap();
    // A folder means its only GGUF file; of two it means neither.
    assert_eq!(Model::load_with(&folder.path().into(), options).unwrap().config(), model.config());
    std::fs::copy(&path, folder.path().join("other.gguf")).unwrap();
    let error = Model::load_with(&folder.path().into(), options).unwrap_err().to_string();
    assert!(error.contains("2 models") && error.contains("model.gguf, other.gguf"), "{error}");
    model
}

#[test]
fn gguf() {
    let base =
        Recipe { architecture: "bitnet", storage: Storage::Tq2, hidden: 256, intermediate: 512, head_dim: 64, ..LLAMA };
    let silu = build(&base, SEED);
    assert_same(&load_gguf(&silu, 3, "bitnet", I2sPacking::X86), &silu);
    let relu2 = build(&Recipe { relu2: true, tied: true, float: Float::F16, ..base.clone() }, SEED);
    assert_same(&load_gguf(&relu2, 2, "bitnet-b1.58", I2sPacking::X86), &relu2);
    let llama = build(&Recipe { architecture: "llama", ..base.clone() }, SEED);
    assert_same(&load_gguf(&llama, 3, "llama", I2sPacking::X86), &llama);
    for (storage, packing) in
        [(Storage::I2sX86, I2sPacking::X86), (Storage::I2sArm, I2sPacking::Arm), (Storage::I2sRows, I2sPacking::Rows)]
    {
        let built = build(&Recipe { storage, relu2: true, ..base.clone() }, SEED);
        assert_same(&load_gguf(&built, 3, "bitnet-b1.58", packing), &built);
    }
}

/// A published shape: it runs, and it is the same every time.
#[test]
fn synthetic_models() {
    let model = Model::load(&"synthetic:trilm-99m:2".parse().unwrap()).unwrap();
    assert_eq!((model.config().layers, model.linears().unwrap().count()), (2, 14));
    let mut cache = KvCache::new(model.config());
    let logits = model.forward_last(&mut Golden, &[1, 2, 3], &mut cache).unwrap();
    assert_eq!(logits.last().len(), 50_304);
    assert!(logits.last().iter().all(|l| l.is_finite()));
    let again = Model::load(&"synthetic:trilm-99m:2".parse().unwrap()).unwrap();
    let repeated = again.forward_last(&mut Golden, &[1, 2, 3], &mut KvCache::new(again.config())).unwrap();
    assert_eq!(logits, repeated);
    for (name, reason) in [
        ("synthetic:nothing", "bitnet-2b-4t, bitnet-large"),
        ("synthetic:trilm-99m:17", "from 1 to 16"),
        ("synthetic:trilm-99m:0", "from 1 to 16"),
        ("synthetic:trilm-99m:x", "from 1 to 16"),
    ] {
        let error = name.parse::<ModelSource>().unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

/// Weights that are finite, but too large for the numbers after them: the place is named, and nothing is computed with them.
#[test]
fn numbers_beyond_float32() {
    let packed = Recipe { architecture: "BitNetForCausalLM", storage: Storage::PackedDivide, relu2: true, ..LLAMA };
    let one_bit = Recipe { storage: Storage::OneBit, ..LLAMA };
    let masters = Recipe { storage: Storage::Masters, ..LLAMA };
    for (recipe, name, value, place) in [
        (&packed, "model.layers.0.input_layernorm.weight", 3e38f32, "layers.0.self_attn.q_proj: activation"),
        (&packed, "model.layers.1.self_attn.attn_sub_norm.weight", 3e38, "layers.1.self_attn.o_proj: activation"),
        (&packed, "model.layers.1.post_attention_layernorm.weight", 3e38, "layers.1.mlp.gate_proj: activation"),
        (&packed, "model.layers.0.mlp.ffn_sub_norm.weight", 3e38, "layers.0.mlp.down_proj: activation"),
        // It divides the outputs.
        (&packed, "model.layers.0.mlp.gate_proj.weight_scale", 1e-45, "layers.0.mlp.down_proj: activation"),
        (&packed, "model.layers.0.mlp.down_proj.weight_scale", 1e-45, "layers.1.self_attn.q_proj: activation"),
        (&one_bit, "model.layers.0.input_layernorm.weight", 3e38, "layers.0.self_attn.q_proj: activation"),
        (&masters, "model.layers.1.input_layernorm.weight", -3e38, "layers.1.self_attn.q_proj: activation"),
        (&packed, "model.norm.weight", 3e38, "the score of token"),
        (&packed, "lm_head.weight", 3e38, "the score of token"),
    ] {
        let mut built = build(recipe, SEED);
        let tensor = built.tensors.iter_mut().find(|tensor| tensor.name == name).unwrap();
        tensor.data = value.to_le_bytes().repeat(tensor.data.len() / 4);
        let folder = tempfile::tempdir().unwrap();
        built.write_folder(folder.path(), 1);
        let model = Model::load(&folder.path().into()).unwrap();
        let mut cache = KvCache::new(model.config());
        let said = |error: trine_golden_model::Error| {
            let message = error.to_string();
            assert!(message.contains(place) && message.contains("float32"), "{name}: {message}");
            message
        };
        let message = said(model.forward(&mut Golden, &[3, 1, 2], &mut cache).unwrap_err());
        assert_eq!(message.contains("after position 0"), place.contains("score"), "{message}");
        assert!(cache.is_empty());
        let last = said(model.forward_last(&mut Golden, &[3, 1, 2], &mut cache).unwrap_err());
        assert_eq!(last.contains("after position 2"), place.contains("score"), "{last}");
        assert!(cache.is_empty());
        said(perplexity(&model, &mut Golden, &[3, 1, 2]).unwrap_err());
        let (mut engine, mut sampler) = (Golden, Sampler::greedy());
        let mut texts = generate(&model, &mut engine, &mut sampler, &[3]).unwrap();
        said(texts.next().unwrap().unwrap_err());
        assert!(texts.next().is_none());
    }
}
