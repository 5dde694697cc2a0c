//! A device in a process of its own: whatever its code does, this one lives, and says how the other one ended.
//!
//! ```text
//! Isolated ──stdin──> the process: serve(device) ──stdout──> replies, read by a thread
//!                     stderr ──> log
//! ```
//! Generated C++ can crash or hang, which no check inside the same process survives. A process that died, or that was
//! ended because it outlasted its deadline, is a failed transport; the next call starts a new one, whose unit is fresh out of
//! reset. So a job is tried again after a crash like after any other fault. What the process wrote to stderr is kept and
//! quoted. Processes also run beside each other: several units need no more than several of these.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use trine_driver::{AccessError, Exchange, Memory, MemoryCommands, MemoryError, RegisterOp, Transport, TransportError};
use trine_tools::Tree;

use crate::wire::{self, Exchanged, Request, Streams};

/// The end of a log that an error quotes.
const QUOTED: u64 = 2000;

/// A device behind a process that [`serve`](crate::serve)s it.
#[derive(Debug)]
pub struct Isolated {
    command: Command,
    running: Option<Running>,
    deadline: Option<Instant>,
    cycles: Vec<u64>,
    /// Bytes of the device's memory; 0 where it has none.
    memory: u64,
    /// True if the device plays jobs that follow one another.
    queue: bool,
    /// Processes that have ended: their memory is gone with them.
    ended: u64,
}

#[derive(Debug)]
struct Running {
    tree: Tree,
    requests: ChildStdin,
    replies: Receiver<Vec<u8>>,
    log: File,
}

impl Isolated {
    /// A device that `command` serves on its standard input and output; it is started when it is first needed.
    #[must_use]
    pub fn new(command: Command) -> Self {
        Self { command, running: None, deadline: None, cycles: vec![], memory: 0, queue: false, ended: 0 }
    }

    /// The same for a device that reads its weights from a memory of `bytes`.
    #[must_use]
    pub fn with_memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// The same for a device that plays jobs which follow one another ([`Transport::queues`]).
    #[must_use]
    pub fn with_queue(mut self, queue: bool) -> Self {
        self.queue = queue;
        self
    }

    /// Number of the process, while there is one.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.tree.id())
    }

    fn start(&mut self) -> io::Result<Running> {
        let log = tempfile::tempfile().map_err(|error| {
            let folder = std::env::temp_dir();
            io::Error::other(format!("no temporary file in {}: {error}; name a folder in TMPDIR", folder.display()))
        })?;
        let command = self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log.try_clone()?);
        let mut tree = Tree::spawn(command)?;
        let child = tree.child();
        let (Some(requests), Some(mut stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("the process has no standard streams"));
        };
        let (sender, replies) = channel();
        // It ends with the process, whose end of the pipe closes then.
        thread::spawn(move || {
            while let Ok(Some(reply)) = wire::receive(&mut stdout)
                && sender.send(reply).is_ok()
            {}
        });
        Ok(Running { tree, requests, replies, log })
    }

    /// Sends a request; the body of the reply.
    fn ask(&mut self, request: &Request<'_>) -> Result<Vec<u8>, TransportError> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => self.start().map_err(failed)?,
        };
        let begun = Instant::now();
        let reply = match wire::send(&mut running.requests, request) {
            Err(_) => Err(RecvTimeoutError::Disconnected),
            Ok(()) => match self.deadline {
                Some(end) => running.replies.recv_timeout(end.saturating_duration_since(begun)),
                None => running.replies.recv().map_err(RecvTimeoutError::from),
            },
        };
        self.ended += u64::from(reply.is_err());
        match reply {
            Ok(reply) => {
                self.running = Some(running);
                Ok(reply)
            }
            Err(RecvTimeoutError::Timeout) => {
                running.end().map_err(failed)?;
                Err(TransportError::Deadline { after: begun.elapsed() })
            }
            Err(RecvTimeoutError::Disconnected) => Err(TransportError::Failed(running.end().map_err(failed)?)),
        }
    }
}

fn failed(error: io::Error) -> TransportError {
    TransportError::Failed(format!("the simulator's process: {error}"))
}

impl Running {
    /// Ends the process where it has not ended by itself, and says how it did.
    fn end(mut self) -> io::Result<String> {
        // One that closed its output is about to end; only one that hangs is still there a moment later.
        let patience = Instant::now() + Duration::from_millis(200);
        while self.tree.try_wait()?.is_none() && Instant::now() < patience {
            thread::sleep(Duration::from_millis(2));
        }
        let status = self.tree.kill()?;
        let length = self.log.seek(SeekFrom::End(0))?;
        self.log.seek(SeekFrom::Start(length.saturating_sub(QUOTED)))?;
        let mut log = vec![];
        self.log.read_to_end(&mut log)?;
        let log = String::from_utf8_lossy(&log);
        let said = if log.trim().is_empty() { "it wrote nothing".into() } else { format!("it wrote: {}", log.trim()) };
        Ok(format!("the simulator's process ended with {status}; {said}"))
    }
}

