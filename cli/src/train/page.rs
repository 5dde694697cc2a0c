//! Content of the page of a training.

use anyhow::Result;
use trine_train::{Point, Recipe};

use trine_report::plot::{Axis, Series, plot};
use trine_report::text::grouped;
use trine_report::training::Page;

/// The page of a training so far.
pub(super) fn render(recipe: &Recipe, parameters: usize, curve: &[Point]) -> Result<String> {
    let (shape, schedule) = (&recipe.shape, &recipe.schedule);
    let series = |name: &str, value: fn(&Point) -> f64| Series {
        name: name.into(),
        points: curve.iter().map(|p| (p.step as f64, value(p), format!("step {}: {:.4}", p.step, value(p)))).collect(),
        shown: false,
        line: true,
        marks: false,
    };
    let axis = |label| Axis { label, logarithmic: false };
    let losses =
        [series("trained on, a token", |p| p.train_bits), series("held out, a character", |p| p.held_out_bits)];
    let last = curve.last();
    let figure = |value: fn(&Point) -> f64| last.map_or("-".into(), |p| format!("{:.4}", value(p)));
    let page = Page {
        title: format!("A {} model of {} parameters", recipe.kind.name(), grouped(parameters)),
        cards: vec![
            ("steps done", format!("{} of {}", grouped(last.map_or(0, |p| p.step)), grouped(schedule.end()))),
            ("tokens seen", grouped(last.map_or(0, |p| p.tokens))),
            ("held out, bits a character", figure(|p| p.held_out_bits)),
            ("trained on, bits a token", figure(|p| p.train_bits)),
        ],
        loss: plot("Bits over steps, trained on and held out", &axis("steps"), &axis("bits, measured"), &losses),
        rate: plot(
            "Learning rate and norm of the gradient over steps",
            &axis("steps"),
            &Axis { label: "learning rate, and norm before clipping", logarithmic: true },
            &[series("rate", |p| p.rate), series("norm", |p| p.norm)],
        ),
        recipe: vec![
            ("linears", recipe.kind.name().into()),
            ("hidden, intermediate", format!("{}, {}", shape.hidden, shape.intermediate)),
            ("layers, heads, key-value heads", format!("{}, {}, {}", shape.layers, shape.heads, shape.kv_heads)),
            ("vocabulary, context", format!("{}, {}", shape.vocab, shape.context)),
            ("batch", format!("{} sequences in {} shards", recipe.batch, recipe.shards)),
            ("learning rate", format!("{} after {} steps of warm-up", schedule.peak, schedule.warmup)),
            ("seed", recipe.seed.to_string()),
        ],
    };
    Ok(page.to_html()?)
}
