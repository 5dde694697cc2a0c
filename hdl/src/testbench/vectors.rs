//! The beats of jobs as hexadecimal text, each stream once however many jobs use it.

use super::jobs::{End, Job, Operands};
use crate::emitted::SourceFile;
use std::collections::HashMap;
use std::fmt::Write as _;
use trine_spec::Config;
use trine_spec::packing::pack;

/// Words of a row of the table of jobs, in the order in which the Verilog reads them.
pub(super) const ROW: usize = 12;

/// Beats of one stream, a line each.
#[derive(Default)]
pub(super) struct Beats {
    text: String,
    lines: usize,
    places: HashMap<Vec<Vec<u8>>, usize>,
}

impl Beats {
    /// Number of the line of the first of these beats.
    fn place(&mut self, beats: &[Vec<u8>]) -> usize {
        if let Some(&place) = self.places.get(beats) {
            return place;
        }
        let place = self.lines;
        for beat in beats {
            // Zeros in front are left out, as tools put them there.
            let digits: String = beat.iter().rev().map(|byte| format!("{byte:02x}")).collect();
            let digits = digits.trim_start_matches('0');
            self.text += if digits.is_empty() { "0" } else { digits };
            self.text.push('\n');
        }
        self.lines += beats.len();
        self.places.insert(beats.to_vec(), place);
        place
    }

    pub(super) fn lines(&self) -> usize {
        self.lines
    }
}

/// Files that the testbench reads.
#[derive(Default)]
pub(super) struct Vectors {
    rows: Vec<[u32; ROW]>,
    pub(super) activations: Beats,
    pub(super) weights: Beats,
    sums: Vec<i32>,
}

impl Vectors {
    pub(super) fn new(c: &Config, jobs: &[Job]) -> Self {
        let mut all = Self::default();
        jobs.iter().for_each(|job| all.add(c, job));
        // No stream of its own may be without a beat: Verilog has no empty memories.
        all.activations.place(&[vec![0]]);
        all.weights.place(&[vec![0]]);
        all
    }

    pub(super) fn jobs(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn sums(&self) -> usize {
        self.sums.len()
    }

    fn add(&mut self, c: &Config, job: &Job) {
        let Operands { x, w } = &job.operands;
        let (act, wgt) = (activation_beats(c, job, x), weight_beats(c, job, w));
        let chunks = job.k.div_ceil(c.lanes());
        let whole = (chunks * job.m, job.n.div_ceil(c.columns()) * chunks * c.beats_per_tile());
        // What a refused job is offered does not matter.
        let (act_beats, wgt_beats) = match job.end {
            End::Done => whole,
            End::Code(_) => (act.len(), wgt.len()),
        };
        let at = |beats: &mut Beats, of: &[Vec<u8>]| if of.is_empty() { 0 } else { beats.place(of) };
        let row = [
            match job.end {
                End::Done => 0,
                End::Code(code) => code as usize,
            },
            job.m,
            job.k,
            job.n,
            at(&mut self.activations, &act),
            act.len().max(1),
            act_beats,
            at(&mut self.weights, &wgt),
            wgt.len().max(1),
            wgt_beats,
            self.sums.len(),
        ];
        let mut words = [0; ROW];
        words.iter_mut().zip(row).for_each(|(word, value)| *word = value as u32);
        words[ROW - 1] = job.pauses.iter().fold(0, |word, pause| word << 8 | u32::from(*pause));
        self.rows.push(words);
        if job.end == End::Done {
            self.sums.extend(sums(c, job));
        }
    }

    pub(super) fn files(self) -> Vec<SourceFile> {
        let lines =
            |words: &mut dyn Iterator<Item = String>| words.fold(String::new(), |text, word| text + &word + "\n");
        let row = |row: &[u32; ROW]| {
            row.iter().fold(String::new(), |mut text, word| {
                let space = if text.is_empty() { "" } else { " " };
                let _ = write!(text, "{space}{word:x}");
                text
            })
        };
        let texts = [
            ("jobs", lines(&mut self.rows.iter().map(row))),
            ("act", self.activations.text),
            ("wgt", self.weights.text),
            ("sums", lines(&mut self.sums.iter().map(|sum| format!("{sum:x}")))),
        ];
        texts.map(|(what, text)| SourceFile { name: format!("{}_{what}.hex", super::TESTBENCH), text }).into()
    }
}

/// The different activation beats, a byte a lane: what is sent is these again and again.
fn activation_beats(c: &Config, job: &Job, x: &[Vec<i8>]) -> Vec<Vec<u8>> {
    let beats = x.iter().map(|beat| beat.iter().map(|value| *value as u8).collect());
    debug_assert!(x.iter().all(|beat| beat.len() == c.lanes()) && x.len() <= job.m * job.k.div_ceil(c.lanes()).max(1));
    beats.collect()
}

/// The different weight beats: what is sent is these again and again.
fn weight_beats(c: &Config, job: &Job, w: &[Vec<i8>]) -> Vec<Vec<u8>> {
    let mut beats = vec![];
    for tile in w {
        let mut trits = tile.clone();
        trits.resize(c.beats_per_tile() * c.trits_per_beat(), 0);
        let mut bytes = vec![];
        pack(c.weight_code(), &trits, &mut bytes);
        beats.extend(bytes.chunks(c.weight_bus() / 8).map(<[u8]>::to_vec));
    }
    if let Some((byte, value)) = job.illegal {
        beats.truncate(1);
        beats[0][byte] = value;
    }
    beats
}

/// Expected sums by the definition of the product: token by token, output by output.
fn sums(c: &Config, job: &Job) -> Vec<i32> {
    let mut sums = Vec::with_capacity(job.m * job.n);
    for token in 0..job.m {
        for output in 0..job.n {
            let mut sum = 0;
            for position in 0..job.k {
                sum += i32::from(job.activation(c, token, position)) * i32::from(job.weight(c, output, position));
            }
            sums.push(sum);
        }
    }
    sums
}
