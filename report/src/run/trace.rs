//! `trace.json`: the run on a time axis, in the Trace Event Format that Perfetto and Chrome open.
//!
//! One microsecond on the axis is one clock cycle. Jobs lie where the unit's result stream ended, their length is what
//! the unit counted. What happens inside a job is drawn from the cycle model, stretched to that length:
//!
//! ```text
//! layer   ████████████████████████████████
//! job     ███████████████ ███████████████
//! pass     ███ ███ ███ ███ ...               one block of columns over all of K, where there are few of them
//! tile     █ █ █ █ ...                       for the first job of a shape
//! in/out   ██ activations, ████████ weights,  █ █ █ results
//! waits    lengths of the stall counters, laid end to end: counted, not placed
//! ```

use serde::Serialize;
use serde_json::{Value, json};
use trine_driver::cycles::MatmulShape;
use trine_driver::{Counters, JobRecord, Ledger};
use trine_perf::report::DeviceReport;

/// Tiles that are drawn one by one in a job.
const TILES: u64 = 256;
/// Passes that are drawn in every job; of more only the first job of a shape shows them.
const PASSES_ALWAYS: u64 = 32;
/// Events after which nothing more is drawn: what a browser opens without delay.
const EVENTS: usize = 200_000;

/// A trace.
#[derive(Debug, Serialize)]
pub(super) struct Trace {
    #[serde(rename = "traceEvents")]
    events: Vec<Value>,
    #[serde(rename = "displayTimeUnit")]
    unit: &'static str,
    #[serde(rename = "otherData")]
    about: Value,
}

/// Tracks from top to bottom.
const TRACKS: [&str; 9] = [
    "layers",
    "jobs",
    "passes",
    "tiles",
    "activations in",
    "weights in",
    "results out",
    "waits (counted, not placed)",
    "host",
];

const LAYERS: usize = 0;
const JOBS: usize = 1;
const PASSES: usize = 2;
const TILE: usize = 3;
const ACTIVATIONS: usize = 4;
const WEIGHTS: usize = 5;
const RESULTS: usize = 6;
const WAITS: usize = 7;
const HOST: usize = 8;

/// Draws all recorded jobs.
pub(super) fn trace(device: &DeviceReport, jobs: &[JobRecord]) -> Trace {
    let mut drawing = Drawing { device, events: vec![], seen: vec![], free: 0 };
    for (i, name) in TRACKS.iter().enumerate() {
        let args = json!({ "name": name });
        drawing.events.push(json!({"name": "thread_name", "ph": "M", "pid": 1, "tid": i, "args": args}));
        drawing
            .events
            .push(json!({"name": "thread_sort_index", "ph": "M", "pid": 1, "tid": i, "args": {"sort_index": i}}));
    }
    drawing.events.push(json!({"name": "process_name", "ph": "M", "pid": 1, "args": {"name": "trine unit"}}));
    let first = jobs.first().and_then(|job| Some(job.end? + 1 - job.counters.cycles)).unwrap_or(0);
    // One call of a layer is a run of jobs; a job starts when the unit is free, or later.
    let mut call: Option<(String, u64)> = None;
    for job in jobs {
        let start = match job.end {
            Some(end) => (end + 1).saturating_sub(job.counters.cycles + first).max(drawing.free),
            None => drawing.free,
        };
        let name = format!("{}, m = {}", job.id, job.tokens);
        if call.as_ref().is_none_or(|(open, _)| *open != name) {
            drawing.close(call.take());
            call = Some((name, start));
        }
        drawing.job(job, start);
    }
    drawing.close(call);
    let complete = jobs.len() < Ledger::JOBS && drawing.events.len() < EVENTS;
    Trace {
        events: drawing.events,
        unit: "ms",
        about: json!({
            "time": "1 us is 1 clock cycle",
            "clock_hz": device.clock_hz,
            "inside jobs": "passes, tiles and streams follow the cycle model, stretched to the cycles counted",
            "drawn": if complete { "all" } else { "the beginning" },
        }),
    }
}

