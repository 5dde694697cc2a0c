//! `comparison.md`, from a stored comparison. Every sentence with a figure in it is computed.

use std::fmt::Write;

use trine_report::text::{grouped, si};
use trine_train::{Kind, Recipe};

use super::data::{Comparison, Row};
use super::figures;
use crate::train::Sweep;

/// The largest gap between ternary and float that the project aims at.
const AIM: f64 = 0.05;

/// Names of all files that there may be.
pub(super) const NAMES: [&str; 4] =
    ["comparison.md", "comparison-energy.svg", "comparison-scaling.svg", "comparison-rates.svg"];

/// Names, of [`NAMES`], and contents.
pub(super) fn files(found: &Comparison) -> Vec<(&'static str, String)> {
    let mut files =
        vec![(NAMES[0], document(found)), (NAMES[1], figures::energy(found)), (NAMES[2], figures::scaling(found))];
    files.extend(found.sweep.as_ref().map(|sweep| (NAMES[3], figures::rates(sweep))));
    files
}

fn document(found: &Comparison) -> String {
    let mut parts = vec![head(found), table(found), reading(found), sizes(found)];
    parts.extend(found.sweep.as_ref().map(rates));
    parts.push(methods());
    parts.join("\n")
}

fn head(found: &Comparison) -> String {
    let Recipe { shape, schedule, batch, .. } = &found.recipe;
    format!(
        "# BitNet against float, and against quantisation after training\n\n\
         Made by `make comparison` from Shakespeare's works, of which the last twentieth is held out; what it measured is in \
         [data/comparison.json](data/comparison.json), from which `trine compare --from` writes this text and its plots, and a \
         test keeps them equal to it.\n\n\
         One architecture, that of BitNet b1.58 2B-4T: hidden {}, intermediate {}, {} layers, {} heads, {} key-value heads, \
         context {}; {} parameters, {} of them in linears. {} steps of {} characters each; learning rate {} for float, {} for \
         BitNet, after {} steps of warm-up, falling linearly; weight decay 0.1 in the first half, then 0. Bits per character \
         are measured on {} windows of the held-out text, the same for all, and are means over {} seeds; the spread is from \
         the least to the largest. Cycles and energy are those of the linears of one token, projected by the closed forms of \
         the driver, on {} at {}, {} die, {}.\n",
        shape.hidden,
        shape.intermediate,
        shape.layers,
        shape.heads,
        shape.kv_heads,
        shape.context,
        grouped(found.parameters),
        grouped(found.linear_weights),
        grouped(schedule.steps),
        grouped(batch * shape.context),
        schedule.peak,
        found.bitnet_rate,
        schedule.warmup,
        found.windows,
        found.rows.first().map_or(0, |row| row.bits_per_char.len()),
        found.unit,
        si(found.clock_hz, "Hz"),
        found.die,
        found.memory,
    )
}

fn table(found: &Comparison) -> String {
    let mut text = String::from(
        "| model | weights | activations | bits per character | spread | against float | memory | computed by | cycles | energy |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    let float = float(found);
    for row in &found.rows {
        let energy = row.energy_j.as_ref().map_or("-".into(), |e| {
            format!("{} ({} to {}, {})", si(e.value, "J"), si(e.lo, "J"), si(e.hi, "J"), e.tag)
        });
        let _ = writeln!(
            text,
            "| {} | {} bit{} | {} bits | {:.4} | {:.4} | {:+.1} % | {} | {} | {} | {} |",
            name(row),
            row.weight_bits,
            if row.weight_bits == 1.0 { "" } else { "s" },
            row.activation_bits,
            row.mean(),
            row.spread(),
            100.0 * (row.mean() / float - 1.0),
            si(row.bytes as f64, "B"),
            row.arithmetic,
            grouped(row.cycles),
            energy,
        );
    }
    text += "\n![Bits per character over energy per token](comparison-energy.svg)\n";
    let beyond: Vec<String> = found.rows.iter().filter(|row| !figures::shown(found, row)).map(label).collect();
    if !beyond.is_empty() {
        let _ = writeln!(text, "\nToo far up for the plot: {}.", beyond.join("; "));
    }
    text
}

fn name(row: &Row) -> String {
    if row.trained { format!("**{}**", row.name) } else { format!("float, then {}", row.name) }
}

fn float(found: &Comparison) -> f64 {
    found.rows.first().map_or(f64::NAN, Row::mean)
}

/// The row of this name and weight, with the fewest activation bits if there are several.
fn row<'a>(found: &'a Comparison, name: &str, bits: f64) -> Option<&'a Row> {
    found.rows.iter().find(|row| row.name == name && row.weight_bits == bits)
}

