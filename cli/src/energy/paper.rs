//! `trine energy paper`: the tables of [`trine_perf::paper`], printed.

use std::io::Write;

use anyhow::Result;
use trine_perf::paper::Papers;
use trine_report::document::Kind;

use crate::Verdict;
use crate::json::JsonArg;
use crate::output::table;
use crate::provenance::provenance;

/// Recompute the BitNet papers' energy and memory tables
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) json: JsonArg,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let json = args.json.open()?;
    let report = Papers::new()?;
    print(&report, out)?;
    json.write(Kind::EnergyPaper, provenance(), &report)?;
    Ok(if report.right() { Verdict::Right } else { Verdict::Wrong })
}

fn print(report: &Papers, out: &mut dyn Write) -> Result<()> {
    for t in &report.tables {
        writeln!(out, "{} ({}, {})", t.name, t.source, t.tag.name())?;
        if !t.note.is_empty() {
            writeln!(out, "{}", t.note)?;
        }
        let beside = if t.tolerance.is_some() { "computed" } else { "bytes here" };
        let mut rows = table([t.unit, beside, "printed", "difference"]);
        for row in &t.rows {
            let optional = |value: Option<f64>, signed: bool| match value {
                Some(value) if signed => format!("{value:+.4}"),
                Some(value) => format!("{value}"),
                None => "-".into(),
            };
            rows.add_row([
                row.label.clone(),
                format!("{:.4}", row.computed),
                optional(row.printed, false),
                optional(row.difference, true),
            ]);
        }
        writeln!(out, "{rows}")?;
        match (t.tolerance, t.wrong().count()) {
            (Some(tolerance), 0) => writeln!(out, "all within {tolerance}\n")?,
            (Some(tolerance), n) => writeln!(out, "{n} further apart than {tolerance}\n")?,
            (None, _) => writeln!(out, "cited beside ours, not expected to agree\n")?,
        }
    }
    writeln!(out, "What these figures do not say:")?;
    for objection in &report.objections {
        match objection.ratio {
            Some(ratio) => writeln!(out, "  {:>5.1}x  {}", ratio, objection.text)?,
            None => writeln!(out, "          {}", objection.text)?,
        }
    }
    Ok(())
}
