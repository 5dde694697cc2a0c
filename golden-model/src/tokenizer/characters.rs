//! One token per character.

use std::collections::HashMap;
use std::path::Path;

use crate::Error;
use crate::files::{self, json};

/// A list of characters; a character's place is its token.
#[derive(Clone, Debug)]
pub(super) struct Characters {
    characters: Vec<char>,
    ids: HashMap<char, u32>,
}

impl Characters {
    /// Reads a JSON list of characters.
    pub(super) fn load(file: &Path) -> Result<Self, Error> {
        let fail = |reason: String| Error::config(file, format!("a list of characters is expected: {reason}"));
        let value = json::parse(&files::read(file)?).map_err(fail)?;
        let characters = serde_json::from_value(value).map_err(|e| fail(e.to_string()))?;
        Self::new(characters).map_err(|reason| Error::config(file, reason))
    }

    pub(super) fn new(characters: Vec<char>) -> Result<Self, String> {
        let mut ids = HashMap::new();
        for (&character, id) in characters.iter().zip(0..) {
            if ids.insert(character, id).is_some() {
                return Err(format!("character {character:?} is listed twice"));
            }
        }
        Ok(Self { characters, ids })
    }

    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        let token = |(position, character)| {
            self.ids.get(&character).copied().ok_or_else(|| Error::Vocabulary {
                character,
                position,
                hint: format!("the model knows {:?}", self.characters.iter().collect::<String>()),
            })
        };
        text.chars().enumerate().map(token).collect()
    }

    /// The text of `tokens`; one that is not there becomes U+FFFD.
    pub(super) fn decode(&self, tokens: &[u32]) -> String {
        tokens.iter().map(|&token| self.characters.get(token as usize).copied().unwrap_or('\u{fffd}')).collect()
    }

    pub(super) fn knows(&self, token: u32) -> bool {
        (token as usize) < self.characters.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters() {
        let characters = Characters::new(vec!['b', 'a', '\u{e9}']).unwrap();
        assert_eq!(characters.encode("ab\u{e9}").unwrap(), [1, 0, 2]);
        assert_eq!(characters.decode(&[2, 0]), "\u{e9}b");
        assert_eq!(
            characters.encode("ab\u{e9}x").unwrap_err().to_string(),
            "character 'x' at position 3 is not in the vocabulary; the model knows \"ba\u{e9}\""
        );
        assert_eq!(characters.decode(&[1, 3, 0, u32::MAX]), "a\u{fffd}b\u{fffd}");
        assert!(characters.knows(2) && !characters.knows(3));
        assert!(Characters::new(vec!['a', 'a']).is_err());
    }
}
