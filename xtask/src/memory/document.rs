//! docs/results/memory.md, from its template.

use anyhow::{Context, Result};
use askama::Template;
use trine_perf::memory;
use trine_report::text::grouped;
use trine_spec::{Config, Weights};

use super::{Controllers, Estimate, Measurement, Run, Source};

#[derive(Template)]
#[template(path = "memory.md")]
struct Document {
    tokens: Vec<[String; 9]>,
    beside: Vec<[String; 7]>,
    beside_model: String,
    fewer: String,
    estimates: Vec<[String; 6]>,
    faster: String,
    lighter: String,
    controllers: Vec<[String; 5]>,
    row: [String; 5],
    plan: [String; 3],
    commands: Vec<String>,
}

/// The document of what was measured.
pub(super) fn markdown(of: &Measurement) -> Result<String> {
    let [from_memory, on_stream] = &of.beside.weight_sources;
    let [before, after] = &of.estimates;
    let runs = of.tokens.iter().chain([&of.beside]).map(|run| &run.command);
    let document = Document {
        tokens: of.tokens.iter().map(token).collect::<Result<_>>()?,
        beside: [from_memory, on_stream].map(|source| beside(&of.beside, source)).into(),
        beside_model: format!(
            "`{}`, {} at {:.0} MHz",
            of.beside.model,
            size(&of.beside.config),
            of.beside.clock_hz / 1e6
        ),
        fewer: format!("{:.1}", on_stream.link_bytes as f64 / from_memory.link_bytes as f64),
        estimates: [before, after].map(estimate).into(),
        faster: format!("{:.3}", after.tokens_per_second / before.tokens_per_second),
        lighter: format!("{:.3}", after.bytes_per_token as f64 / before.bytes_per_token as f64),
        controllers: of.controllers.iter().map(controllers).collect(),
        row: [
            of.row.jobs.to_string(),
            grouped(of.row.bytes),
            grouped(of.row.cycles),
            grouped(of.row.one_job_cycles),
            format!("{:+.2} %", 100.0 * (of.row.cycles as f64 / of.row.one_job_cycles as f64 - 1.0)),
        ],
        plan: [of.plan.mismatches, of.plan.macs, of.plan.macs_with_pauses].map(grouped),
        commands: runs.chain(of.estimates.iter().map(|of| &of.command)).map(|command| command[1..].join(" ")).collect(),
    };
    Ok(document.render()? + "\n")
}

fn size(config: &Config) -> String {
    format!("{} x {}, {} bits", config.lanes(), config.columns(), config.weight_bus())
}

fn token(run: &Run) -> Result<[String; 9]> {
    let [source, _] = &run.weight_sources;
    let share = source.memory_utilization.with_context(|| format!("{}: no share of its peak", run.memory))?;
    let alone = memory::named(&run.memory)?.in_order().with_context(|| format!("{}: no rate in order", run.memory))?;
    Ok([
        format!("`{}`", run.model),
        format!("`{}`", run.memory),
        size(&run.config),
        format!("{:.0}", run.clock_hz / 1e6),
        format!("{} of {}", run.mismatches, grouped(run.checked_macs)),
        grouped(source.cycles),
        format!("{:.1} MB", source.memory_bytes as f64 / 1e6),
        format!("{:.1} %", 100.0 * share),
        format!("{:.3}", alone / share),
    ])
}

fn beside(run: &Run, source: &Source) -> [String; 7] {
    let rate = |rate: Option<f64>| rate.map_or_else(String::new, |rate| format!("{rate:.0}"));
    [
        if source.weights == Weights::Memory { format!("in `{}`", run.memory) } else { "on a stream".into() },
        rate(source.decode_tokens_per_second),
        grouped(source.cycles),
        format!("{:.1} kB", source.link_bytes as f64 / 1e3),
        format!("{:.2} MB", source.memory_bytes as f64 / 1e6),
        source.memory_utilization.map_or_else(String::new, |share| format!("{:.1} %", 100.0 * share)),
        source.tag.clone(),
    ]
}

fn estimate(of: &Estimate) -> [String; 6] {
    [
        format!("`{}`", of.model),
        size(&of.config),
        format!("{:.0}, `{}`", of.clock_hz / 1e6, of.memory),
        format!("{:.1}", of.tokens_per_second),
        format!("{:.2}", of.tokens_per_second_per_gbs),
        format!("{:.1} MB", of.bytes_per_token as f64 / 1e6),
    ]
}

fn controllers(of: &Controllers) -> [String; 5] {
    [
        format!("`{}`", of.name),
        format!("{:.3}", of.litedram),
        format!("{:.1} %", 100.0 * of.litedram / of.peak),
        format!("{:.3}", of.model),
        format!("{:+.2} %", 100.0 * (of.model / of.litedram - 1.0)),
    ]
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use trine_cli::json::kept;
    use trine_report::document::Kind;

    use super::*;

    #[test]
    fn the_document_is_what_the_kept_results_give() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        let document = std::fs::read_to_string(docs.join("results/memory.md")).unwrap();
        let mut kept: Measurement = kept(&docs.join("data/memory.json"), Kind::MemoryRuns).unwrap();
        assert!(markdown(&kept).unwrap() == document, "run `xtask memory --from docs/data/memory.json` again");
        kept.row.cycles += kept.row.cycles / 50;
        assert!(markdown(&kept).unwrap() != document, "a figure of the data is in the document");
    }

    /// The promises of the pages about units with weights in memory.
    #[test]
    fn the_kept_results_are_sound() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/data/memory.json");
        let kept: Measurement = kept(&data, Kind::MemoryRuns).unwrap();
        assert!(
            kept.tokens.iter().chain([&kept.beside]).all(|run| run.mismatches == 0 && run.checked_macs > 1_000_000)
        );
        assert!(kept.plan.mismatches == 0 && kept.plan.macs > 1_000_000_000 && kept.plan.macs_with_pauses > 0);
        assert!(kept.controllers.iter().all(|case| (case.model / case.litedram - 1.0).abs() < 0.02));
        assert!(kept.row.cycles * 100 <= kept.row.one_job_cycles * 101 && kept.row.cycles >= kept.row.peak_cycles);
    }
}
