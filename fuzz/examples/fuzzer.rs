//! libFuzzer around one target, which `TRINE_TARGET` names.
#![no_main]

use std::sync::LazyLock;

use trine_fuzz::{TARGETS, Target};

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    // The hook of libFuzzer ends the process at every panic, also at such as the golden model catches because the library of
    // tokenizers panics. Without it the process ends at those only that reach the fuzzer.
    drop(std::panic::take_hook());
    let name = std::env::var("TRINE_TARGET").unwrap_or_default();
    TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| {
        let known: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("TRINE_TARGET is one of {}", known.join(" "));
        std::process::exit(2);
    })
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (TARGET.run)(bytes));
