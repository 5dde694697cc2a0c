//! SentencePiece's compiled table of replacements, such as `nmt_nfkc`.
//!
//! ```text
//! size:u32  trie: size bytes, a double array of u32  strings, each ended by a zero byte
//! ```
//!
//! At each place of a text the longest key of the trie is replaced by its string; a character that begins no key stays.
//! The library's own reading of the table looks at whole graphemes and loses parts of some.

/// A table of replacements.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Charsmap {
    trie: Vec<u32>,
    strings: Vec<u8>,
}

impl Charsmap {
    /// Reads a table.
    ///
    /// # Errors
    /// If the sizes in it do not fit its length.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let damaged =
            || format!("the table of replacements (precompiled_charsmap) of {} bytes is damaged", bytes.len());
        let (size, rest) = bytes.split_first_chunk().ok_or_else(damaged)?;
        let size = u32::from_le_bytes(*size) as usize;
        if size == 0 || !size.is_multiple_of(4) || size > rest.len() {
            return Err(damaged());
        }
        let (trie, strings) = rest.split_at(size);
        let (units, _) = trie.as_chunks();
        Ok(Self { trie: units.iter().copied().map(u32::from_le_bytes).collect(), strings: strings.to_vec() })
    }

    /// The text with all replacements made.
    pub(super) fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let found = self.longest(rest.as_bytes()).filter(|(length, _)| rest.is_char_boundary(*length));
            let (length, string) = found.and_then(|(length, at)| Some((length, self.string(at)?))).unzip();
            match string {
                Some(string) => out.push_str(string),
                None => out.push(character),
            }
            rest = &rest[length.unwrap_or(character.len_utf8())..];
        }
        out
    }

    /// Length of the longest key at the start of `bytes`, and the place of its string.
    fn longest(&self, bytes: &[u8]) -> Option<(usize, usize)> {
        // The double array of the Darts library: each unit holds a label, an offset to its children, and whether the
        // first of those is a value.
        let offset = |unit: u32| ((unit >> 10) << ((unit & (1 << 9)) >> 6)) as usize;
        let mut node = offset(*self.trie.first()?);
        let mut longest = None;
        for (length, &byte) in (1..).zip(bytes) {
            node ^= usize::from(byte);
            let Some(&unit) = self.trie.get(node) else { break };
            if unit & (1 << 31 | 0xff) != u32::from(byte) {
                break;
            }
            node ^= offset(unit);
            if unit >> 8 & 1 == 1 {
                let Some(&value) = self.trie.get(node) else { break };
                longest = Some((length, (value & !(1 << 31)) as usize));
            }
        }
        longest
    }

    fn string(&self, at: usize) -> Option<&str> {
        let rest = self.strings.get(at..)?;
        let end = rest.iter().position(|&byte| byte == 0)?;
        std::str::from_utf8(&rest[..end]).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table of two keys, one the start of the other, made by hand.
    #[test]
    fn the_longest_key_wins() {
        let mut trie = vec![0u32; 0x704];
        trie[0] = 0x100 << 10;
        trie[0x161] = u32::from(b'a') | 1 << 8 | 0x200 << 10;
        trie[0x361] = 1 << 31;
        trie[0x303] = u32::from(b'b') | 1 << 8 | 0x400 << 10;
        trie[0x703] = 1 << 31 | 2;
        let bytes: Vec<u8> = trie.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let size = (bytes.len() as u32).to_le_bytes();
        let table = Charsmap::parse(&[&size, &bytes[..], b"x\0yy\0"].concat()).unwrap();
        assert_eq!(table.apply("ab a b aab \u{e9}a"), "yy x b xyy \u{e9}x");
    }

    #[test]
    fn damaged_tables() {
        for bytes in [&[][..], &[1, 0, 0], &[4, 0, 0, 0], &[0, 0, 0, 0, 1], &[3, 0, 0, 0, 1, 2, 3], &[255; 8]] {
            assert!(Charsmap::parse(bytes).unwrap_err().contains("damaged"), "{bytes:?}");
        }
        // Offsets that lead out of the trie replace nothing.
        let wild = Charsmap::parse(&[[4, 0, 0, 0], [255; 4]].concat()).unwrap();
        assert_eq!(wild.apply("a\u{e9}b"), "a\u{e9}b");
    }
}