impl Transport for Isolated {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        self.access(&[RegisterOp::Read(offset)]).map(|values| values[0]).map_err(|failed| failed.error)
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        self.access(&[RegisterOp::Write(offset, value)]).map(drop).map_err(|failed| failed.error)
    }

    /// All of them in one message: the wait for the other process is what takes time.
    fn access(&mut self, all: &[RegisterOp]) -> Result<Vec<u32>, AccessError> {
        let none = |error| AccessError { index: 0, error };
        let reply = self.ask(&Request::Access(all.to_vec())).map_err(none)?;
        let outcome: Result<Vec<u32>, AccessError> = wire::decoded(&reply).map_err(|e| none(failed(e)))?;
        let counted = match &outcome {
            Ok(values) => values.len() == all.len(),
            Err(AccessError { index, .. }) => *index < all.len(),
        };
        if !counted {
            return Err(none(failed(io::Error::new(ErrorKind::InvalidData, "values of other registers"))));
        }
        outcome
    }

    fn exchange(&mut self, streams: Exchange<'_>) -> Result<(), TransportError> {
        self.exchange_all(&mut [streams])
    }

    fn queues(&self) -> bool {
        self.queue
    }

    /// All of them in one message.
    fn exchange_all(&mut self, jobs: &mut [Exchange<'_>]) -> Result<(), TransportError> {
        self.cycles.clear();
        let streams =
            jobs.iter().map(|Exchange { activations, weights, results }| Streams { activations, weights, results });
        let reply = self.ask(&Request::Exchange(streams.collect()))?;
        let found: Result<Exchanged<'_>, TransportError> = wire::decoded(&reply).map_err(failed)?;
        let Exchanged { results: mut found, cycles } = found?;
        if found.len() != jobs.iter().map(|job| job.results.len()).sum::<usize>() {
            return Err(failed(io::Error::new(ErrorKind::InvalidData, "results of another length")));
        }
        for job in jobs {
            let (own, others) = found.split_at(job.results.len());
            job.results.copy_from_slice(own);
            found = others;
        }
        self.cycles = cycles;
        Ok(())
    }

    fn result_cycles(&self) -> &[u64] {
        &self.cycles
    }

    fn set_deadline(&mut self, end: Option<Instant>) {
        self.deadline = end;
    }

    fn memory(&mut self) -> Option<&mut dyn Memory> {
        (self.memory > 0).then_some(self as &mut dyn Memory)
    }

    /// None after a process has ended: what its memory did is gone.
    fn memory_commands(&mut self) -> Option<MemoryCommands> {
        let reply = if self.memory > 0 { self.ask(&Request::MemoryCommands).ok()? } else { return None };
        wire::decoded::<Option<MemoryCommands>>(&reply).ok()?.filter(|_| self.ended == 0)
    }
}

impl Memory for Isolated {
    fn bytes(&self) -> u64 {
        self.memory
    }

    fn epoch(&self) -> u64 {
        self.ended
    }

    fn store(&mut self, at: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        let reply =
            self.ask(&Request::MemoryWrite { at, bytes }).map_err(|error| MemoryError::Failed(error.to_string()))?;
        wire::decoded::<Result<(), MemoryError>>(&reply)
            .map_err(|error| MemoryError::Failed(failed(error).to_string()))?
    }

    fn load(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError> {
        let count = bytes.len() as u64;
        let reply =
            self.ask(&Request::MemoryRead { at, count }).map_err(|error| MemoryError::Failed(error.to_string()))?;
        let found = wire::decoded::<Result<Vec<u8>, MemoryError>>(&reply);
        let found = found.map_err(|error| MemoryError::Failed(failed(error).to_string()))??;
        if found.len() != bytes.len() {
            return Err(MemoryError::Failed("the simulator's process: bytes of another length".into()));
        }
        bytes.copy_from_slice(&found);
        Ok(())
    }
}

impl Drop for Isolated {
    fn drop(&mut self) {
        if let Some(Running { mut tree, requests, .. }) = self.running.take() {
            // Without requests it ends by itself, and completes its waveform.
            drop(requests);
            let _ = tree.wait();
        }
    }
}
