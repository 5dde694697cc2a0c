//! Commands run to their end or to their time limit.

use std::fs::File;
use std::io::{self, Read};
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Tree;

/// Reason for which a command has no exit status.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It could not be started or watched.
    #[error("cannot run {}: {source}", program.display())]
    Failed {
        /// The program.
        program: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It took too long and was stopped, with all that it started.
    #[error("{} was stopped after {} s", program.display(), limit.as_secs())]
    TimeOut {
        /// The program.
        program: PathBuf,
        /// The time that it was given.
        limit: Duration,
    },
}

/// Runs a command without standard input and captures what it writes.
///
/// # Errors
/// [`RunError`] when it does not start or takes longer than `limit`.
pub fn output(command: &mut Command, limit: Option<Duration>) -> Result<Output, RunError> {
    let program = PathBuf::from(command.get_program());
    let failed = |source| RunError::Failed { program: program.clone(), source };
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut tree = Tree::spawn(command).map_err(failed)?;
    let (stdout, stderr) = (tree.child().stdout.take(), tree.child().stderr.take());
    thread::scope(|scope| {
        let stdout = scope.spawn(|| all(stdout));
        let stderr = scope.spawn(|| all(stderr));
        // Once it has ended, or was killed, both readers come to an end.
        let status = finish(&mut tree, limit, &mut |_| ());
        let read = |reader: thread::ScopedJoinHandle<'_, io::Result<Vec<u8>>>| {
            reader.join().unwrap_or_else(|panic| resume_unwind(panic)).map_err(failed)
        };
        let (stdout, stderr) = (read(stdout), read(stderr));
        let status = ended(status, program.clone(), limit)?;
        Ok(Output { status, stdout: stdout?, stderr: stderr? })
    })
}

/// Runs a command without standard input and lets it write into `log`; `tick` gets the time since the start, several times
/// a second.
///
/// # Errors
/// [`RunError`] when it does not start or takes longer than `limit`.
pub fn logged(
    command: &mut Command,
    log: File,
    limit: Duration,
    mut tick: impl FnMut(Duration),
) -> Result<ExitStatus, RunError> {
    let program = PathBuf::from(command.get_program());
    let start = || {
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Tree::spawn(command)
    };
    let mut tree = start().map_err(|source| RunError::Failed { program: program.clone(), source })?;
    ended(finish(&mut tree, Some(limit), &mut tick), program, Some(limit))
}

/// The status, or the error, of a command that was waited for.
fn ended(
    status: io::Result<Option<ExitStatus>>,
    program: PathBuf,
    limit: Option<Duration>,
) -> Result<ExitStatus, RunError> {
    match status {
        Ok(Some(status)) => Ok(status),
        Ok(None) => Err(RunError::TimeOut { program, limit: limit.unwrap_or_default() }),
        Err(source) => Err(RunError::Failed { program, source }),
    }
}

/// Waits for the end; kills the tree at the limit, `None` then.
fn finish(tree: &mut Tree, limit: Option<Duration>, tick: &mut dyn FnMut(Duration)) -> io::Result<Option<ExitStatus>> {
    let Some(limit) = limit else { return tree.wait().map(Some) };
    let start = Instant::now();
    let mut last_tick = Duration::ZERO;
    loop {
        if let Some(status) = tree.try_wait()? {
            return Ok(Some(status));
        }
        let elapsed = start.elapsed();
        if elapsed > limit {
            tree.kill()?;
            return Ok(None);
        }
        if elapsed - last_tick > Duration::from_millis(200) {
            last_tick = elapsed;
            tick(elapsed);
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// All that comes.
fn all(from: Option<impl Read>) -> io::Result<Vec<u8>> {
    let mut bytes = vec![];
    if let Some(mut from) = from {
        from.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_outputs_are_captured_however_long() {
        let script = "for i in 1 2 3; do head -c 100000 /dev/zero; head -c 100000 /dev/zero >&2; done; exit 4";
        let found = output(&mut shell(script), None).unwrap();
        assert_eq!((found.status.code(), found.stdout.len(), found.stderr.len()), (Some(4), 300_000, 300_000));
    }

    #[test]
    fn a_command_that_takes_too_long_is_stopped_with_what_holds_its_output() {
        let begun = Instant::now();
        let error = output(&mut shell("sleep 1000 & wait"), Some(Duration::from_millis(100))).unwrap_err();
        assert!(matches!(error, RunError::TimeOut { .. }) && begun.elapsed() < Duration::from_secs(100), "{error}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = output(&mut Command::new("/nowhere/tool"), None).unwrap_err().to_string();
        assert!(error.starts_with("cannot run /nowhere/tool: No such file"), "{error}");
    }

    #[test]
    fn a_log_holds_both_outputs_in_order() {
        let mut log = tempfile::NamedTempFile::new().unwrap();
        let mut ticks = 0;
        let mut command = shell("echo one; echo two >&2; sleep 0.5; echo three");
        let status = logged(&mut command, log.reopen().unwrap(), Duration::from_secs(60), |_| ticks += 1).unwrap();
        let mut text = String::new();
        log.read_to_string(&mut text).unwrap();
        assert!(status.success() && ticks > 0);
        assert_eq!(text, "one\ntwo\nthree\n");
    }
}
