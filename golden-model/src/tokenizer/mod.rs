//! Text to tokens and back.
//!
//! | model | tokenizer |
//! |---|---|
//! | folder with `chars.json` | one token per character |
//! | folder with `tokenizer.json` | as it says, by the `tokenizers` library, with the files in its folder |
//! | folder with `tokenizer.model` | SentencePiece, byte-pair kind, with the files in its folder |
//! | GGUF file, or folder with one | its `tokenizer.ggml.*` keys |
//! | `synthetic:…` | one token per byte |

mod characters;
mod charsmap;
mod companions;
mod folder;
mod gguf;
mod library;
mod load;
mod model_file;
mod pre;
mod refusal;
mod sentencepiece;
pub(crate) mod vocabulary;

pub(crate) use companions::COMPANIONS;
