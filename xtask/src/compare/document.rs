//! Figures of docs/results/comparison.md, from a stored comparison; its text lies in `templates/comparison.md`.

use anyhow::Result;
use askama::Template;
use trine_report::text::{grouped, si};
use trine_train::{Kind, Shape, Sweep};

use super::data::{Comparison, Law, Row, Size};
use super::figures;

/// The largest gap between ternary and float that the project aims at.
const AIM: f64 = 0.05;

/// Names of all files that there may be.
pub(super) const NAMES: [&str; 4] =
    ["comparison.md", "comparison-energy.svg", "comparison-scaling.svg", "comparison-rates.svg"];

/// Names, of [`NAMES`], and contents.
pub(super) fn files(found: &Comparison) -> Result<Vec<(&'static str, String)>> {
    let mut files =
        vec![(NAMES[0], document(found)?), (NAMES[1], figures::energy(found)), (NAMES[2], figures::scaling(found))];
    files.extend(found.sweep.as_ref().map(|sweep| (NAMES[3], figures::rates(sweep))));
    Ok(files)
}

#[derive(Template)]
#[template(path = "comparison.md")]
struct Document<'a> {
    found: &'a Comparison,
    shape: &'a Shape,
    parameters: String,
    linear_weights: String,
    steps: String,
    /// Characters of a step.
    characters: String,
    seeds: usize,
    clock: String,
    rows: Vec<[String; 10]>,
    /// Rows that have no place in the plot.
    beyond: Vec<String>,
    original: Option<Claim>,
    after_training: Option<Claim>,
    four_bits: Option<Claim>,
    two_bits: Option<Claim>,
    smoothing: Option<Claim>,
    gap: Option<Gap>,
    smooth: Option<Smooth>,
    sizes: Vec<[String; 5]>,
    laws: Vec<LawRow>,
    /// Spreads of the float and of the ternary model over their seeds.
    spreads: Option<(String, String)>,
    gaps: Vec<String>,
    sweep: Option<Rates>,
}

/// A claim of the papers, as it is found here.
struct Claim {
    verdict: Verdict,
    /// Means of each pair.
    pairs: Vec<String>,
}

/// The first of each pair against the second.
enum Verdict {
    /// Alike in some pair.
    Alike,
    /// Better with every seed.
    Always,
    /// Better on average.
    OnAverage,
    /// Not better.
    No,
}

/// Ternary against float.
struct Gap {
    percent: String,
    within: bool,
    aim: String,
}

/// SmoothQuant against absmax, and both above float.
struct Smooth {
    distance: String,
    above: String,
}

struct LawRow {
    kind: &'static str,
    a: String,
    b: String,
    worst: String,
}

/// Both kinds at every learning rate.
struct Rates {
    steps: String,
    /// Characters of a step.
    characters: String,
    seed: u64,
    ternary: &'static str,
    float: &'static str,
    /// The rate, and bits per character of both kinds unless they diverged.
    rows: Vec<[Option<String>; 3]>,
    best: Option<Best>,
}

struct Best {
    /// The best rates.
    ternary: f64,
    float: f64,
    higher: bool,
    /// Float at the best rate of ternary, and against its own best; absent if it diverged.
    there: Option<(String, String)>,
}

fn document(found: &Comparison) -> Result<String> {
    let (shape, schedule) = (&found.recipe.shape, &found.recipe.schedule);
    let float = found.rows.first().map_or(f64::NAN, Row::mean);
    let get = |name: &str, bits: f64| row(found, name, bits);
    let b158 = get("BitNet b1.58", 1.6);
    let document = Document {
        parameters: grouped(found.parameters),
        linear_weights: grouped(found.linear_weights),
        steps: grouped(schedule.steps),
        characters: grouped(found.recipe.batch * shape.context),
        seeds: found.rows.first().map_or(0, |row| row.bits_per_char.len()),
        clock: si(found.clock_hz, "Hz"),
        rows: found.rows.iter().map(|row| cells(row, float)).collect(),
        beyond: found.rows.iter().filter(|row| !figures::shown(found, row)).map(Row::label).collect(),
        original: Claim::new(&[(b158, get("BitNet, 1 bit", 1.0))]),
        after_training: Claim::new(&[
            (b158, get("absmax", 2.0)),
            (b158, get("GPTQ", 2.0)),
            (b158, get("QuIP", 2.0)),
            (b158, get("ternary, rounded", 1.6)),
        ]),
        four_bits: Claim::new(&[(get("GPTQ", 4.0), get("absmax", 4.0))]),
        two_bits: Claim::new(&[(get("QuIP", 2.0), get("GPTQ", 2.0)), (get("GPTQ", 2.0), get("absmax", 2.0))]),
        smoothing: Claim::new(&[(get("SmoothQuant", 8.0), get("absmax", 8.0))]),
        gap: b158.map(|b158| {
            let gap = b158.mean() / float - 1.0;
            Gap { percent: format!("{:+.2}", 100.0 * gap), within: gap <= AIM, aim: format!("{:.0}", 100.0 * AIM) }
        }),
        smooth: get("SmoothQuant", 8.0).zip(get("absmax", 8.0)).map(|(smooth, absmax)| Smooth {
            distance: format!("{:.4}", (smooth.mean() - absmax.mean()).abs()),
            above: format!("{:.4}", absmax.mean() - float),
        }),
        sizes: sizes(found),
        laws: laws(found),
        spreads: found
            .rows
            .first()
            .zip(b158)
            .map(|(float, ternary)| (format!("{:.3}", float.spread()), format!("{:.3}", ternary.spread()))),
        gaps: gaps(found),
        sweep: found.sweep.as_ref().map(Rates::new),
        found,
        shape,
    };
    Ok(document.render()?)
}

