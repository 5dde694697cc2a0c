//! Plots of numbers against numbers as SVG files that stand alone: on a page, in a document, in light and in dark.

use svg::Document;
use svg::node::element::{Circle, Line, Polyline, Style, Text, Title};

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 360.0;
/// The field between the axes.
const X: (f64, f64) = (58.0, 628.0);
const Y: (f64, f64) = (318.0, 34.0);

/// Decades that have more marks than their powers of ten, and powers of ten that are marked.
const MOST_DECADES: usize = 8;

/// Width of a letter, about.
const LETTER: f64 = 7.0;

/// Colours of series, readable on white and on black.
const COLOURS: [&str; 6] = ["#2f6fed", "#f08c1a", "#0ea5a4", "#e0567a", "#8a63d2", "#b08900"];

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#445}.grid{stroke:#8888;stroke-width:.5}\
    @media(prefers-color-scheme:dark){text{fill:#bcc6d4}}";

/// An axis.
pub struct Axis {
    /// Its name, with the unit.
    pub label: &'static str,
    /// True if decades, not differences, are equally long.
    pub logarithmic: bool,
}

/// Points that belong together.
pub struct Series {
    /// Name in the legend; none if empty.
    pub name: String,
    /// `x`, `y`, and a text beside the point that, if it is not `shown`, appears when it is pointed at.
    pub points: Vec<(f64, f64, String)>,
    /// True if the texts are beside their points.
    pub shown: bool,
    /// True if there is a line through the points.
    pub line: bool,
    /// True if the points are marked.
    pub marks: bool,
}

/// Ends of an axis, and the ticks between them.
struct Scale {
    ends: (f64, f64),
    ticks: Vec<f64>,
    logarithmic: bool,
}

impl Axis {
    /// True if a number has a place on the axis.
    fn has(&self, x: f64) -> bool {
        // Halves, so that differences of any two are finite.
        x.abs() <= f64::MAX / 4.0 && (!self.logarithmic || x >= f64::MIN_POSITIVE)
    }
}

impl Scale {
    /// Around `values`, which have places on the axis, with a margin; from 0 to 1, or 1 to 10, without any.
    fn new(values: impl Iterator<Item = f64> + Clone, logarithmic: bool) -> Self {
        let value = |x: f64| if logarithmic { x.log10() } else { x };
        let low = values.clone().map(value).fold(f64::INFINITY, f64::min);
        let high = values.map(value).fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
        // The last keeps equal numbers apart from their margin, however large they are.
        let margin = 0.06 * (high - low).max(0.05).max(1e-6 * low.abs().max(high.abs()));
        let ends = (low - margin, high + margin);
        let inside = |x: &f64| (ends.0..=ends.1).contains(&value(*x));
        let mut ticks: Vec<f64> = Vec::new();
        if logarithmic {
            let decades = ends.0.floor() as i32..=ends.1.ceil() as i32;
            let count = (decades.end() - decades.start()) as usize;
            if count <= MOST_DECADES {
                ticks.extend(decades.flat_map(|d| [1.0, 2.0, 5.0].map(|m| m * 10f64.powi(d))).filter(inside));
            } else {
                let step = count.div_ceil(MOST_DECADES);
                ticks.extend(decades.step_by(step).map(|d| 10f64.powi(d)).filter(inside));
            }
        }
        // Also on a logarithmic axis that is so short that hardly a mark of a decade lies on it.
        if ticks.len() < 2 {
            let (low, high) = if logarithmic { (10f64.powf(ends.0), 10f64.powf(ends.1)) } else { ends };
            let rough = (high - low) / 5.0;
            let power = 10f64.powf(rough.log10().floor());
            let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|s| *s >= rough).unwrap_or(rough);
            ticks = (0..12).map(|i| ((low / step).ceil() + f64::from(i)) * step).filter(inside).collect();
        }
        Self { ends, ticks, logarithmic }
    }

    fn at(&self, x: f64, (from, to): (f64, f64)) -> f64 {
        let x = if self.logarithmic { x.log10() } else { x };
        let place = from + (to - from) * (x - self.ends.0) / (self.ends.1 - self.ends.0);
        (10.0 * place).round() / 10.0
    }
}

/// Draws series; `description` is for those who do not see it. Points without a place, which are infinite or no numbers or,
/// on a logarithmic axis, not positive, are left out and counted under the plot; lines have gaps there.
pub fn plot(description: &str, x: &Axis, y: &Axis, series: &[Series]) -> String {
    let placed = |p: &&(f64, f64, String)| x.has(p.0) && y.has(p.1);
    let points = series.iter().flat_map(|s| &s.points).filter(placed);
    let left_out = series.iter().map(|s| s.points.len()).sum::<usize>() - points.clone().count();
    let xs = Scale::new(points.clone().map(|p| p.0), x.logarithmic);
    let ys = Scale::new(points.map(|p| p.1), y.logarithmic);
    let text = |x: f64, y: f64, anchor: &str, content: &str| {
        Text::new(content).set("x", x).set("y", y).set("text-anchor", anchor.to_owned())
    };
    let mut drawing = Document::new()
        .set("viewBox", (0, 0, WIDTH, HEIGHT))
        .set("role", "img")
        .set("aria-label", description.to_owned())
        .add(Style::new(STYLE));
    let grid = |from: (f64, f64), to: (f64, f64)| {
        Line::new().set("class", "grid").set("x1", from.0).set("y1", from.1).set("x2", to.0).set("y2", to.1)
    };
    for &tick in &xs.ticks {
        let at = xs.at(tick, X);
        drawing = drawing.add(grid((at, Y.0), (at, Y.1))).add(text(at, Y.0 + 16.0, "middle", &short(tick)));
    }
    for &tick in &ys.ticks {
        let at = ys.at(tick, Y);
        drawing = drawing.add(grid((X.0, at), (X.1, at))).add(text(X.0 - 6.0, at + 4.0, "end", &short(tick)));
    }
    drawing =
        drawing.add(text((X.0 + X.1) / 2.0, Y.0 + 34.0, "middle", x.label)).add(text(4.0, 14.0, "start", y.label));
    let mut legend = X.1;
    let mut labels = Labels::default();
    for (i, series) in series.iter().enumerate() {
        let colour = COLOURS[i % COLOURS.len()];
        let place = |p: &(f64, f64, String)| (xs.at(p.0, X), ys.at(p.1, Y));
        if series.line {
            for part in series.points.split(|p| !placed(&p)).filter(|part| !part.is_empty()) {
                let path: Vec<String> = part.iter().map(place).map(|(x, y)| format!("{x},{y}")).collect();
                let line = Polyline::new().set("points", path.join(" ")).set("fill", "none");
                drawing = drawing.add(line.set("stroke", colour).set("stroke-width", 1.8));
            }
        }
        if series.marks {
            for ((x, y), hint) in series.points.iter().filter(placed).map(|p| (place(p), &p.2)) {
                let mark = Circle::new().set("cx", x).set("cy", y).set("r", 4).set("fill", colour);
                drawing = drawing.add(mark.add(Title::new(hint.as_str())));
                if series.shown {
                    let (anchor, shift) = if x > (X.0 + X.1) / 2.0 { ("end", -8.0) } else { ("start", 8.0) };
                    let y = labels.place(x + shift, y + 4.0, anchor == "end", hint);
                    drawing = drawing.add(text(x + shift, y, anchor, hint));
                }
            }
        }
        if !series.name.is_empty() {
            // From the right.
            let name = text(legend, 14.0, "end", &series.name).set("style", format!("fill:{colour}"));
            drawing = drawing.add(name);
            legend -= LETTER * series.name.chars().count() as f64 + 14.0;
        }
    }
    if left_out > 0 {
        let points = if left_out == 1 { "1 point has".to_owned() } else { format!("{left_out} points have") };
        drawing = drawing.add(text(X.0, Y.0 + 34.0, "start", &format!("{points} no place on these axes")));
    }
    drawing.to_string() + "\n"
}

/// Places of labels, so that none covers another.
#[derive(Default)]
struct Labels(Vec<(f64, f64, f64)>);

impl Labels {
    /// The height nearest to `y` at which there is room for a label that starts, or ends, at `x`.
    fn place(&mut self, x: f64, y: f64, ends: bool, label: &str) -> f64 {
        const LINE: f64 = 13.0;
        let width = LETTER * label.chars().count() as f64;
        let (left, right) = if ends { (x - width, x) } else { (x, x + width) };
        let free = |y: f64| {
            let apart = |&(l, r, other): &(f64, f64, f64)| right < l || r < left || (y - other).abs() >= LINE;
            (Y.1..Y.0).contains(&y) && self.0.iter().all(apart)
        };
        let mut tries = (0..40).map(|i| y + LINE * f64::from((i + 1) / 2) * if i % 2 == 0 { 1.0 } else { -1.0 });
        let y = tries.find(|&y| free(y)).unwrap_or(y);
        self.0.push((left, right, y));
        y
    }
}

/// A number with few digits.
fn short(x: f64) -> String {
    let text = match x.abs() {
        0.0 => return "0".into(),
        a if a >= 1e12 || a.is_nan() => return format!("{x:.0e}"),
        a if a >= 1e6 => return format!("{}M", short(x / 1e6)),
        a if a >= 1e4 => return format!("{}k", short(x / 1e3)),
        a if a >= 1.0 => format!("{x:.2}"),
        a if a >= 1e-3 => format!("{x:.4}"),
        _ => return format!("{x:.0e}"),
    };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_stand_where_their_numbers_say() {
        let scale = Scale::new([1.0, 100.0].into_iter(), true);
        assert_eq!(scale.at(10.0, (0.0, 100.0)), 50.0);
        assert_eq!(scale.ticks, [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]);
        let scale = Scale::new([0.0, 10.0].into_iter(), false);
        assert_eq!((scale.at(5.0, (0.0, 100.0)), &scale.ticks[..3]), (50.0, &[0.0, 5.0, 10.0][..]));
        assert_eq!([0.0, 2.5, 0.004, 12_000.0, 3e6, 2e-6].map(short), ["0", "2.5", "0.004", "12k", "3M", "2e-6"]);
    }

    #[test]
    fn short_logarithmic_axes_have_marks_and_labels_their_own_places() {
        let scale = Scale::new([2.27, 2.76].into_iter(), true);
        assert!(
            scale.ticks.len() >= 2 && scale.ticks.iter().all(|tick| (2.2..2.8).contains(tick)),
            "{:?}",
            scale.ticks
        );
        let mut labels = Labels::default();
        let [first, same, beside] = [100.0, 100.0, 300.0].map(|x| labels.place(x, 200.0, false, "a label"));
        assert_eq!((first, beside), (200.0, 200.0));
        assert!((same - first).abs() >= 13.0, "{same}");
        let ends = labels.place(160.0, 200.0, true, "a label");
        assert!(ends != first && ends != same, "{ends}");
    }

    #[test]
    fn series_have_lines_marks_and_names() {
        let series = |name: &str, line, marks| Series {
            name: name.into(),
            points: vec![(1.0, 2.0, "first".into()), (2.0, 4.0, "second".into())],
            shown: marks,
            line,
            marks,
        };
        let axis = |label| Axis { label, logarithmic: false };
        let drawn = plot("all", &axis("steps"), &axis("bits"), &[series("a", true, false), series("b", false, true)]);
        assert_eq!(drawn.matches("<polyline").count(), 1);
        assert_eq!(drawn.matches("<circle").count(), 2);
        for word in ["first", "steps", "bits", "aria-label=\"all\""] {
            assert!(drawn.contains(word), "{word}");
        }
    }

    fn one(points: &[(f64, f64)], x: bool, y: bool) -> String {
        let points = points.iter().map(|&(x, y)| (x, y, "hint".to_owned())).collect();
        let series = [Series { name: "a".into(), points, shown: true, line: true, marks: true }];
        let axis = |logarithmic| Axis { label: "numbers", logarithmic };
        plot("all", &axis(x), &axis(y), &series)
    }

    /// Numbers in the way of a logarithm, or of any axis: each is left out and counted, and the others keep their places.
    #[test]
    fn what_has_no_place_is_left_out_and_counted() {
        let good = [(1.0, 2.0), (2.0, 4.0), (3.0, 8.0)];
        let whole = one(&good, false, true);
        assert!(!whole.contains("no place"));
        let line = |drawn: &str| drawn.matches("<polyline").count();
        for bad in [0.0, -0.0, -3.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, 5e-324] {
            let drawn = one(&[good[0], good[1], (2.5, bad), good[2]], false, true);
            assert!(drawn.contains("1 point has no place"), "{bad}");
            assert_eq!((line(&drawn), drawn.matches("<circle").count()), (2, 3), "a gap at {bad}");
            for circle in whole.lines().filter(|line| line.contains("<circle")) {
                assert!(drawn.contains(circle), "{circle}");
            }
            let linear = one(&[good[0], good[1], (2.5, bad), good[2]], false, false);
            assert_eq!(linear.contains("no place"), !bad.is_finite() || bad == f64::MAX, "{bad}");
            assert!(one(&[(bad, 1.0), (1.0, 1.0)], true, false).contains("1 point has no place"), "{bad}");
        }
        for drawn in [one(&[], true, true), one(&[(0.0, -1.0); 2], true, true), one(&[(f64::NAN, 0.0)], false, false)] {
            assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        }
    }

    #[test]
    fn marks_are_few_and_finite_however_far_numbers_reach() {
        for logarithmic in [false, true] {
            for ends in [(1e-300, 1e300), (1e-12, 1e9), (4.0, 4.0), (1e17, 1e17), (1e250, 1e250), (3e-308, 3e-308)] {
                let scale = Scale::new([ends.0, ends.1].into_iter(), logarithmic);
                assert!(scale.ticks.len() <= 30, "{ends:?}: {:?}", scale.ticks);
                assert!(scale.ticks.iter().all(|tick| tick.is_finite()));
                let places = [ends.0, ends.1].map(|x| scale.at(x, X));
                assert!(places.iter().all(|place| (X.0..=X.1).contains(place)), "{ends:?}: {places:?}");
            }
        }
        assert_eq!([1e300, f64::INFINITY, f64::NAN].map(short), ["1e300", "inf", "NaN"]);
    }
}
