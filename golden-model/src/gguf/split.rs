//! Models split into several GGUF files, as `llama-gguf-split` and llama.cpp's converter write them.
//!
//! Part `i` of `n` is `NAME-0000i-of-0000n.gguf`, counted from 1. Every part says `split.no`, counted from 0,
//! `split.count` and `split.tensors.count`, the tensors of all parts; the first holds the model's other keys. Any part
//! may be named: its name says those of the others.

use std::path::{Path, PathBuf};

/// The parts of a model by the name of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// The name before the number.
    pub(crate) stem: String,
    /// This part, from 1.
    pub(crate) part: usize,
    /// All parts.
    pub(crate) count: usize,
}

impl Name {
    /// Takes a file's name apart; `None` if it is not that of a part.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.strip_suffix(".gguf")?;
        let (rest, count) = name.rsplit_once("-of-")?;
        let (stem, part) = rest.rsplit_once('-')?;
        let number = |digits: &str| {
            let digits = Some(digits).filter(|d| d.len() == 5 && d.bytes().all(|b| b.is_ascii_digit()))?;
            digits.parse::<usize>().ok()
        };
        let (part, count) = (number(part)?, number(count)?);
        (1..=count).contains(&part).then(|| Self { stem: stem.to_owned(), part, count })
    }

    /// The path of part `part` in the folder of `path`.
    pub(crate) fn path(&self, path: &Path, part: usize) -> PathBuf {
        path.with_file_name(format!("{}-{part:05}-of-{:05}.gguf", self.stem, self.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let name = Name::of("a/m-q2-00002-of-00003.gguf".as_ref()).unwrap();
        assert_eq!(name, Name { stem: "m-q2".into(), part: 2, count: 3 });
        assert_eq!(name.path("a/x".as_ref(), 3), Path::new("a/m-q2-00003-of-00003.gguf"));
        for other in
            ["m.gguf", "m-2-of-3.gguf", "m-00004-of-00003.gguf", "m-00000-of-00003.gguf", "m-0000a-of-00003.gguf"]
        {
            assert_eq!(Name::of(other.as_ref()), None, "{other}");
        }
    }
}