/// A row of the table of models.
fn cells(row: &Row, float: f64) -> [String; 10] {
    let energy = row
        .energy_j
        .as_ref()
        .map_or("-".into(), |e| format!("{} ({} to {}, {})", si(e.value, "J"), si(e.lo, "J"), si(e.hi, "J"), e.tag));
    [
        if row.trained { format!("**{}**", row.name) } else { format!("float, then {}", row.name) },
        format!("{} bit{}", row.weight_bits, if row.weight_bits == 1.0 { "" } else { "s" }),
        format!("{} bits", row.activation_bits),
        format!("{:.4}", row.mean()),
        format!("{:.4}", row.spread()),
        format!("{:+.1} %", 100.0 * (row.mean() / float - 1.0)),
        si(row.bytes as f64, "B"),
        row.arithmetic.clone(),
        grouped(row.cycles),
        energy,
    ]
}

/// The row of this name and weight, with the fewest activation bits if there are several.
fn row<'a>(found: &'a Comparison, name: &str, bits: f64) -> Option<&'a Row> {
    found.rows.iter().find(|row| row.name == name && row.weight_bits == bits)
}

impl Claim {
    /// A claim that the first of each pair is better than the second; absent where there is no pair.
    fn new(pairs: &[(Option<&Row>, Option<&Row>)]) -> Option<Self> {
        let pairs: Vec<(&Row, &Row)> = pairs.iter().filter_map(|&(better, worse)| better.zip(worse)).collect();
        let pair = |(better, worse): &(&Row, &Row)| {
            format!("{} {:.4}, {} {:.4}", better.label(), better.mean(), worse.label(), worse.mean())
        };
        let claim = Self { verdict: Verdict::of(&pairs), pairs: pairs.iter().map(pair).collect() };
        (!pairs.is_empty()).then_some(claim)
    }
}

/// Means that differ by less than this part of them are alike.
const ALIKE: f64 = 1e-3;

impl Verdict {
    /// Seeds are compared one by one: methods of a seed start from the same float model, so they differ by far less than
    /// seeds do.
    fn of(pairs: &[(&Row, &Row)]) -> Self {
        let alike = |(a, b): &(&Row, &Row)| (a.mean() / b.mean() - 1.0).abs() < ALIKE;
        let in_all = |(a, b): &(&Row, &Row)| a.bits_per_char.iter().zip(&b.bits_per_char).all(|(a, b)| a < b);
        match () {
            () if pairs.iter().any(alike) => Self::Alike,
            () if pairs.iter().all(in_all) => Self::Always,
            () if pairs.iter().all(|(a, b)| a.mean() < b.mean()) => Self::OnAverage,
            () => Self::No,
        }
    }
}

fn sizes(found: &Comparison) -> Vec<[String; 5]> {
    let row = |size: &Size| {
        let law = found.laws.iter().find(|law| law.kind == size.kind);
        [
            size.kind.name().into(),
            size.hidden.to_string(),
            grouped(size.linear_weights),
            format!("{:.4}", size.bits_per_char),
            law.map_or("-".into(), |law| format!("{:.4}", law.law.at(size.linear_weights as f64))),
        ]
    };
    found.scaling.iter().map(row).collect()
}

fn laws(found: &Comparison) -> Vec<LawRow> {
    let row = |law: &Law| LawRow {
        kind: law.kind.name(),
        a: format!("{:.3}", law.law.a),
        b: format!("{:.4}", law.law.b),
        worst: format!("{:.2}", 100.0 * law.law.worst),
    };
    found.laws.iter().map(row).collect()
}

/// Ternary against float for each size that both have.
fn gaps(found: &Comparison) -> Vec<String> {
    let of = |kind| found.scaling.iter().filter(move |size| size.kind == kind);
    let gap = |ternary: &Size| {
        let float = of(Kind::Float).find(|float| float.hidden == ternary.hidden)?;
        Some(format!("{:+.2} % at {}", 100.0 * (ternary.bits_per_char / float.bits_per_char - 1.0), ternary.hidden))
    };
    of(Kind::Ternary).filter_map(gap).collect()
}

impl Rates {
    fn new(sweep: &Sweep) -> Self {
        let recipe = &sweep.recipe;
        let cell = |kind, rate| sweep.bits(kind, rate).map(|bits| format!("{bits:.4}"));
        let row = |rate: f64| [Some(rate.to_string()), cell(Kind::Ternary, rate), cell(Kind::Float, rate)];
        let best = sweep.best(Kind::Ternary).zip(sweep.best(Kind::Float));
        Self {
            steps: grouped(recipe.schedule.steps),
            characters: grouped(recipe.batch * recipe.shape.context),
            seed: recipe.seed,
            ternary: Kind::Ternary.name(),
            float: Kind::Float.name(),
            rows: sweep.rates().into_iter().map(row).collect(),
            best: best.map(|((ternary, _), (float, best))| Best {
                ternary,
                float,
                higher: ternary > float,
                there: sweep
                    .bits(Kind::Float, ternary)
                    .map(|bits| (format!("{bits:.4}"), format!("{:+.1}", 100.0 * (bits / best - 1.0)))),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trine_cli::json::kept;
    use trine_report::document::Kind;

    /// The committed document is the one that the stored comparison gives.
    #[test]
    fn the_document_is_that_of_the_stored_comparison() {
        let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        let found: Comparison = kept(&docs.join("data/comparison.json"), Kind::Compare).unwrap();
        for (name, content) in files(&found).unwrap() {
            let kept = std::fs::read_to_string(docs.join("results").join(name)).unwrap();
            assert!(kept == content, "{name}: run `xtask compare --from docs/data/comparison.json --docs docs` again");
        }
    }
}
