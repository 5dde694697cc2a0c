//! Text to tokens: one per character, or byte-level byte pairs learnt from the text.
//!
//! Learning is done by the `tokenizers` library, whose work on a word grows with the square of the word's length. A text
//! without blanks is one word, so longer words than [`LONGEST`] bytes are cut before pairs are counted.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use serde::{Deserialize, Serialize};
use tokenizers::decoders::byte_level::ByteLevel as Decoder;
use tokenizers::models::bpe::{BPE, BpeTrainerBuilder};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{ModelWrapper, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer, Tokenizer, Trainer};

use crate::{Error, checkpoint};

/// Bytes of the longest word in which pairs are counted as a whole.
const LONGEST: usize = 128;

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
        let mut trainer = BpeTrainerBuilder::new()
            .vocab_size(size)
            .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
            .show_progress(false)
            .build();
        trainer.feed(trained.lines().map(|line| format!("{line}\n")), words).map_err(fail)?;
        let mut model = BPE::default();
        trainer.train(&mut model).map_err(fail)?;
        let mut tokenizer = Tokenizer::new(ModelWrapper::BPE(model));
        tokenizer.with_pre_tokenizer(Some(splitter()));
        tokenizer.with_decoder(Some(Decoder::new(false, true, true)));
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

    /// Characters that begin in a token: byte pairs may cut a character, which counts once.
    pub(crate) fn characters(&self, token: u32) -> usize {
        match self {
            Self::Characters(_) => 1,
            Self::Bpe(tokenizer) => tokenizer.id_to_token(token).map_or(0, |text| begun(&text)),
        }
    }

    /// The name and the content of the vocabulary's file.
    pub(crate) fn to_file(&self) -> Result<(&'static str, Vec<u8>), Error> {
        let (kind, json) = match self {
            Self::Characters(characters) => (VocabularyKind::Characters, serde_json::to_vec(characters)),
            Self::Bpe(tokenizer) => (VocabularyKind::Bpe(self.size()), serde_json::to_vec(&**tokenizer)),
        };
        let name = kind.file();
        Ok((name, json.map_err(|e| Error::checkpoint(Path::new(name), e.to_string()))?))
    }

    /// Writes `chars.json` or `tokenizer.json` into `folder`, as the golden model reads them, and removes the other, which
    /// would be read in its place.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), Error> {
        let (name, json) = self.to_file()?;
        for other in [VocabularyKind::Characters, VocabularyKind::Bpe(0)].map(VocabularyKind::file) {
            let other = folder.join(other);
            if !other.ends_with(name) && other.exists() {
                std::fs::remove_file(&other).map_err(Error::io(&other))?;
            }
        }
        crate::file::write(&folder.join(name), &json)
    }

    /// Reads what [`save`](Self::save) wrote, and compares its SHA-256 where one is given.
    ///
    /// # Errors
    /// If there is no vocabulary of this kind in `folder`, or it is damaged or another.
    pub(crate) fn load(folder: &Path, kind: VocabularyKind, sha256: Option<&str>) -> Result<Self, Error> {
        let path = folder.join(kind.file());
        let text = std::fs::read(&path).map_err(Error::io(&path))?;
        if sha256.is_some_and(|sha256| sha256 != checkpoint::hash(&text)) {
            let reason = "this is not the vocabulary that the training began with, by its SHA-256; put that one back";
            return Err(Error::checkpoint(&path, reason));
        }
        let damaged = |reason: String| Error::checkpoint(&path, reason);
        match kind {
            VocabularyKind::Characters => {
                serde_json::from_slice(&text).map(Self::Characters).map_err(|e| damaged(e.to_string()))
            }
            VocabularyKind::Bpe(_) => {
                Tokenizer::from_bytes(text).map(|t| Self::Bpe(Box::new(t))).map_err(|e| damaged(e.to_string()))
            }
        }
    }
}

impl VocabularyKind {
    /// The name of the file that holds such a vocabulary.
    pub(crate) fn file(self) -> &'static str {
        match self {
            Self::Characters => "chars.json",
            Self::Bpe(_) => "tokenizer.json",
        }
    }
}

/// GPT-2's split of a text into words.
fn splitter() -> ByteLevel {
    ByteLevel::new(false, true, true)
}

/// The words of a line, a character for each byte, none longer than [`LONGEST`].
fn words(line: &str) -> tokenizers::Result<Vec<String>> {
    let mut split = PreTokenizedString::from(line);
    splitter().pre_tokenize(&mut split)?;
    let words = split.get_splits(OffsetReferential::Original, OffsetType::None);
    Ok(words.into_iter().flat_map(|(word, ..)| pieces(word)).collect())
}

/// Cuts a word, a character for each byte.
fn pieces(word: &str) -> Vec<String> {
    if word.len() <= LONGEST {
        return vec![word.to_owned()];
    }
    word.chars().collect::<Vec<_>>().chunks(LONGEST).map(|piece| piece.iter().collect()).collect()
}