/// What the papers found, and whether it is found here.
fn reading(found: &Comparison) -> String {
    let mut text = String::from("## What the papers say, and what is found here\n\n");
    let float = float(found);
    let mut claim = |says: &str, pairs: &[(Option<&Row>, Option<&Row>)]| {
        // The first of each pair is said to be the better one.
        let pairs: Vec<(&Row, &Row)> = pairs.iter().filter_map(|&(better, worse)| better.zip(worse)).collect();
        if pairs.is_empty() {
            return;
        }
        let pair = |(better, worse): &(&Row, &Row)| {
            format!("{} {:.4}, {} {:.4}", label(better), better.mean(), label(worse), worse.mean())
        };
        let parts: Vec<String> = pairs.iter().map(pair).collect();
        let _ = writeln!(text, "- {says}: {} ({}).", verdict(&pairs), parts.join("; "));
    };
    let get = |name: &str, bits: f64| row(found, name, bits);
    let b158 = get("BitNet b1.58", 1.6);
    claim("BitNet b1.58 is better than the original 1-bit BitNet", &[(b158, get("BitNet, 1 bit", 1.0))]);
    claim(
        "BitNet is better than any quantisation to two bits or fewer after training",
        &[
            (b158, get("absmax", 2.0)),
            (b158, get("GPTQ", 2.0)),
            (b158, get("QuIP", 2.0)),
            (b158, get("ternary, rounded", 1.6)),
        ],
    );
    claim("At four bits GPTQ is better than rounding to nearest", &[(get("GPTQ", 4.0), get("absmax", 4.0))]);
    claim(
        "At two bits QuIP is better than GPTQ, and GPTQ better than rounding to nearest",
        &[(get("QuIP", 2.0), get("GPTQ", 2.0)), (get("GPTQ", 2.0), get("absmax", 2.0))],
    );
    claim("SmoothQuant is better than absmax at W8A8", &[(get("SmoothQuant", 8.0), get("absmax", 8.0))]);
    if let Some(b158) = b158 {
        let gap = b158.mean() / float - 1.0;
        let verdict = if gap <= AIM { "within" } else { "beyond" };
        let _ = writeln!(
            text,
            "- Ternary against float: {:+.2} % bits per character, {verdict} the {:.0} % aimed at.",
            100.0 * gap,
            100.0 * AIM
        );
    }
    if let (Some(smooth), Some(absmax)) = (row(found, "SmoothQuant", 8.0), row(found, "absmax", 8.0)) {
        let distance = (smooth.mean() - absmax.mean()).abs();
        let _ = writeln!(
            text,
            "- SmoothQuant and absmax at W8A8 differ by {distance:.4} bits, and lie {:.4} above float. Smoothing is for outliers \
             of activations, which appear in models of billions of parameters (LLM.int8(), arXiv 2208.07339); where there are \
             none there is nothing to gain. That it works where there are is a test (`train/src/ptq/smoothquant.rs`).",
            absmax.mean() - float
        );
    }
    text
}

/// Means that differ by less than this part of them are alike.
const ALIKE: f64 = 1e-3;

/// Whether the first of each pair is better than the second. Seeds are compared one by one: methods of a seed start from
/// the same float model, so they differ by far less than seeds do.
fn verdict(pairs: &[(&Row, &Row)]) -> &'static str {
    let alike = |(a, b): &(&Row, &Row)| (a.mean() / b.mean() - 1.0).abs() < ALIKE;
    let in_all = |(a, b): &(&Row, &Row)| a.bits_per_char.iter().zip(&b.bits_per_char).all(|(a, b)| a < b);
    if pairs.iter().any(alike) {
        "no difference to speak of here"
    } else if pairs.iter().all(in_all) {
        "found here, too, with every seed"
    } else if pairs.iter().all(|(a, b)| a.mean() < b.mean()) {
        "found here on average, but not with every seed"
    } else {
        "not found here"
    }
}

/// A row's name in claims and plots.
pub(super) fn label(row: &Row) -> String {
    format!("{} W{}A{}", row.name, row.weight_bits, row.activation_bits)
}

