//! One exchange: any number of streams in and out of a design, at the same time.

use crate::dut::Dut;
use crate::error::Error;
use crate::ffi::{SinkJob, SourceJob, status};
use crate::monitor::StreamRule;
use crate::streams::{Collect, Play, Source};

/// When an exchange ends.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// It fails after this many cycles in which no beat moves.
    pub idle: u64,
    /// Cycles watched for excess beats when all expected ones are through.
    pub drain: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { idle: 100_000, drain: 8 }
    }
}

/// Plays all sources and collects all sinks at the same time until every beat is through.
///
/// # Errors
/// [`Error::Idle`] when the streams come to rest early, [`Error::Stream`] when the design breaks a [`StreamRule`],
/// [`Error::Width`] for a buffer that is not whole beats, [`Error::Design`] when the design fails.
pub fn exchange(
    dut: &mut Dut,
    plays: &mut [Play<'_>],
    collects: &mut [Collect<'_>],
    limits: Limits,
) -> Result<(), Error> {
    let mut sources = Vec::with_capacity(plays.len());
    for Play { source: Source(end), bytes, ends } in plays.iter() {
        end.belongs_to(dut)?;
        let beats = end.beats(bytes)?;
        sources.push(SourceJob {
            ports: end.ports,
            bytes: bytes.as_ptr(),
            beats,
            ends: ends.as_ptr(),
            packets: ends.len() as u64,
            moved: 0,
            stalls: end.stalls,
        });
    }
    let mut sinks = Vec::with_capacity(collects.len());
    for Collect { sink, bytes } in collects.iter_mut() {
        sink.end.belongs_to(dut)?;
        let beats = sink.end.beats(bytes)?;
        sink.prepare(beats as usize);
        sinks.push(SinkJob {
            ports: sink.end.ports,
            bytes: bytes.as_mut_ptr(),
            keeps: sink.keeps.as_mut_ptr(),
            lasts: sink.lasts.as_mut_ptr(),
            cycles: sink.cycles.as_mut_ptr(),
            beats,
            moved: 0,
            violation: 0,
            stalls: sink.end.stalls,
        });
    }

    // SAFETY: every end was checked against the port table when it was made, and belongs to this design; its buffers
    // have room for the beats that were just counted.
    let result = unsafe { dut.exchange(&mut sources, &mut sinks, limits.idle, limits.drain) };

    for (Play { source: Source(end), .. }, job) in plays.iter_mut().zip(&sources) {
        (end.moved, end.stalls) = (job.moved, job.stalls);
    }
    for (Collect { sink, .. }, job) in collects.iter_mut().zip(&sinks) {
        (sink.end.moved, sink.end.stalls) = (job.moved, job.stalls);
        sink.cycles.truncate(job.moved as usize);
    }
    let cycle = dut.cycles();
    match result? {
        status::TIMEOUT => {
            let ends = plays.iter().map(|play| &play.source.0).chain(collects.iter().map(|collect| &collect.sink.end));
            let beats = sources.iter().map(|job| job.beats).chain(sinks.iter().map(|job| job.beats));
            let progress: Vec<String> =
                ends.zip(beats).map(|(end, beats)| format!("{} {} of {beats} beats", end.name, end.moved)).collect();
            let top = dut.library().top().to_owned();
            Err(Error::Idle { top, limit: limits.idle, cycle, progress: progress.join(", ") })
        }
        _ => collects.iter().zip(&sinks).try_for_each(|(collect, job)| match StreamRule::from_code(job.violation) {
            None => Ok(()),
            Some(rule) => {
                let stream = collect.sink.end.name.clone();
                Err(Error::Stream { stream, beat: job.moved, cycle: cycle - 1, rule })
            }
        }),
    }
}
