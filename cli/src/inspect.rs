//! `trine inspect`: what is in a checkpoint.

use std::io::Write;

use anyhow::Result;
use trine_golden_model::{Inspection, ModelSource};
use trine_report::document::Kind;
use trine_report::places::Places;
use trine_report::text::grouped;

use crate::Verdict;
use crate::json::JsonArg;
use crate::loading::{self, Loading};
use crate::output::table;
use crate::provenance::provenance;

/// Show a model's ternary layers: shapes, zeros, scales
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder in Hugging Face layout, .gguf file, or synthetic:NAME[:LAYERS]
    #[arg(value_parser = crate::loading::source())]
    model: ModelSource,
    #[command(flatten)]
    pub(crate) json: JsonArg,
    #[command(flatten)]
    loading: Loading,
}

impl Args {
    /// Adds the files of the options to `places`.
    pub(crate) fn add_to(&self, places: &mut Places) {
        loading::add_to("MODEL", &self.model, places);
        self.json.add_to(places);
    }
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let json = args.json.open()?;
    let (model, notices) = args.loading.load_with_notices(&args.model)?;
    let inspection = Inspection::new(&model, notices)?;
    let c = model.config();
    writeln!(
        out,
        "{}, {} linears, {} layers, hidden {}, intermediate {}, {} heads ({} key-value), vocabulary {}, context {}, head {}",
        c.architecture,
        inspection.linear_convention,
        c.layers,
        c.hidden,
        c.intermediate,
        c.heads,
        c.kv_heads,
        c.vocab,
        c.context,
        if c.tied { "tied to the embedding" } else { "of its own" }
    )?;
    let mut rows = table(["layer", "rows", "cols", "stored as", "zeros", "sums times", "bytes"]);
    for l in &inspection.layers {
        rows.add_row([
            l.name.clone(),
            l.rows.to_string(),
            l.cols.to_string(),
            l.encoding.clone(),
            format!("{:.1} %", 100.0 * l.zeros as f64 / (l.rows * l.cols) as f64),
            l.scales.to_string(),
            grouped(l.bytes),
        ]);
    }
    writeln!(out, "{rows}")?;
    let t = &inspection.totals;
    writeln!(
        out,
        "{} ternary weights, {:.1} % zero, {} bytes in memory",
        grouped(t.weights),
        100.0 * t.zero_fraction,
        grouped(t.bytes)
    )?;
    for notice in &inspection.notices {
        writeln!(out, "notice: {notice}")?;
    }
    json.write(Kind::Inspect, provenance(), &inspection)?;
    Ok(Verdict::Right)
}
