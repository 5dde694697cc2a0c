//! Charts as inline SVG. Colours are classes, which the page's style sheet sets for light, dark and paper.
//!
//! All charts are [`WIDTH`] units wide, about a phone's screen, so that their text stays readable there; a wider screen
//! shows two side by side.

mod cycles;
mod energy;
mod heatmap;
mod roofline;

pub(super) use cycles::cycles;
pub(super) use energy::{comparison, energy};
pub(super) use heatmap::heatmap;
pub(super) use roofline::roofline;

use svg::Document;
use svg::node::element::{Group, Line, Rectangle, Text, Title};

/// Units across a chart.
const WIDTH: f64 = 460.0;
/// Left end of bars.
const LEFT: f64 = 82.0;
/// Right end of bars.
const RIGHT: f64 = 384.0;
/// Height of a row of a bar chart.
const ROW: f64 = 24.0;
/// Height of a bar.
const BAR: f64 = 14.0;

/// A key to the colours of a chart: class and name.
pub(super) type Legend = Vec<(&'static str, &'static str)>;

/// A chart for the page.
pub(super) struct Chart {
    pub(super) svg: String,
    pub(super) legend: Legend,
}

impl Chart {
    fn new(document: Document, legend: &[(&'static str, &'static str)]) -> Self {
        Self { svg: document.to_string(), legend: legend.to_vec() }
    }
}

/// An empty drawing, described for those who do not see it.
fn drawing(height: f64, description: &str) -> Document {
    Document::new().set("viewBox", (0, 0, WIDTH, height)).set("role", "img").set("aria-label", description.to_owned())
}

fn text(x: f64, y: f64, class: &str, content: impl Into<String>) -> Text {
    Text::new(content.into()).set("x", round(x)).set("y", round(y)).set("class", class.to_owned())
}

fn line(from: (f64, f64), to: (f64, f64), class: &str) -> Line {
    Line::new()
        .set("x1", round(from.0))
        .set("y1", round(from.1))
        .set("x2", round(to.0))
        .set("y2", round(to.1))
        .set("class", class.to_owned())
}

/// A rectangle with a text that appears when it is pointed at.
fn mark(x: f64, y: f64, width: f64, height: f64, class: &str, hint: impl Into<String>) -> Rectangle {
    Rectangle::new()
        .set("x", round(x))
        .set("y", round(y))
        .set("width", round(width.max(0.0)))
        .set("height", round(height))
        .set("class", format!("mark {class}"))
        .add(Title::new(hint.into()))
}

/// Tenths of a unit are finer than any screen, and shorter.
fn round(x: f64) -> f64 {
    (10.0 * x).round() / 10.0
}

/// A bar of parts from the left, the label in front of it and the value behind it.
fn bar(y: f64, label: &str, value: &str, parts: &[(f64, &str, String)]) -> Group {
    let middle = y + BAR / 2.0 + 4.0;
    let mut group = Group::new().add(text(LEFT - 8.0, middle, "label end", label));
    let mut x = LEFT;
    for (width, class, hint) in parts {
        if *width > 0.0 {
            group = group.add(mark(x, y, *width, BAR, class, hint.clone()));
            x += width;
        }
    }
    group.add(text(WIDTH, middle, "value end", value))
}

/// The interval of a bar, as a whisker across its middle.
fn whisker(y: f64, lo: f64, hi: f64) -> Group {
    let middle = y + BAR / 2.0;
    let end = |x: f64| line((x, middle - 3.5), (x, middle + 3.5), "whisker");
    Group::new().add(line((lo, middle), (hi, middle), "whisker")).add(end(lo)).add(end(hi))
}
