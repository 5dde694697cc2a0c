//! Text to tokens and back.

use std::collections::HashMap;
use std::path::Path;

use crate::Error;

/// A model's tokenizer.
#[derive(Clone, Debug)]
pub struct Tokenizer(Vocabulary);

#[derive(Clone, Debug)]
enum Vocabulary {
    Characters { characters: Vec<char>, ids: HashMap<char, u32> },
}

impl Tokenizer {
    /// Loads the tokenizer that belongs to the model at `path`.
    ///
    /// # Errors
    /// If there is none, or it is damaged.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let file = path.join("chars.json");
        let text = std::fs::read_to_string(&file).map_err(Error::io(&file))?;
        let characters = serde_json::from_str(&text)
            .map_err(|e| Error::config(&file, format!("a list of characters is expected: {e}")))?;
        Self::from_characters(characters).map_err(|reason| Error::config(&file, reason))
    }

    /// One token per character; a character's place is its token.
    fn from_characters(characters: Vec<char>) -> Result<Self, String> {
        let mut ids = HashMap::new();
        for (&character, id) in characters.iter().zip(0..) {
            if ids.insert(character, id).is_some() {
                return Err(format!("character {character:?} is listed twice"));
            }
        }
        Ok(Self(Vocabulary::Characters { characters, ids }))
    }

    /// The tokens of `text`.
    ///
    /// # Errors
    /// [`Error::Vocabulary`] names the first character that has no token, and its position.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        let Vocabulary::Characters { characters, ids } = &self.0;
        let token = |(position, character)| {
            ids.get(&character).copied().ok_or_else(|| Error::Vocabulary {
                character,
                position,
                hint: format!("the model knows {:?}", characters.iter().collect::<String>()),
            })
        };
        text.chars().enumerate().map(token).collect()
    }

    /// The text of `tokens`.
    ///
    /// # Errors
    /// If a token is outside the vocabulary.
    pub fn decode(&self, tokens: &[u32]) -> Result<String, Error> {
        let Vocabulary::Characters { characters, .. } = &self.0;
        let character = |&token: &u32| {
            characters.get(token as usize).ok_or_else(|| {
                Error::argument(format!("token {token} is outside the vocabulary of {}", characters.len()))
            })
        };
        tokens.iter().map(character).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters() {
        let tokenizer = Tokenizer::from_characters(vec!['b', 'a', '\u{e9}']).unwrap();
        assert_eq!(tokenizer.encode("ab\u{e9}").unwrap(), [1, 0, 2]);
        assert_eq!(tokenizer.decode(&[2, 0]).unwrap(), "\u{e9}b");
        assert_eq!(
            tokenizer.encode("ab\u{e9}x").unwrap_err().to_string(),
            "character 'x' at position 3 is not in the vocabulary; the model knows \"ba\u{e9}\""
        );
        assert!(tokenizer.decode(&[3]).unwrap_err().to_string().contains("token 3"));
        assert!(Tokenizer::from_characters(vec!['a', 'a']).is_err());
    }
}
