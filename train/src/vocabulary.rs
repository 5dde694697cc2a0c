//! Text to tokens: one per character, or byte-level byte pairs learnt from the text.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use serde::{Deserialize, Serialize};
use tokenizers::decoders::byte_level::ByteLevel as Decoder;
use tokenizers::models::TrainerWrapper;
use tokenizers::models::bpe::{BPE, BpeTrainerBuilder};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{ModelWrapper, Tokenizer};

use crate::Error;

/// Which vocabulary to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VocabularyKind {
    /// The characters of the text.
    Characters,
    /// Byte pairs, up to this many tokens.
    Bpe(usize),
}

/// A vocabulary.
#[derive(Clone, Debug)]
pub enum Vocabulary {
    /// A character's place is its token.
    Characters(Vec<char>),
    /// As the `tokenizers` library does it.
    Bpe(Box<Tokenizer>),
}

impl Vocabulary {
    /// Makes a vocabulary. Characters are taken from all of the text, so that what is held out can be written in them;
    /// byte pairs, which can write anything, only from the part that is trained on.
    ///
    /// # Errors
    /// If the text is too small for as many byte pairs as asked for.
    pub fn learn(kind: VocabularyKind, trained: &str, held: &str) -> Result<Self, Error> {
        let size = match kind {
            VocabularyKind::Characters => {
                let all: BTreeSet<char> = trained.chars().chain(held.chars()).collect();
                return Ok(Self::Characters(all.into_iter().collect()));
            }
            VocabularyKind::Bpe(size) => size,
        };
        let fail = |e: tokenizers::Error| Error::Text(format!("byte pairs cannot be learnt from it: {e}"));
        let trainer = BpeTrainerBuilder::new()
            .vocab_size(size)
            .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
            .show_progress(false)
            .build();
        let mut tokenizer = Tokenizer::new(ModelWrapper::BPE(BPE::default()));
        tokenizer.with_pre_tokenizer(Some(ByteLevel::new(false, true, true)));
        tokenizer.with_decoder(Some(Decoder::new(false, true, true)));
        let mut trainer = TrainerWrapper::BpeTrainer(trainer);
        tokenizer.train(&mut trainer, trained.lines().map(|line| format!("{line}\n"))).map_err(fail)?;
        let found = tokenizer.get_vocab_size(true);
        if found != size {
            return Err(Error::Text(format!(
                "it gives {found} byte pairs, not {size}; ask for that many, and at least 256"
            )));
        }
        Ok(Self::Bpe(Box::new(tokenizer)))
    }

    /// Tokens.
    pub fn size(&self) -> usize {
        match self {
            Self::Characters(characters) => characters.len(),
            Self::Bpe(tokenizer) => tokenizer.get_vocab_size(true),
        }
    }

    /// The tokens of `text`.
    ///
    /// # Errors
    /// [`Error::Text`] names a character that is not in the vocabulary.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        match self {
            Self::Characters(characters) => {
                let ids: HashMap<char, u32> = characters.iter().copied().zip(0..).collect();
                let token = |(at, character)| {
                    let token = ids.get(&character).copied();
                    token
                        .ok_or_else(|| Error::Text(format!("character {character:?} at {at} is not in the vocabulary")))
                };
                text.chars().enumerate().map(token).collect()
            }
            Self::Bpe(tokenizer) => {
                let encoding = tokenizer.encode(text, false).map_err(|e| Error::Text(e.to_string()))?;
                Ok(encoding.get_ids().to_vec())
            }
        }
    }

    /// Characters of the text of a token.
    pub(crate) fn characters(&self, token: u32) -> usize {
        match self {
            Self::Characters(_) => 1,
            Self::Bpe(tokenizer) => tokenizer.decode(&[token], false).map_or(1, |text| text.chars().count()),
        }
    }

    /// Writes `chars.json` or `tokenizer.json` into `folder`, as the golden model reads them.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), Error> {
        let (name, json) = match self {
            Self::Characters(characters) => ("chars.json", serde_json::to_vec(characters)),
            Self::Bpe(tokenizer) => ("tokenizer.json", serde_json::to_vec(&**tokenizer)),
        };
        let path = folder.join(name);
        let json = json.map_err(|e| Error::checkpoint(&path, e.to_string()))?;
        crate::file::write(&path, &json)
    }

    /// Reads what [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// If there is no vocabulary in `folder`, or it is damaged.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("chars.json");
        if path.exists() {
            let text = std::fs::read(&path).map_err(Error::io(&path))?;
            let characters = serde_json::from_slice(&text).map_err(|e| Error::checkpoint(&path, e.to_string()))?;
            return Ok(Self::Characters(characters));
        }
        let path = folder.join("tokenizer.json");
        let text = std::fs::read(&path).map_err(Error::io(&path))?;
        let tokenizer = Tokenizer::from_bytes(text).map_err(|e| Error::checkpoint(&path, e.to_string()))?;
        Ok(Self::Bpe(Box::new(tokenizer)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "to be, or not to be: that is the question:\nwhether 'tis nobler in the mind to suffer\n";

    #[test]
    fn vocabularies_come_back_from_a_folder_and_agree_with_the_golden_model() {
        for kind in [VocabularyKind::Characters, VocabularyKind::Bpe(270)] {
            let vocabulary = Vocabulary::learn(kind, TEXT, "to be").unwrap();
            let folder = tempfile::tempdir().unwrap();
            vocabulary.save(folder.path()).unwrap();
            let again = Vocabulary::load(folder.path()).unwrap();
            let tokens = vocabulary.encode(TEXT).unwrap();
            assert_eq!(again.encode(TEXT).unwrap(), tokens);
            assert_eq!(again.size(), vocabulary.size());
            assert!(tokens.iter().all(|&token| (token as usize) < vocabulary.size()));
            assert_eq!(tokens.iter().map(|&token| vocabulary.characters(token)).sum::<usize>(), TEXT.chars().count());
            let golden = trine_golden_model::Tokenizer::load(folder.path()).unwrap();
            assert_eq!(golden.encode(TEXT).unwrap(), tokens);
            assert_eq!(golden.decode(&tokens).unwrap(), TEXT);
        }
    }

    #[test]
    fn byte_pairs_shorten_and_what_cannot_be_is_refused() {
        let pairs = Vocabulary::learn(VocabularyKind::Bpe(270), TEXT, "").unwrap();
        assert!(pairs.encode(TEXT).unwrap().len() < TEXT.len() * 3 / 4);
        let error = Vocabulary::learn(VocabularyKind::Bpe(100_000), TEXT, "").unwrap_err().to_string();
        assert!(error.contains("not 100000"), "{error}");
        let characters = Vocabulary::learn(VocabularyKind::Characters, "ab", "c").unwrap();
        assert_eq!(characters.encode("cab").unwrap(), [2, 0, 1]);
        assert!(characters.encode("abd").unwrap_err().to_string().contains("'d' at 2"));
    }
}
