//! A pseudo-terminal in front of a simulated device: a serial port that any program of this machine can open.
//!
//! ```text
//! client ──open──> link ──> /dev/pts/N <══> Terminal ──serve_line──> FarEnd: bridge to registers, or pins of a design
//! ```
//! Clients come and go, one at a time; the device stays as it is. Like a wire, the terminal holds nobody up: what a client does
//! not read in time is dropped.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use trine_driver::TransportError;

use crate::error::Error;

/// Longest time for a client to read.
const PATIENCE: Duration = Duration::from_secs(1);

/// Interval at which a terminal without client is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// A device at the far end of a serial line.
pub trait FarEnd {
    /// Takes `bytes` and adds what the device answers; returns how long the line may then be silent before it should
    /// [`rest`](Self::rest).
    ///
    /// # Errors
    /// [`TransportError`] when the device fails.
    fn take(&mut self, bytes: &[u8], answer: &mut Vec<u8>) -> Result<Duration, TransportError>;

    /// Lets some time pass in which nothing comes, and returns how long it may be until it should again.
    ///
    /// # Errors
    /// [`TransportError`] when the device fails.
    fn rest(&mut self, answer: &mut Vec<u8>) -> Result<Duration, TransportError>;
}

/// A pseudo-terminal, and a link to it that goes when this does.
#[derive(Debug)]
pub struct Terminal {
    master: OwnedFd,
    /// Target of the link.
    target: PathBuf,
    link: PathBuf,
}

/// Target of a link to `slave`: a path through this process, so that the link is dead as soon as the process is, although the
/// system may give the terminal's number to the next program that wants one.
fn through_this_process(slave: &Path) -> PathBuf {
    PathBuf::from(format!("/proc/{}/../..", std::process::id())).join(slave.strip_prefix("/").unwrap_or(slave))
}

impl Terminal {
    /// A new terminal, which clients find at `link`. A link there to a terminal that is gone is replaced.
    ///
    /// # Errors
    /// [`Error::Io`] when something else is there, or the system makes no terminal.
    pub fn new(link: &Path) -> Result<Self, Error> {
        let cannot = |action| move |errno: Errno| Error::io(action, link)(errno.into());
        let action = "cannot make a pseudo-terminal for";
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).map_err(cannot(action))?;
        grantpt(&master).and_then(|()| unlockpt(&master)).map_err(cannot(action))?;
        let slave =
            PathBuf::from(std::ffi::OsString::from_vec(ptsname(&master, vec![]).map_err(cannot(action))?.into()));
        // Bytes are bytes, also before the first client says so.
        let mut modes = tcgetattr(&master).map_err(cannot(action))?;
        modes.make_raw();
        tcsetattr(&master, OptionalActions::Now, &modes).map_err(cannot(action))?;
        rustix::io::ioctl_fionbio(&master, true).map_err(cannot(action))?;

        Self::vacant(link)?;
        if link.is_symlink() {
            fs::remove_file(link).map_err(Error::io("cannot replace", link))?;
        }
        let target = through_this_process(&slave);
        std::os::unix::fs::symlink(&target, link).map_err(Error::io("cannot make a terminal at", link))?;
        Ok(Self { master, target, link: link.to_owned() })
    }

    /// Looks whether a terminal can be found at `link`: nothing is there, or what a server left that was ended by force.
    ///
    /// # Errors
    /// [`Error::Occupied`] when something else is there, [`Error::Io`] when no link can be made there.
    pub fn vacant(link: &Path) -> Result<(), Error> {
        let occupied = |there: String| Err(Error::Occupied { link: link.to_owned(), there });
        let Ok(target) = fs::read_link(link) else {
            return match fs::symlink_metadata(link) {
                Ok(_) => occupied("something that exists already, and is no link".into()),
                Err(_) => Self::can_link(link),
            };
        };
        let to_terminal = target.components().any(|part| part.as_os_str() == "pts");
        match fs::canonicalize(link) {
            Ok(terminal) if to_terminal => occupied(format!(
                "a link to {}, which is in use: end the `trine serve` that made it, or remove the link where that is gone",
                terminal.display()
            )),
            Err(_) if to_terminal => Ok(()),
            _ => occupied(format!("a link to {}, which is no terminal's", target.display())),
        }
    }

    fn can_link(link: &Path) -> Result<(), Error> {
        // Whether the folder takes a link is known when it has taken one.
        std::os::unix::fs::symlink("/dev/pts", link)
            .and_then(|()| fs::remove_file(link))
            .map_err(Error::io("cannot make a terminal at", link))
    }

    /// Adds what a client sends to `bytes`; whether anything came before `patience` was over.
    fn receive(&mut self, bytes: &mut Vec<u8>, patience: Duration) -> io::Result<bool> {
        if !self.is_ready(PollFlags::IN, patience)? {
            return Ok(false);
        }
        let mut part = [0; 4096];
        match rustix::io::read(&self.master, &mut part) {
            Ok(count) => {
                bytes.extend(&part[..count]);
                Ok(count > 0)
            }
            // The last client has gone; one that comes is not announced.
            Err(Errno::IO) => {
                thread::sleep(patience.min(LOOK));
                Ok(false)
            }
            Err(Errno::AGAIN | Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match rustix::io::write(&self.master, bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) if self.is_ready(PollFlags::OUT, PATIENCE)? => {}
                // Nobody reads.
                Err(Errno::AGAIN | Errno::IO) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn is_ready(&self, what: PollFlags, patience: Duration) -> io::Result<bool> {
        let patience = Timespec::try_from(patience).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(&self.master, what)], Some(&patience)) {
            Ok(count) => Ok(count > 0),
            Err(Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if fs::read_link(&self.link).is_ok_and(|target| target == self.target) {
            // There is nobody to tell if this fails, and the next terminal replaces it.
            let _ = fs::remove_file(&self.link);
        }
    }
}

/// Lets clients of `terminal` speak with `device` until `stop` is set.
///
/// # Errors
/// When the device or the terminal fails.
pub fn serve_line(device: &mut dyn FarEnd, terminal: &mut Terminal, stop: &AtomicBool) -> io::Result<()> {
    let (mut bytes, mut answer, mut silence) = (vec![], vec![], Duration::ZERO);
    while !stop.load(Ordering::Relaxed) {
        bytes.clear();
        answer.clear();
        let outcome = match terminal.receive(&mut bytes, silence)? {
            true => device.take(&bytes, &mut answer),
            false => device.rest(&mut answer),
        };
        silence = outcome.map_err(io::Error::other)?;
        terminal.send(&answer)?;
    }
    Ok(())
}