fn sizes(found: &Comparison) -> String {
    let mut text = String::from(
        "## Loss against size\n\n\
         Models of several sizes with the same steps, rates and seed; `N` counts the weights of linears. The law is `L = a N^-b`, \
         by least squares on logarithms.\n\n\
         | kind | hidden | weights in linears | bits per character | law |\n|---|---|---|---|---|\n",
    );
    for size in &found.scaling {
        let law = found.laws.iter().find(|law| law.kind == size.kind);
        let law = law.map_or("-".into(), |law| format!("{:.4}", law.law.at(size.linear_weights as f64)));
        let _ = writeln!(
            text,
            "| {} | {} | {} | {:.4} | {law} |",
            size.kind.name(),
            size.hidden,
            grouped(size.linear_weights),
            size.bits_per_char
        );
    }
    text.push('\n');
    for law in &found.laws {
        let _ = writeln!(
            text,
            "- {}: `L = {:.3} N^-{:.4}`; no point is further from it than {:.2} %.",
            law.kind.name(),
            law.law.a,
            law.law.b,
            100.0 * law.law.worst
        );
    }
    if let (Some(float), Some(ternary)) = (found.rows.first(), row(found, "BitNet b1.58", 1.6)) {
        let _ = writeln!(
            text,
            "- These are of one seed each. At hidden {} the seeds above spread over {:.3} (float) and {:.3} (ternary), and \
             so far a point can be off: the exponents are rough.",
            found.recipe.shape.hidden,
            float.spread(),
            ternary.spread()
        );
    }
    let gaps: Vec<String> = found
        .scaling
        .iter()
        .filter(|size| size.kind == Kind::Ternary)
        .filter_map(|ternary| {
            let float = found.scaling.iter().find(|s| s.kind == Kind::Float && s.hidden == ternary.hidden)?;
            Some(format!("{:+.2} % at {}", 100.0 * (ternary.bits_per_char / float.bits_per_char - 1.0), ternary.hidden))
        })
        .collect();
    let _ = writeln!(text, "- Ternary against float by size: {}.", gaps.join(", "));
    text + "\n![Bits per character over size](comparison-scaling.svg)\n"
}

/// What the rate does to both kinds.
fn rates(sweep: &Sweep) -> String {
    let Recipe { schedule, batch, shape, seed, .. } = &sweep.recipe;
    let mut text = format!(
        "## Learning rates\n\n\
         The same model, {} steps of {} characters, seed {seed}, at each highest rate. Made by `trine train --sweep`; the figures \
         are those of all of the held-out text.\n\n\
         | rate | {} | {} |\n|---|---|---|\n",
        grouped(schedule.steps),
        grouped(batch * shape.context),
        Kind::Ternary.name(),
        Kind::Float.name(),
    );
    let cell = |kind, rate| sweep.bits(kind, rate).map_or("diverged".into(), |bits| format!("{bits:.4}"));
    for rate in sweep.rates() {
        let _ = writeln!(text, "| {rate} | {} | {} |", cell(Kind::Ternary, rate), cell(Kind::Float, rate));
    }
    text.push('\n');
    if let (Some((ternary, _)), Some((float, best))) = (sweep.best(Kind::Ternary), sweep.best(Kind::Float)) {
        let there = match sweep.bits(Kind::Float, ternary) {
            None => "diverges".into(),
            Some(bits) => format!("comes to {bits:.4}, {:+.1} % against its best", 100.0 * (bits / best - 1.0)),
        };
        let verdict = if ternary > float { "found here, too" } else { "not found here" };
        let _ = writeln!(
            text,
            "- BitNet wants higher rates than float, at which float gets worse or diverges: {verdict}. Ternary is best at \
             {ternary}, float at {float}; at {ternary} float {there}."
        );
    }
    text + "\n![Bits per character over the learning rate](comparison-rates.svg)\n"
}

fn methods() -> String {
    "## How it was done\n\n\
     - Activations are int8 per token, absmax, where they are 8 bits; norms, embedding, head, attention and softmax are f32 \
     everywhere, and count as 16 bits in memory.\n\
     - absmax rounds to a symmetric grid per row. SmoothQuant has alpha 0.5. GPTQ has asymmetric min-max grids per row and one \
     hundredth of damping, QuIP two Kronecker rotations and a grid of 2.4 root mean squares; both go layer by layer over 64 \
     sequences of the training text. The equations, and tests on cases known beforehand, are in `train/src/ptq`.\n\
     - \"ternary, rounded\" is b1.58's own quantiser applied to the float model: what is gained by training is the distance from \
     that row to BitNet b1.58.\n\
     - Weights of fewer than 8 bits with float activations have no unit of their own here: they are unpacked, for free, on their \
     way into the fp16 unit, which favours them.\n\
     - Learning rates were not tuned for each row; one more seed or rate can move a row by about its spread.\n"
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is in the repository is what the stored comparison says.
    #[test]
    fn the_document_is_that_of_the_stored_comparison() {
        let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        let stored = std::fs::read(docs.join("data/comparison.json")).unwrap();
        let found: Comparison = serde_json::from_slice(&stored).unwrap();
        for (name, content) in files(&found) {
            let kept = std::fs::read_to_string(docs.join(name)).unwrap();
            assert!(kept == content, "{name}: run `trine compare --from docs/data/comparison.json --docs docs` again");
        }
    }
}
