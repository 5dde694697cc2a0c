//! `comparison.md` and its plots, from a stored comparison. Every sentence with a figure in it is computed.

use std::fmt::Write;

use trine_train::{Kind, Recipe};

use super::data::{Comparison, Row};
use crate::output::{grouped, si};
use crate::plot::{Axis, Series, plot};

/// The largest gap between ternary and float that the project aims at.
const AIM: f64 = 0.05;

/// Names and contents.
pub(super) fn files(found: &Comparison) -> [(&'static str, String); 3] {
    [
        ("comparison.md", document(found)),
        ("comparison-energy.svg", energy(found)),
        ("comparison-scaling.svg", scaling(found)),
    ]
}

fn document(found: &Comparison) -> String {
    let parts = [head(found), table(found), reading(found), sizes(found), methods()];
    parts.join("\n")
}

fn head(found: &Comparison) -> String {
    let Recipe { shape, schedule, batch, .. } = &found.recipe;
    format!(
        "# BitNet against float, and against quantisation after training\n\n\
         Written by `trine compare --from docs/data/comparison.json --docs docs`; do not edit. Made by `trine compare --data \
         FILE --out DIR --json docs/data/comparison.json` on Shakespeare's works (`scripts/fetch-shakespeare`), of which the \
         last twentieth is held out.\n\n\
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
            "| {} | {} bits | {} bits | {:.4} | {:.4} | {:+.1} % | {} | {} | {} | {} |",
            name(row),
            row.weight_bits,
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
    text + "\n![Bits per character over energy per token](comparison-energy.svg)\n"
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
        let mut parts = Vec::new();
        let mut holds = true;
        for (better, worse) in pairs {
            if let (Some(better), Some(worse)) = (better, worse) {
                holds &= better.mean() < worse.mean();
                parts.push(format!("{} {:.3}, {} {:.3}", label(better), better.mean(), label(worse), worse.mean()));
            }
        }
        if !parts.is_empty() {
            let verdict = if holds { "found here, too" } else { "not found here" };
            let _ = writeln!(text, "- {says}: {verdict} ({}).", parts.join("; "));
        }
    };
    let get = |name: &str, bits: f64| row(found, name, bits);
    let b158 = get("BitNet b1.58", 1.6);
    claim("b1.58 is better than the original 1-bit BitNet", &[(b158, get("BitNet, 1 bit", 1.0))]);
    claim(
        "BitNet is better than any quantisation to two bits or fewer after training",
        &[
            (b158, get("absmax", 2.0)),
            (b158, get("GPTQ", 2.0)),
            (b158, get("QuIP", 2.0)),
            (b158, get("ternary, rounded", 1.6)),
        ],
    );
    claim("at four bits GPTQ is better than rounding to nearest", &[(get("GPTQ", 4.0), get("absmax", 4.0))]);
    claim(
        "at two bits QuIP is better than GPTQ, and GPTQ better than rounding to nearest",
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

fn label(row: &Row) -> String {
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

/// Accuracy against energy.
fn energy(found: &Comparison) -> String {
    let family = |name: &str, of: &dyn Fn(&Row) -> bool| Series {
        name: name.into(),
        points: found
            .rows
            .iter()
            .filter(|row| of(row))
            .filter_map(|row| Some((row.energy_j.as_ref()?.value * 1e6, row.mean(), label(row))))
            .collect(),
        shown: true,
        line: false,
        marks: true,
    };
    let series = [family("trained", &|row| row.trained), family("quantised after training", &|row| !row.trained)];
    plot(
        "Bits per character over energy per token: models as trained, and the float model quantised after training",
        &Axis { label: "energy of the linears of a token, µJ, projected", logarithmic: true },
        &Axis { label: "bits per character, measured", logarithmic: false },
        &series,
    )
}

/// Loss against size.
fn scaling(found: &Comparison) -> String {
    let of_kind = |kind: Kind| {
        let sizes = found.scaling.iter().filter(move |size| size.kind == kind);
        sizes.map(|size| (size.linear_weights as f64, size.bits_per_char))
    };
    let mut series = Vec::new();
    for kind in [Kind::Ternary, Kind::Float] {
        let hint = |n: f64, bits: f64| format!("{}, {} weights: {bits:.4}", kind.name(), grouped(n));
        series.push(Series {
            name: kind.name().into(),
            points: of_kind(kind).map(|(n, bits)| (n, bits, hint(n, bits))).collect(),
            shown: false,
            line: true,
            marks: true,
        });
    }
    plot(
        "Bits per character over weights in linears, for ternary and float models",
        &Axis { label: "weights in linears", logarithmic: true },
        &Axis { label: "bits per character, measured", logarithmic: true },
        &series,
    )
}