struct Drawing<'a> {
    device: &'a DeviceReport,
    events: Vec<Value>,
    /// Shapes whose tiles have been drawn.
    seen: Vec<MatmulShape>,
    /// Cycle from which the unit is free.
    free: u64,
}

impl Drawing<'_> {
    fn slice(&mut self, track: usize, name: &str, start: u64, cycles: u64, args: Value) {
        if cycles > 0 && self.events.len() < EVENTS {
            let slice =
                json!({"name": name, "ph": "X", "pid": 1, "tid": track, "ts": start, "dur": cycles, "args": args});
            self.events.push(slice);
        }
    }

    /// Ends the slice of a layer where the unit became free.
    fn close(&mut self, call: Option<(String, u64)>) {
        if let Some((name, start)) = call {
            self.slice(LAYERS, &name, start, self.free - start, json!({}));
        }
    }

    fn job(&mut self, job: &JobRecord, start: u64) {
        let (config, counters, shape) = (&self.device.config, &job.counters, job.shape);
        let Counters { cycles, active, act_beats, wgt_beats, res_beats, stall_act, stall_wgt, stall_out } = *counters;
        let (m, beats) = (shape.m as u64, config.beats_per_tile() as u64);
        let (tiles, passes) = (shape.tiles(config), shape.n.div_ceil(config.columns()) as u64);
        let modelled = shape.cycles(config).max(1);
        let stretched = move |cycle: u64| start + cycle * cycles / modelled;
        let between = move |from: u64, to: u64| (stretched(from), stretched(to) - stretched(from));
        // A tile is applied after it has been gathered; the gathering of the next hides behind that.
        let (fill, step) = (beats.max(2), m.max(beats));
        let applied = move |tile: u64| fill + tile * step;

        self.slice(HOST, "registers", self.free, start - self.free, json!({}));
        let counted = json!({
            "m": shape.m, "k": shape.k, "n": shape.n, "cycles": cycles, "active": active,
            "stall_act": stall_act, "stall_wgt": stall_wgt, "stall_out": stall_out,
            "act_beats": act_beats, "wgt_beats": wgt_beats, "res_beats": res_beats,
        });
        self.slice(JOBS, &job.id.to_string(), start, cycles, counted);
        let chunks = tiles / passes.max(1);
        let new = !self.seen.contains(&shape);
        let drawn = if new || passes <= PASSES_ALWAYS { passes } else { 0 };
        for pass in 0..drawn {
            let (from, length) = between(applied(pass * chunks), applied((pass + 1) * chunks).min(modelled));
            self.slice(PASSES, &format!("pass {pass}"), from, length, json!({}));
            let out = (applied((pass + 1) * chunks - 1) + modelled - applied(tiles - 1) - m).min(modelled - m);
            let (from, length) = between(out, out + m);
            self.slice(RESULTS, "results", from, length, json!({ "beats": m }));
        }
        if new {
            self.seen.push(shape);
            for tile in 0..tiles.min(TILES) {
                let (from, length) = between(applied(tile), (applied(tile) + m).min(modelled));
                self.slice(TILE, &format!("tile {tile}"), from, length, json!({ "tokens": m }));
            }
        }
        let (from, length) = between(0, (chunks * step).max(act_beats).min(modelled));
        self.slice(ACTIVATIONS, "activations", from, length, json!({ "beats": act_beats }));
        let (from, length) = between(0, (fill + (tiles - 1) * step).min(modelled));
        self.slice(WEIGHTS, "weights", from, length, json!({ "beats": wgt_beats }));
        let mut at = start;
        for (name, waited) in [("for weights", stall_wgt), ("for activations", stall_act), ("for results", stall_out)] {
            self.slice(WAITS, name, at, waited, json!({ "cycles": waited }));
            at += waited;
        }
        self.free = start + cycles;
    }
}
