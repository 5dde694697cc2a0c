//! Devices in processes of their own that die, hang or talk nonsense.

use std::process::Command;
use std::time::{Duration, Instant};

use trine_driver::{Exchange, Transport, TransportError};
use trine_sim::Isolated;

fn shell(script: &str) -> Isolated {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    Isolated::new(command)
}

fn failure(device: &mut Isolated) -> String {
    match device.read(0) {
        Err(TransportError::Failed(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_crash_is_reported_with_its_signal_and_log() {
    let why = failure(&mut shell("echo assertion 7 failed >&2; kill -SEGV $$"));
    assert!(why.starts_with("the simulator's process ended with signal: 11"), "{why}");
    assert!(why.ends_with("it wrote: assertion 7 failed"), "{why}");
    let why = failure(&mut shell("exit 3"));
    assert!(why.contains("exit status: 3") && why.ends_with("it wrote nothing"), "{why}");
}

#[test]
fn the_next_call_starts_a_new_process() {
    let folder = tempfile::tempdir().unwrap();
    let script = format!("echo once >> {}/log; exit 1", folder.path().display());
    let mut device = shell(&script);
    for starts in 1..=3 {
        failure(&mut device);
        assert_eq!(std::fs::read_to_string(folder.path().join("log")).unwrap().lines().count(), starts);
    }
}

#[test]
fn a_process_that_hangs_is_ended_at_the_deadline() {
    let mut device = shell("sleep 1000; exit 1");
    device.set_deadline(Some(Instant::now() + Duration::from_millis(50)));
    let streams = Exchange { activations: &[1; 8], weights: &[2; 8], results: &mut [0; 8] };
    assert!(matches!(device.exchange(streams), Err(TransportError::Deadline { .. })));
    assert_eq!(device.process(), None);
}

#[test]
fn nonsense_is_an_error_and_no_panic() {
    for reply in
        ["\\001\\0\\0\\0\\0\\0\\0\\0\\011", "\\002\\0\\0\\0\\0\\0\\0\\0\\0\\1", "\\001\\0\\0\\0\\0\\0\\0\\0\\003"]
    {
        let why = failure(&mut shell(&format!("printf '{reply}'; cat >/dev/null")));
        assert!(why.starts_with("the simulator's process: "), "{reply}: {why}");
    }
    // Half a message is an end.
    let why = failure(&mut shell("printf '\\011\\0\\0\\0\\0\\0\\0\\0ab'; exec >&-; exit 0"));
    assert!(why.contains("ended with exit status: 0"), "{why}");
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let why = failure(&mut Isolated::new(Command::new("/nowhere/simulator")));
    assert!(why.contains("No such file"), "{why}");
}
