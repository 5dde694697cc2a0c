//! `trine inspect`: what is in a checkpoint.

use std::fmt;
use std::io::Write;

use anyhow::Result;
use serde::Serialize;
use trine_golden_model::{Linear, Model, ModelSource};
use trine_report::document::Kind;
use trine_report::text::grouped;

use crate::Verdict;
use crate::json::JsonArg;
use crate::loading::Loading;
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

#[derive(Serialize)]
struct Inspection {
    architecture: String,
    linear_convention: &'static str,
    hidden: usize,
    intermediate: usize,
    heads: usize,
    kv_heads: usize,
    vocab: usize,
    context: usize,
    /// True if the head is the embedding.
    tied: bool,
    layers: Vec<Layer>,
    totals: Totals,
    /// Warnings about the checkpoint and its tokenizer.
    notices: Vec<String>,
}

#[derive(Serialize)]
struct Layer {
    name: String,
    rows: usize,
    cols: usize,
    zeros: usize,
    /// Type of the weights in the checkpoint.
    encoding: String,
    /// The factor of all sums; absent where ranges of weights have their own.
    scale: Option<f32>,
    scales: Scales,
    bytes: usize,
}

/// The scales of a linear, by which sums are multiplied whatever the checkpoint holds: that, or its inverse.
#[derive(Serialize)]
struct Scales {
    /// Ranges of weights with a scale of their own.
    count: usize,
    /// Ranges of inputs among them, each a matmul of its own.
    input_ranges: usize,
    least: f32,
    largest: f32,
}

impl Scales {
    fn new(linear: &Linear) -> Self {
        Self {
            count: linear.parts.scales().count(),
            input_ranges: linear.parts.iter().count(),
            least: factors(linear).fold(f32::INFINITY, f32::min),
            largest: factors(linear).fold(0.0, f32::max),
        }
    }
}

/// The factor of each range of weights.
fn factors(linear: &Linear) -> impl Iterator<Item = f32> {
    linear.parts.scales().map(|scale| if linear.convention.divides() { 1.0 / scale } else { scale })
}

/// As in `0.070000`, or `0.050000 to 0.070000, 2 of inputs`.
impl fmt::Display for Scales {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, input_ranges, least, largest } = self;
        match (count, input_ranges) {
            (1, _) => write!(f, "{least:.6}"),
            (_, 1) => write!(f, "{least:.6} to {largest:.6}, {count} of outputs"),
            _ if count == input_ranges => write!(f, "{least:.6} to {largest:.6}, {count} of inputs"),
            _ => write!(f, "{least:.6} to {largest:.6}, {count} in {input_ranges} of inputs"),
        }
    }
}

#[derive(Default, Serialize)]
struct Totals {
    weights: usize,
    zeros: usize,
    zero_fraction: f64,
    bytes: usize,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let json = args.json.open()?;
    let (model, notices) = args.loading.load_with_notices(&args.model)?;
    let inspection = inspect(&model, notices)?;
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

fn inspect(model: &Model, notices: Vec<String>) -> Result<Inspection> {
    let layers: Vec<Layer> = model
        .linears()?
        .map(|(id, linear)| Layer {
            name: id.to_string(),
            rows: linear.parts.outputs(),
            cols: linear.parts.inputs(),
            zeros: linear.parts.zeros(),
            encoding: linear.encoding.clone(),
            scale: factors(linear).next().filter(|_| linear.parts.scales().count() == 1),
            scales: Scales::new(linear),
            bytes: linear.parts.bytes(),
        })
        .collect();
    let mut totals = Totals::default();
    for layer in &layers {
        totals.weights += layer.rows * layer.cols;
        totals.zeros += layer.zeros;
        totals.bytes += layer.bytes;
    }
    totals.zero_fraction = totals.zeros as f64 / totals.weights as f64;
    let c = model.config();
    Ok(Inspection {
        architecture: c.architecture.clone(),
        linear_convention: c.convention.name(),
        hidden: c.hidden,
        intermediate: c.intermediate,
        heads: c.heads,
        kv_heads: c.kv_heads,
        vocab: c.vocab,
        context: c.context,
        tied: c.tied,
        layers,
        totals,
        notices,
    })
}
