//! Steps run with a time limit, a log, and a word on how they go.

use std::time::Duration;
use trine_synth::Error;
use trine_synth::bench::{Tick, ToolBench};

const PLENTY: Duration = Duration::from_secs(60);

fn in_folder<T>(limit: Duration, work: impl FnOnce(&ToolBench<'_>) -> T) -> T {
    let folder = tempfile::tempdir().unwrap();
    work(&ToolBench::new(folder.path().to_owned(), limit, &|_| ()))
}

/// A step of the tool `sh`.
fn shell(bench: &ToolBench<'_>, script: &str) -> Result<String, Error> {
    bench.run("sh", "testing", "sh.log", &["/bin/sh", "-c", script])
}

#[test]
fn a_step_is_logged_and_recorded() {
    in_folder(PLENTY, |bench| {
        bench.write("folder/input", "words").unwrap();
        let log = shell(bench, "cat folder/input; echo ' and more' >&2").unwrap();
        assert_eq!(log, "words and more\n");
        assert_eq!(bench.read("sh.log").unwrap(), log);
        let done = bench.done();
        assert_eq!(done.len(), 1);
        assert_eq!((done[0].step.as_str(), done[0].log.as_str()), ("testing", "sh.log"));
        assert_eq!(done[0].command, r"sh -c 'cat folder/input; echo '\'' and more'\'' >&2'");
    });
}

#[test]
fn a_failed_step_shows_the_tools_last_lines() {
    in_folder(PLENTY, |bench| {
        let failed = |script: &str| match shell(bench, script) {
            Err(error @ Error::Failed { .. }) => error.to_string(),
            other => panic!("{other:?}"),
        };
        let log = bench.folder.join("sh.log");
        let text = failed("echo a; echo b; echo c; echo; echo d; echo e; exit 1");
        assert_eq!(text, format!("sh failed on testing: b\nc\nd\ne\nlog: {}", log.display()));
        let text = failed("echo 'ERROR: too large'; echo '0 warnings, 1 error'; exit 1");
        assert!(text.starts_with("sh failed on testing: ERROR: too large\n0 warnings, 1 error\n"), "{text}");
        assert!(bench.done().is_empty());
    });
}

/// Yosys leaves logic to a process of its own, which must not go on alone.
#[test]
fn a_step_that_takes_too_long_is_stopped_with_all_it_started() {
    in_folder(Duration::from_millis(500), |bench| {
        let stopped = shell(bench, "sleep 1000 & echo $! >child; wait");
        assert!(matches!(stopped, Err(Error::TimeOut { .. })), "{stopped:?}");
        let child = bench.read("child").unwrap();
        let state = || std::fs::read_to_string(format!("/proc/{}/stat", child.trim())).unwrap_or_default();
        // The system takes a moment to end it
        let gone = || state().is_empty() || state().contains(") Z ");
        let ended = (0..500).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            gone()
        });
        assert!(ended, "it still runs: {}", state());
    });
}

/// The step ends when its line was told, and by its time limit otherwise.
#[test]
fn a_running_step_says_how_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let watch = |tick: &Tick<'_>| {
        assert_eq!(tick.step, "testing");
        if tick.line == "half way" {
            std::fs::write(folder.path().join("seen"), "").unwrap();
        }
    };
    let bench = ToolBench::new(folder.path().to_owned(), PLENTY, &watch);
    shell(&bench, "echo half way; until [ -e seen ]; do sleep 0.05; done").unwrap();
}

#[test]
fn a_program_that_is_not_there_is_an_error() {
    in_folder(PLENTY, |bench| {
        let error = bench.run("nothing", "testing", "log", &["/nowhere/nothing"]).unwrap_err();
        assert!(error.to_string().starts_with("running nothing in "), "{error}");
        let error = bench.read("missing").unwrap_err().to_string();
        assert!(error.contains("missing: No such file"), "{error}");
    });
}
