//! A tokenizer of whatever kind, and the calls that all kinds have.

use super::characters::Characters;
use super::library::Library;
use crate::Error;

/// A model's tokenizer.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    pub(super) vocabulary: Vocabulary,
    pub(super) notices: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) enum Vocabulary {
    Bytes,
    Characters(Characters),
    Library(Library),
}

impl Tokenizer {
    /// Warnings about the tokenizer: choices that were made where its files leave them open. Each is a sentence with the file.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// The tokens of `text`, with those that the model expects before a text.
    ///
    /// # Errors
    /// [`Error::Vocabulary`] names the first character that has no token, and its position.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        match &self.vocabulary {
            Vocabulary::Bytes => Ok(text.bytes().map(u32::from).collect()),
            Vocabulary::Characters(characters) => characters.encode(text),
            Vocabulary::Library(library) => library.encode(text),
        }
    }

    /// The text of `tokens`. Bytes that are not UTF-8 become U+FFFD, and so do characters that are not in the
    /// vocabulary; special tokens, and tokens that a library's tokenizer does not have, have no text.
    ///
    /// # Errors
    /// If the tokenizer contradicts itself.
    pub fn decode(&self, tokens: &[u32]) -> Result<String, Error> {
        match &self.vocabulary {
            Vocabulary::Bytes => {
                // A synthetic model has more tokens than there are bytes.
                let bytes: Vec<u8> = tokens.iter().map(|&token| u8::try_from(token).unwrap_or(b'?')).collect();
                Ok(String::from_utf8_lossy(&bytes).into_owned())
            }
            Vocabulary::Characters(characters) => Ok(characters.decode(tokens)),
            Vocabulary::Library(library) => library.decode(tokens),
        }
    }

    /// The text that `tokens` add to that of the tokens before them: a space that only a text's first token loses stays.
    ///
    /// # Errors
    /// If the tokenizer contradicts itself.
    pub fn decode_after(&self, before: &[u32], tokens: &[u32]) -> Result<String, Error> {
        let (given, all) = (self.decode(before)?, self.decode(&[before, tokens].concat())?);
        match all.strip_prefix(&given) {
            Some(text) => Ok(text.to_owned()),
            // The tokens finish a character that the ones before began.
            None => self.decode(tokens),
        }
    }

    /// True if the tokenizer has this token. A model may have more tokens than its tokenizer, since vocabularies are
    /// padded; every token of a synthetic model counts as known.
    pub fn knows(&self, token: u32) -> bool {
        match &self.vocabulary {
            Vocabulary::Bytes => true,
            Vocabulary::Characters(characters) => characters.knows(token),
            Vocabulary::Library(library) => library.tokenizer.id_to_token(token).is_some(),
        }
    }

    /// The text of a token as the vocabulary writes it, special tokens included.
    pub fn token(&self, token: u32) -> Option<String> {
        match &self.vocabulary {
            Vocabulary::Library(library) => library.tokenizer.id_to_token(token),
            _ => self.knows(token).then(|| self.decode(&[token]).ok()).flatten(),
        }
    }
}

impl From<Vocabulary> for Tokenizer {
    fn from(vocabulary: Vocabulary) -> Self {
        Self { vocabulary, notices: Vec::new() }
    }
}
