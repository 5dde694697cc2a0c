//! A process together with all the processes that it starts.
//!
//! ```text
//! this process ── Tree ──> process group: the tool and what it starts
//!                  └─pipe─> guard: kills the group when the pipe closes before it is dismissed
//! ```
//! The tool leads a process group of its own, so one signal reaches all of it. The pipe to the guard closes with this
//! process, so nothing is left behind by Ctrl-C or a crash either.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};

/// Script of the guard. A tool may tidy up for a second.
const GUARD: &str = r#"read -r dismissed || { kill -s TERM -- "-$0"; sleep 1; kill -s KILL -- "-$0"; }"#;

/// A running process in a group of its own; dropping it kills the whole group.
#[derive(Debug)]
pub struct Tree {
    child: Child,
    guard: Child,
    /// Closing it without a line calls the guard.
    dismissal: Option<ChildStdin>,
    ended: bool,
}

impl Tree {
    /// Starts `command` in a process group of its own.
    ///
    /// # Errors
    /// When the command or its guard, a POSIX shell, does not start.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        let mut child = command.process_group(0).spawn()?;
        let guard = Command::new("/bin/sh")
            .args(["-c", GUARD, &child.id().to_string()])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match guard {
            Ok(mut guard) => Ok(Self { child, dismissal: guard.stdin.take(), guard, ended: false }),
            Err(error) => {
                kill(&mut child)?;
                Err(error)
            }
        }
    }

    /// The process that leads the group, for its standard streams and its number.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Number of the process, which is that of its group.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The status of the process, if it has ended.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        let status = self.child.try_wait()?;
        self.ended |= status.is_some();
        Ok(status)
    }

    /// Waits until the process ends.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait()?;
        self.ended = true;
        Ok(status)
    }

    /// Kills the process and all that it started, if it has not ended.
    ///
    /// # Errors
    /// When the system does not allow it.
    pub fn kill(&mut self) -> io::Result<ExitStatus> {
        if !self.ended {
            kill(&mut self.child)?;
        }
        self.wait()
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        // Nobody is left to take an error.
        let _ = self.kill();
        if let Some(mut dismissal) = self.dismissal.take() {
            let _ = dismissal.write_all(b"\n");
        }
        let _ = self.guard.wait();
    }
}

/// Kills the group that `child` leads. Its number is free for others only after `child` was waited for.
fn kill(child: &mut Child) -> io::Result<()> {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    match group.map(|group| kill_process_group(group, Signal::KILL)) {
        Some(Ok(())) => child.wait().map(drop),
        Some(Err(error)) => Err(error.into()),
        None => child.kill(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, Instant};
    use std::{env, fs, thread};

    use super::*;

    /// Folder in which the process that a test kills leaves the number of its grandchild.
    const FOLDER: &str = "TRINE_TOOLS_TEST_FOLDER";

    /// A shell that starts a process, writes its number to `folder/child`, and waits for it.
    fn parent(folder: &Path) -> Tree {
        let script = "sleep 1000 & echo $! >draft; mv draft child; wait";
        Tree::spawn(Command::new("sh").args(["-c", script]).current_dir(folder)).unwrap()
    }

    fn soon(what: impl Fn() -> bool) -> bool {
        let end = Instant::now() + Duration::from_secs(30);
        while Instant::now() < end && !what() {
            thread::sleep(Duration::from_millis(10));
        }
        what()
    }

    fn grandchild(folder: &Path) -> String {
        let file = folder.join("child");
        assert!(soon(|| file.exists()), "it starts");
        fs::read_to_string(file).unwrap().trim().to_owned()
    }

    fn gone(process: &str) -> bool {
        let state = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        state.is_empty() || state.contains(") Z ")
    }

    #[test]
    fn killing_and_dropping_end_what_was_started() {
        let folder = tempfile::tempdir().unwrap();
        let mut tree = parent(folder.path());
        let child = grandchild(folder.path());
        assert!(!gone(&child) && tree.try_wait().unwrap().is_none());
        assert!(!tree.kill().unwrap().success());
        assert!(soon(|| gone(&child)), "killed");

        fs::remove_file(folder.path().join("child")).unwrap();
        let tree = parent(folder.path());
        let child = grandchild(folder.path());
        drop(tree);
        assert!(soon(|| gone(&child)), "dropped");
    }

    #[test]
    fn a_process_that_ends_by_itself_is_left_alone() {
        let mut tree = Tree::spawn(Command::new("sh").args(["-c", "exit 3"])).unwrap();
        assert_eq!(tree.wait().unwrap().code(), Some(3));
        assert_eq!(tree.kill().unwrap().code(), Some(3));
    }

    /// Runs in the process that the next test kills.
    #[test]
    fn a_process_to_be_killed() {
        if let Some(folder) = env::var_os(FOLDER) {
            let _ = parent(Path::new(&folder)).wait();
        }
    }

    #[test]
    fn nothing_is_left_behind_when_this_process_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let mut killed = Command::new(env::current_exe().unwrap());
        killed.args(["--exact", "tree::tests::a_process_to_be_killed"]).env(FOLDER, folder.path());
        let mut killed = killed.stdout(Stdio::null()).spawn().unwrap();
        let child = grandchild(folder.path());
        assert!(!gone(&child));
        killed.kill().unwrap();
        killed.wait().unwrap();
        assert!(soon(|| gone(&child)), "the guard ends it");
    }
}
