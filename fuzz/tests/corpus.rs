//! Every input that is kept comes back, and soon: the seeds of the fuzzer, and what it once found.

use std::path::Path;
use std::time::{Duration, Instant};

use trine_fuzz::TARGETS;

/// Long enough for a loaded machine, and for building the simulated unit.
const SOON: Duration = Duration::from_secs(60);

#[test]
fn every_kept_input_comes_back() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for target in TARGETS {
        let folder = corpus.join(target.name);
        let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{} has no inputs", target.name);
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            // Cut and damaged, too: the fuzzer's simplest steps, which need no fuzzer.
            let mut damaged = bytes.clone();
            for at in (0..damaged.len()).step_by(damaged.len() / 7 + 1) {
                damaged[at] ^= 0x15;
            }
            for bytes in [&bytes[..], &damaged, &bytes[..bytes.len() / 2]] {
                let begun = Instant::now();
                // The last line before a panic says where it comes from.
                println!("{}", file.display());
                (target.run)(bytes);
                assert!(begun.elapsed() < SOON, "{} takes {:?}", file.display(), begun.elapsed());
            }
        }
    }
}

#[test]
fn every_folder_has_its_target() {
    for folder in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")).unwrap() {
        let name = folder.unwrap().file_name();
        assert!(TARGETS.iter().any(|target| target.name == name.to_string_lossy()), "{name:?}");
    }
}
