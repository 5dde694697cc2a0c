//! `trine logits`: the scores of every position, as a NumPy array.

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use serde::Serialize;
use trine_golden_model::{KvCache, ModelSource, npy};
use trine_report::document::Kind;
use trine_report::place::Output;
use trine_report::places::Places;
use trine_report::text::grouped;

use crate::Verdict;
use crate::backend::{Backend, BackendArgs, Engine};
use crate::json::JsonArg;
use crate::loading::{self, Loading};
use crate::output::progress;
use crate::provenance::{provenance, simulators};
use crate::threads::ThreadsArg;

/// Compute the logits of token ids as a NumPy array
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder in Hugging Face layout, .gguf file, or synthetic:NAME[:LAYERS]
    #[arg(long, value_parser = crate::loading::source())]
    model: ModelSource,
    /// Token ids of one sequence
    #[arg(long, value_name = "ID,ID,...", value_delimiter = ',', required_unless_present = "ids_file")]
    ids: Vec<u32>,
    /// Token ids of several sequences, int64 [batch, seq]
    #[arg(long, value_name = "FILE.npy", conflicts_with = "ids")]
    ids_file: Option<PathBuf>,
    /// File to write, float32 [batch, seq, vocab]; - is standard output
    #[arg(short, long, alias = "out", value_name = "FILE.npy")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) threads: ThreadsArg,
    #[command(flatten)]
    pub(crate) json: JsonArg,
    #[command(flatten)]
    loading: Loading,
    #[command(flatten)]
    backend: BackendArgs,
}

#[derive(Serialize)]
struct Report {
    shape: [usize; 3],
    backend: Backend,
    seconds: f64,
    macs: u64,
    mismatches: u64,
    fallbacks: usize,
    /// Failures of the unit, also those that a second attempt overcame.
    #[serde(rename = "incident_count")]
    incidents: usize,
}

impl Args {
    /// Adds the files of the options to `places`.
    pub(crate) fn add_to(&self, places: &mut Places) -> Result<()> {
        loading::add_to("--model", &self.model, places);
        self.ids_file.iter().for_each(|file| places.reads("--ids-file", file));
        places.writes("--output", &self.output);
        self.backend.add_to(places)?;
        self.json.add_to(places);
        Ok(())
    }
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    args.backend.memory()?;
    let model = args.loading.load_for(&args.model, args.backend.streams(&args.model))?;
    let batch = match &args.ids_file {
        Some(path) => npy::read_ids(path)?,
        None => vec![args.ids.clone()],
    };
    let (seq, vocab) = (batch[0].len(), model.config().vocab);
    let context = model.config().context;
    ensure!(seq <= context, "{seq} tokens do not fit the model's context of {context}; give at most {context}");
    if let Some(token) = batch.iter().flatten().find(|&&token| token as usize >= vocab) {
        bail!("token {token} is outside the vocabulary of {vocab}");
    }
    let (file, json) = (Output::open(&args.output)?, args.json.open()?);
    let mut engine = args.backend.engine(&args.model, &model, None, None)?;

    let start = Instant::now();
    let bar = progress(batch.len() as u64, "sequences");
    let mut values = Vec::with_capacity(batch.len() * seq * vocab);
    for ids in &batch {
        let logits = model.forward(&mut engine, ids, &mut KvCache::new(model.config()))?;
        values.extend_from_slice(logits.as_slice());
        bar.inc(1);
    }
    bar.finish_and_clear();
    let shape = [batch.len(), seq, vocab];
    let mut report = Report {
        shape,
        backend: args.backend.backend.clone(),
        seconds: start.elapsed().as_secs_f64(),
        macs: 0,
        mismatches: 0,
        fallbacks: 0,
        incidents: 0,
    };
    writeln!(out, "logits {shape:?} for {}, {:.2} s", args.output.display(), report.seconds)?;
    if let Engine::Rtl(offload) = &engine {
        let ledger = offload.ledger();
        (report.macs, report.mismatches) = (ledger.macs, ledger.mismatches);
        (report.fallbacks, report.incidents) = (ledger.fallbacks(), ledger.incidents.len());
        writeln!(out, "mismatches {} of {} MACs", ledger.mismatches, grouped(ledger.checked_macs))?;
        for incident in &ledger.incidents {
            writeln!(out, "device failure in {}: {}", incident.layer, incident.error)?;
        }
    }
    let array = file.write_with(|out| npy::write_f32_to(out, &shape.map(|n| n as u64), &values));
    let tools = (report.backend == Backend::Rtl).then(simulators).into_iter().flatten();
    let written = json.write(Kind::Logits, provenance().with_tools(tools), &report);
    written.and(array.map_err(Into::into))?;
    Ok(if report.mismatches == 0 && report.incidents == 0 { Verdict::Right } else { Verdict::Wrong })
}
