//! `trine inspect`: what is in a checkpoint.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;
use trine_golden_model::Model;

use crate::Verdict;
use crate::loading::Loading;
use crate::output::{grouped, table, write_json};

/// Show a model's ternary layers: shapes, scales, zeros, bytes
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder in Hugging Face layout, .gguf file, or synthetic:NAME[:LAYERS]
    model: PathBuf,
    /// Write the machine form here
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
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
    layers: Vec<Layer>,
    totals: Totals,
}

#[derive(Serialize)]
struct Layer {
    name: String,
    rows: usize,
    cols: usize,
    zeros: usize,
    scale: f32,
    bytes: usize,
}

#[derive(Default, Serialize)]
struct Totals {
    weights: usize,
    zeros: usize,
    zero_fraction: f64,
    bytes: usize,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let model = args.loading.load(&args.model)?;
    let inspection = inspect(&model);
    let c = model.config();
    writeln!(
        out,
        "{}, {} linears, {} layers, hidden {}, intermediate {}, {} heads ({} key-value), vocabulary {}, context {}",
        c.architecture,
        inspection.linear_convention,
        c.layers,
        c.hidden,
        c.intermediate,
        c.heads,
        c.kv_heads,
        c.vocab,
        c.context
    )?;
    let mut rows = table(["layer", "rows", "cols", "zeros", "scale", "bytes"]);
    for l in &inspection.layers {
        rows.add_row([
            l.name.clone(),
            l.rows.to_string(),
            l.cols.to_string(),
            format!("{:.1} %", 100.0 * l.zeros as f64 / (l.rows * l.cols) as f64),
            format!("{:.6}", l.scale),
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
    if let Some(path) = &args.json {
        write_json(path, &inspection)?;
    }
    Ok(Verdict::Right)
}

fn inspect(model: &Model) -> Inspection {
    let layers: Vec<Layer> = model
        .linears()
        .map(|(id, linear)| Layer {
            name: id.to_string(),
            rows: linear.weights.rows(),
            cols: linear.weights.cols(),
            zeros: linear.weights.zeros(),
            scale: linear.scale,
            bytes: linear.weights.bytes(),
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
    Inspection {
        architecture: c.architecture.clone(),
        linear_convention: c.convention.name(),
        hidden: c.hidden,
        intermediate: c.intermediate,
        heads: c.heads,
        kv_heads: c.kv_heads,
        vocab: c.vocab,
        context: c.context,
        layers,
        totals,
    }
}
