//! The metadata of a GGUF file.

use serde_json::Value;
use trine_golden_model::gguf::Value as Meta;

use super::options::GgufOptions;
use crate::{Error, NORM_EPS, Network, ROPE_THETA, Vocabulary};

/// GGUF's number for a token that is text like any other.
const NORMAL: i32 = 1;
/// The token of byte 255, which no UTF-8 text holds. It is named as the begin and the end of texts, since llama.cpp takes
/// token 11 for both where a file names none, and would stop at it.
const NEVER: &str = "\u{ff}";

/// All keys of a model's file, in their order.
pub(super) fn metadata(
    network: &Network,
    vocabulary: &Vocabulary,
    options: GgufOptions,
) -> Result<Vec<(String, Meta)>, Error> {
    let (shape, architecture) = (&network.shape, options.architecture.name());
    let numbers = [
        ("vocab_size", shape.vocab),
        ("context_length", shape.context),
        ("embedding_length", shape.hidden),
        ("block_count", shape.layers),
        ("feed_forward_length", shape.intermediate),
        ("attention.head_count", shape.heads),
        ("attention.head_count_kv", shape.kv_heads),
        ("rope.dimension_count", shape.head_dim()),
    ];
    let mut metadata = vec![
        ("general.architecture".to_owned(), Meta::Text(architecture.into())),
        ("general.file_type".to_owned(), Meta::U32(options.blocks.blocks().file_type())),
        ("general.quantization_version".to_owned(), Meta::U32(2)),
    ];
    metadata.extend(numbers.map(|(key, value)| (format!("{architecture}.{key}"), Meta::U32(value as u32))));
    metadata.push((format!("{architecture}.attention.layer_norm_rms_epsilon"), Meta::F32(NORM_EPS)));
    metadata.push((format!("{architecture}.rope.freq_base"), Meta::F32(ROPE_THETA)));
    metadata.push((format!("{architecture}.hidden_activation"), Meta::Text(shape.activation.name().into())));
    let mut tokenizer = |key: &str, value| metadata.push((format!("tokenizer.ggml.{key}"), value));
    match vocabulary {
        Vocabulary::Characters(characters) => {
            tokenizer("model", Meta::Text("none".into()));
            tokenizer("tokens", Meta::Texts(characters.iter().map(char::to_string).collect()));
        }
        Vocabulary::Bpe(library) => {
            let size = library.get_vocab_size(true) as u32;
            let tokens = (0..size).map(|id| library.id_to_token(id).unwrap_or_default()).collect();
            tokenizer("model", Meta::Text("gpt2".into()));
            tokenizer("pre", Meta::Text("gpt-2".into()));
            tokenizer("tokens", Meta::Texts(tokens));
            tokenizer("token_type", Meta::I32s(vec![NORMAL; size as usize]));
            tokenizer("merges", Meta::Texts(merges(library)?));
            if let Some(never) = library.token_to_id(NEVER) {
                ["bos_token_id", "eos_token_id"].into_iter().for_each(|key| tokenizer(key, Meta::U32(never)));
            }
            ["add_bos_token", "add_eos_token"].into_iter().for_each(|key| tokenizer(key, Meta::Bool(false)));
        }
    }
    Ok(metadata)
}

/// The merges of a byte-pair model, `left right`, which the library gives away only in its JSON form.
fn merges(library: &tokenizers::Tokenizer) -> Result<Vec<String>, Error> {
    let json = library.to_string(false).map_err(|e| Error::Export(e.to_string()))?;
    let json: Value = serde_json::from_str(&json).map_err(|e| Error::Export(e.to_string()))?;
    let merge = |merge: &Value| match merge {
        Value::String(text) => Some(text.clone()),
        Value::Array(pair) => match &pair[..] {
            [Value::String(left), Value::String(right)] => Some(format!("{left} {right}")),
            _ => None,
        },
        _ => None,
    };
    let merges = json["model"]["merges"].as_array().and_then(|merges| merges.iter().map(merge).collect());
    merges.ok_or_else(|| Error::Export("the vocabulary's merges are of a form not known here".into()))
}
