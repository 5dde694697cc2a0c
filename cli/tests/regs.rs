//! `trine regs` as a user runs it.

use crate::common::{trine, workplace};
use trine_spec::{Config, emit};

#[test]
fn every_format_is_printed_or_written_for_the_unit_asked_for() {
    let folder = workplace();
    let odd = Config::preset("odd").unwrap();
    let texts = [
        ("markdown", emit::markdown(&odd)),
        ("rdl", emit::rdl(&odd)),
        ("svd", emit::svd(&odd)),
        ("c", emit::c(&odd)),
        ("rust", emit::rust(&odd)),
    ];
    for (format, expected) in texts {
        let run = trine(folder.path(), &format!("regs --preset odd --format {format}"));
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{format}");
        assert!(run.stdout == expected, "{format}: {}", run.stdout);
        let run = trine(folder.path(), &format!("regs --preset odd --format {format} -o map"));
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{format}");
        assert!(std::fs::read_to_string(folder.path().join("map")).unwrap() == expected, "{format}");
    }
    let run = trine(folder.path(), "regs --format c --lanes 5 --columns 2");
    assert!(run.stdout.contains("CAPS0_RESET 0x") && run.stdout != emit::c(&odd), "{}", run.stdout);
}

#[test]
fn wrong_use_is_refused() {
    let folder = workplace();
    for (line, said) in
        [("regs", "--format"), ("regs --format pdf", "markdown"), ("regs --format c --lanes 0", "lanes = 0")]
    {
        let run = trine(folder.path(), line);
        assert_eq!(run.code, Some(2), "{line}");
        assert!(run.stdout.is_empty() && run.stderr.contains(said), "{line}: {}", run.stderr);
    }
}