/// Characters that begin in a token's text, which has a character for each byte: all bytes but UTF-8's 0x80 to 0xBF.
///
/// GPT-2's alphabet has printable bytes as they are, and the others, in their order, from U+0100 on.
fn begun(token: &str) -> usize {
    let continues = |character: &char| {
        matches!(u32::from(*character), 0xA1..=0xAC | 0xAE..=0xBF)
            // 0x00 to 0x20 and 0x7F come before 0x80 to 0xA0; 0xAD is the last.
            || matches!(u32::from(*character), 0x122..=0x143)
    };
    token.chars().filter(|character| !continues(character)).count()
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
            let again = Vocabulary::load(folder.path(), kind, None).unwrap();
            let tokens = vocabulary.encode(TEXT).unwrap();
            assert_eq!(again.encode(TEXT).unwrap(), tokens);
            assert_eq!(again.size(), vocabulary.size());
            assert!(tokens.iter().all(|&token| (token as usize) < vocabulary.size()));
            assert_eq!(tokens.iter().map(|&token| vocabulary.characters(token)).sum::<usize>(), TEXT.chars().count());
            let golden = trine_golden_model::Tokenizer::load(&folder.path().into()).unwrap();
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

    #[test]
    fn a_vocabulary_of_another_kind_or_another_content_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let characters = Vocabulary::learn(VocabularyKind::Characters, TEXT, "").unwrap();
        characters.save(folder.path()).unwrap();
        let pairs = Vocabulary::learn(VocabularyKind::Bpe(260), TEXT, "").unwrap();
        pairs.save(folder.path()).unwrap();
        assert!(!folder.path().join("chars.json").exists(), "it would be read first");
        let sum = checkpoint::hash(&pairs.to_file().unwrap().1);
        let load = |sum| Vocabulary::load(folder.path(), VocabularyKind::Bpe(260), Some(sum)).map(|v| v.size());
        assert_eq!(load(&sum).unwrap(), 260);
        Vocabulary::learn(VocabularyKind::Bpe(260), &TEXT.to_uppercase(), "").unwrap().save(folder.path()).unwrap();
        let error = load(&sum).unwrap_err().to_string();
        assert!(error.contains("tokenizer.json") && error.contains("SHA-256"), "as large, but another: {error}");
    }

    /// The library's work for a word grows with the square of its length, so that sum is counted: over texts without
    /// blanks of one, two and four times a length it is no more than twice and four times as much.
    #[test]
    fn the_work_of_learning_grows_as_the_text() {
        let letters = |seed: u32, count: u32, of: &[char]| -> String {
            let at = |i: u32| (i.wrapping_mul(i).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 9) as usize;
            (0..count).map(|i| of[at(i) % of.len()]).collect()
        };
        let work = |text: &str| {
            let words: Vec<String> = text.lines().flat_map(|line| words(&format!("{line}\n")).unwrap()).collect();
            let bytes: usize = words.iter().map(|word| word.chars().count()).sum();
            assert_eq!(bytes, text.len() + text.lines().count(), "every byte is in a word");
            words.iter().map(|word| word.chars().count().pow(2)).sum::<usize>()
        };
        for alphabet in [&['a'][..], &['a', 'c', 'g', 't'], &['天', '地', '玄', '黃'], &['=', '-'], &[' ']] {
            let [one, two, four] = [3000, 6000, 12_000].map(|count| work(&letters(7, count, alphabet)));
            assert!(two <= one * 21 / 10 && four <= one * 42 / 10, "{alphabet:?}: {one} {two} {four}");
        }
        // Words of a text with blanks are not cut.
        assert_eq!(words(" of a length\n").unwrap(), ["Ġof", "Ġa", "Ġlength", "Ċ"]);
        let long = "x".repeat(LONGEST);
        assert_eq!(words(&long).unwrap(), [long.as_str()]);
        let vocabulary = Vocabulary::learn(VocabularyKind::Bpe(300), &letters(3, 20_000, &['a', 'c', 'g', 't']), "");
        assert_eq!(vocabulary.unwrap().size(), 300);
    }

    /// Characters of two, three and four bytes, which pairs cut in the middle.
    #[test]
    fn cut_characters_count_once() {
        let text = "naïve — 天地玄黃 🜁🜂🜃 «é»\u{a0}\u{ad}\u{7f}\n".repeat(4);
        for size in [256, 262, 280] {
            let pairs = Vocabulary::learn(VocabularyKind::Bpe(size), &text, "").unwrap();
            let tokens = pairs.encode(&text).unwrap();
            assert_eq!(tokens.iter().map(|&token| pairs.characters(token)).sum::<usize>(), text.chars().count());
        }
    }
}
