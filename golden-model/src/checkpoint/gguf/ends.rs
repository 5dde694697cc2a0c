//! The tokens that end a text in a GGUF file, by llama.cpp's rules (v0.5.0).
//!
//! Those are the tokens of the keys `eos_token_id`, `eot_token_id` and `eom_token_id`, tokens whose text says so, and the
//! tokens that end a part of a program text. llama.cpp also takes a fixed id where a file has no `eos_token_id`; that
//! is an ordinary token in most vocabularies, and is not followed.

use crate::Error;
use crate::gguf::Gguf;

/// Texts of tokens that end a text.
const ENDS: [&str; 22] = [
    "<|eot_id|>",
    "<|im_end|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<|flush|>",
    "<|calls|>",
    "<end_of_turn>",
    "<|endoftext|>",
    "</s>",
    "<|eom_id|>",
    "<EOT>",
    "_<EOT>",
    "[EOT]",
    "[EOS]",
    "<|end_of_text|>",
    "<end_of_utterance>",
    "<eos>",
    "<turn|>",
    "<|tool_response>",
    "<\u{ff5c}end\u{2581}of\u{2581}sentence\u{ff5c}>",
    "[e~[",
];
/// Keys, and the texts that are looked for where the key is missing.
const PARTS: [(&str, &[&str]); 3] = [
    ("tokenizer.ggml.fim_pad_token_id", &["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"]),
    ("tokenizer.ggml.fim_rep_token_id", &["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"]),
    ("tokenizer.ggml.fim_sep_token_id", &["<|file_sep|>"]),
];

/// The tokens whose text says that they end a text. Such tokens are control tokens, whatever their file says.
pub(crate) fn text_ends(tokens: &[String]) -> Vec<u32> {
    let has = |text: &str| tokens.iter().any(|token| token == text);
    // Two families of vocabularies give these texts another meaning.
    let end_inside = has("<|call|>") && has("<|return|>") || (has("<|call|>") || has("<|calls|>")) && has("<|flush|>");
    let s_inside = has("<|tool_response>");
    let ends = |token: &String| {
        let inside = end_inside && token == "<|end|>" || s_inside && token == "</s>";
        ENDS.contains(&token.as_str()) && !inside
    };
    tokens.iter().zip(0..).filter(|(token, _)| ends(token)).map(|(_, id)| id).collect()
}

/// The tokens that end a text, those of the keys first; and notices.
pub(crate) fn ends(gguf: &Gguf) -> Result<(Vec<u32>, Vec<String>), Error> {
    let tokens = gguf.strings("tokenizer.ggml.tokens")?.unwrap_or_default();
    let (mut ends, mut notices) = (Vec::new(), Vec::new());
    for key in ["eos_token_id", "eot_token_id", "eom_token_id"] {
        let key = format!("tokenizer.ggml.{key}");
        match gguf.token(&key)? {
            Some(id) if !tokens.is_empty() && id as usize >= tokens.len() => notices.push(format!(
                "{}: {key} is {id}, outside the vocabulary of {}; it is not used",
                gguf.path().display(),
                tokens.len()
            )),
            id => ends.extend(id),
        }
    }
    if gguf.has("tokenizer.ggml.suppress_tokens") {
        notices.push(format!(
            "{}: tokenizer.ggml.suppress_tokens is not applied; llama.cpp never generates those tokens",
            gguf.path().display()
        ));
    }
    if gguf.string("tokenizer.ggml.model")?.is_some_and(|model| model != "none") {
        ends.extend(text_ends(&tokens));
        for (key, texts) in PARTS {
            match gguf.token(key)? {
                Some(id) => ends.extend(Some(id).filter(|id| (*id as usize) < tokens.len())),
                None => ends.extend(
                    tokens.iter().zip(0..).filter(|(token, _)| texts.contains(&token.as_str())).map(|(_, id)| id),
                ),
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    ends.retain(|id| seen.insert(*id));
    Ok((ends, notices))
}
