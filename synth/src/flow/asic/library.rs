//! Standard cell libraries in Liberty format.

use crate::bench::ToolBench;
use crate::error::Error;
use crate::flow::OSU018;
use crate::tools::Search;
use crate::yosys::ABC;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

/// A library that exists.
#[derive(Clone, Debug)]
pub struct Library {
    /// Name of the target in results.
    pub target: String,
    /// Its name, from its first line.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// Cells that are left out, `*` and `?` for other letters.
    pub dont_use: Vec<String>,
}

/// The library in the folder of a bench. Scripts know it by this name alone: those of Yosys and of OpenSTA each quote paths in
/// their own way, and some paths in none.
pub(crate) const LIBERTY: &str = "cells.lib";

/// The 180 nm library of Oklahoma State University, as Debian ships it.
const FILE: &str = "osu018_stdcells.lib";
const VARIABLE: &str = "TRINE_OSU018";

impl Library {
    /// The library in a file of the user's.
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::Unreadable`] for a file that is no Liberty library.
    pub fn open(path: PathBuf) -> Result<Library, Error> {
        let shown = path.display().to_string();
        // The name comes before everything else but comments
        let mut start = vec![];
        let file = File::open(&path).and_then(|file| file.take(1 << 20).read_to_end(&mut start));
        file.map_err(Error::io(format!("reading {shown}")))?;
        let name = name(&String::from_utf8_lossy(&start));
        let name = name.ok_or_else(|| Error::unreadable(&shown, "it is no library in Liberty format"))?;
        // Tools run in folders of their own
        let path = path.canonicalize().map_err(Error::io(format!("reading {shown}")))?;
        Ok(Library { target: "liberty".into(), name, path, dont_use: vec![] })
    }

    /// The Yosys commands that map registers and logic on its cells, in the folder of `bench`, which gets the library as
    /// [`LIBERTY`].
    pub(crate) fn mapping(&self, bench: &ToolBench<'_>) -> Result<String, Error> {
        bench.write("abc.script", ABC)?;
        bench.copy(&self.path, LIBERTY)?;
        let without: String = self.dont_use.iter().map(|cell| format!(" -dont_use {cell}")).collect();
        Ok(format!("dfflibmap -liberty {LIBERTY}{without}\nabc -liberty {LIBERTY} -script abc.script{without}\n"))
    }

    /// The library osu018: named in `TRINE_OSU018`, in `.tools/synth`, or where Debian's package puts it.
    ///
    /// # Errors
    /// [`Error::ToolMissing`] when it is nowhere.
    pub fn osu018() -> Result<Library, Error> {
        let search = Search::from_environment(VARIABLE);
        if let Some(named) = search.named() {
            return Ok(Library { target: OSU018.into(), ..Library::open(named)? });
        }
        let package = PathBuf::from("usr/share/qflow/tech/osu018").join(FILE);
        let places = search.tools().map(|tools| tools.join("synth").join(&package));
        let found = places.chain([PathBuf::from("/").join(&package)]).find(|file| file.is_file());
        let missing =
            Error::ToolMissing { tool: "the library osu018", variable: VARIABLE, install: "make setup-synth" };
        Ok(Library { target: OSU018.into(), ..Library::open(found.ok_or(missing)?)? })
    }
}

/// The name of the library that begins so; what is in it is for the tools to read.
fn name(start: &str) -> Option<String> {
    let rest = after(start.trim_start_matches('\u{feff}'))?.strip_prefix("library")?;
    let rest = after(after(rest)?.strip_prefix('(')?)?;
    let (name, rest) = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => rest.split_at(rest.find(|c: char| c.is_whitespace() || ")/".contains(c))?),
    };
    after(rest)?.starts_with(')').then(|| name.trim().to_string())
}

/// The text behind blanks and comments.
fn after(mut text: &str) -> Option<&str> {
    loop {
        text = text.trim_start();
        text = match (text.strip_prefix("/*"), text.strip_prefix("//")) {
            (Some(comment), _) => comment.split_once("*/")?.1,
            (_, Some(comment)) => comment.split_once('\n')?.1,
            _ => return Some(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn comments_may_stand_before_and_within_the_name() {
        for text in [
            "library (small) {",
            "/* a */ library/* b */(/* c */ small /* d */) {",
            "// a\n/* b */\nlibrary(\"small\") {",
            "\u{feff}library\n(small\n)",
        ] {
            assert_eq!(name(text).as_deref(), Some("small"), "{text}");
        }
        for text in ["", "library", "/* library (small) {", "module small ();", "library (small"] {
            assert_eq!(name(text), None, "{text}");
        }
    }
}
