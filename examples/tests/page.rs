//! The code and the recordings in docs/how-to/transport.md are those of the program `transport`.

use std::path::Path;

use crate::programs::printed;

/// The blocks of the page in `language`.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("```{language}\n");
    let rest = |(at, _): (usize, &str)| &page[at + opening.len()..];
    page.match_indices(&opening).map(rest).map(|text| text.split("```").next().unwrap_or(text)).collect()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

#[test]
fn code_is_that_of_the_program() {
    let page = text("docs/how-to/transport.md");
    let sources = ["main", "pipe", "logged"].map(|file| text(&format!("examples/transport/{file}.rs"))).concat();
    let code = blocks(&page, "rust");
    assert!(code.len() >= 3, "{} blocks", code.len());
    for block in code {
        assert!(sources.contains(block), "no file of examples/transport has this:\n{block}");
    }
}

#[test]
fn recordings_are_what_the_program_prints() {
    let page = text("docs/how-to/transport.md");
    let printed = printed(env!("CARGO_BIN_EXE_transport"), |_| {});
    let recordings = blocks(&page, "text");
    assert!(recordings.len() >= 3, "{} blocks", recordings.len());
    for block in recordings {
        assert!(printed.contains(block), "the program does not print this:\n{block}\nbut\n{printed}");
    }
}
