//! The rules by which byte-level vocabularies split a text before merging, by their names in `tokenizer.ggml.pre`.
//!
//! The names, and what else follows from a name, are llama.cpp's (v0.5.0).

use serde_json::{Value, json};

/// GPT-2's rule. What no part matches, a single space character, is left as a part of its own.
const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)";
/// The rule of Llama 3 and its heirs.
const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// Qwen 2's: as Llama 3's, and each digit is alone.
const QWEN2: &str =
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pre {
    /// Patterns, each applied to the parts that the one before left; matches and what lies between become parts.
    patterns: &'static [&'static str],
    /// True if a part that is a token as a whole is not merged.
    pub(super) ignore_merges: bool,
    /// True if a text begins with the begin token where the file does not say.
    pub(super) begin: bool,
}

/// llama.cpp's rule where a file names none.
const DEFAULT: Pre = split(&[r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", "[0-9][0-9][0-9]"]);

const fn split(patterns: &'static [&'static str]) -> Pre {
    Pre { patterns, ignore_merges: false, begin: false }
}

/// The rules that are implemented.
const RULES: [(Pre, &[&str]); 7] = [
    (DEFAULT, &["default"]),
    (
        Pre { patterns: &[LLAMA3], ignore_merges: true, begin: true },
        &["llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2"],
    ),
    (split(&[LLAMA3]), &["dbrx", "smaug-bpe"]),
    (split(&[GPT2]), &["gpt-2", "phi-2", "mpt", "olmo", "jais", "exaone4", "trillion", "gigachat", "modern-bert"]),
    (split(&[r"\p{N}", GPT2]), &["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"]),
    (split(&[r"[\p{P}\$\+<=>\^~\|`]+", GPT2, "[0-9][0-9][0-9]"]), &["falcon"]),
    (split(&[QWEN2]), &["qwen2", "deepseek-r1-qwen", "stablelm2", "megrez", "hunyuan", "solar-open", "grok-2"]),
];

impl Pre {
    /// The rule of this name, or the names that there are.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let rule = RULES.into_iter().find(|(_, names)| names.contains(&name)).map(|(rule, _)| rule);
        rule.ok_or_else(|| {
            let names: Vec<&str> = RULES.iter().flat_map(|(_, names)| names.iter().copied()).collect();
            format!("`{name}` is not implemented; {} are", names.join(", "))
        })
    }

    /// The pre-tokenizer in the library's JSON form.
    pub(super) fn library(self) -> Value {
        let split = |pattern: &&str| json!({"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": false});
        let bytes = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false});
        let all: Vec<Value> = self.patterns.iter().map(split).chain([bytes]).collect();
        json!({"type": "Sequence", "pretokenizers": all})
    }
}
