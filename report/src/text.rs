//! Numbers, energies and configurations as text.

use std::fmt::Display;

use trine_perf::energy::{Columns, Estimate};
use trine_spec::config::Density;
use trine_spec::{Config, Style};
use uom::si::energy::joule;

/// An integer with its digits in groups of three.
pub fn grouped(n: impl Display) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A quantity with three significant digits and an SI prefix.
pub fn si(value: f64, unit: &str) -> String {
    let prefixes = [
        (1e12, "T"),
        (1e9, "G"),
        (1e6, "M"),
        (1e3, "k"),
        (1.0, ""),
        (1e-3, "m"),
        (1e-6, "µ"),
        (1e-9, "n"),
        (1e-12, "p"),
        (1e-15, "f"),
    ];
    let least = if value == 0.0 { (1.0, "") } else { prefixes[prefixes.len() - 1] };
    let (scale, prefix) = prefixes.into_iter().find(|(scale, _)| value >= *scale).unwrap_or(least);
    let scaled = value / scale;
    let decimals = if scaled >= 100.0 || scaled == 0.0 {
        0
    } else if scaled >= 10.0 {
        1
    } else {
        2
    };
    format!("{scaled:.decimals$} {prefix}{unit}")
}

/// A bar of `width` characters, of which `part` is filled to an eighth of a character.
pub fn bar(part: f64, width: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (part.clamp(0.0, 1.0) * 8.0 * width as f64).round() as usize;
    let mut text = "█".repeat(eighths / 8) + EIGHTHS[eighths % 8];
    text.extend(std::iter::repeat_n(' ', width - text.chars().count()));
    text
}

/// The ratio of a value to `of`; a dash where that is no number.
pub fn times(value: f64, of: f64) -> String {
    let ratio = value / of;
    if ratio.is_finite() { format!("{ratio:.2}x") } else { "-".into() }
}

/// The share of `of` that `part` is; a dash where there is nothing to share.
pub fn percent(part: f64, of: f64) -> String {
    let share = 100.0 * part / of;
    if share.is_finite() { format!("{share:.1} %") } else { "-".into() }
}

/// A number of things that there may be halves of.
pub fn halves(count: f64) -> String {
    if count.fract() == 0.0 { grouped(count) } else { format!("{count:.1}") }
}

/// An energy with its interval and tag.
pub fn interval(e: &Estimate) -> String {
    let [value, lo, hi] = [e.value, e.lo, e.hi].map(|energy| si(energy.get::<joule>(), "J"));
    format!("{value} ({lo} to {hi}, {})", e.tag.name())
}

/// One line that says what a unit is.
pub fn describe(c: &Config) -> String {
    format!(
        "{} lanes x {}, {}-bit activations, {} weights on {} bits, K up to {}, M up to {}, {} style{}{}{}{}",
        c.lanes(),
        match c.groups() {
            1 => format!("{} columns", c.columns()),
            _ => format!("{} columns in groups of {}", c.columns(), c.group()),
        },
        c.act_bits(),
        c.weight_code(),
        c.weight_bus(),
        c.max_depth(),
        c.max_tokens(),
        c.style(),
        match (c.windows(), c.memory()) {
            (false, false) => "",
            (true, false) => ", through windows",
            (false, true) if c.ring() => ", weights and jobs from memory",
            (false, true) => ", weights from memory",
            (true, true) => ", through windows, weights from memory",
        },
        if c.weight_ports() > 1 { format!(" through {} ports", c.weight_ports()) } else { String::new() },
        if c.strides() { ", in runs too" } else { "" },
        if c.burst_beats() == Config::BURST_BEATS { String::new() } else { format!(", bursts of {}", c.burst_beats()) },
    )
}

/// Density of the weight stream of a unit, with the flags of the nearest unit that wastes no more than [`Density::LIMIT`].
pub fn weight_stream(c: &Config) -> String {
    let Density { bits_per_weight, wasted, nearest, .. } = c.density();
    let nearest = nearest.map_or_else(String::new, |n| {
        let (lanes, columns, bus) = (n.lanes(), n.columns(), n.weight_bus());
        format!("; nearest that fills its beats: --lanes {lanes} --columns {columns} --weight-bus {bus}")
    });
    format!("{bits_per_weight:.2} bits a weight, {:.1} % of the bus wasted{nearest}", 100.0 * wasted)
}

/// The notice on a unit whose weight stream wastes more than [`Density::LIMIT`].
pub fn weight_stream_notice(c: &Config) -> Option<String> {
    c.density().is_wasteful().then(|| format!("weight stream: {}", weight_stream(c)))
}

/// The notices on a unit of which Verilog is generated.
pub fn generated_notices(c: &Config) -> Vec<String> {
    let packed = (c.style() == Style::Packed)
        .then(|| "--style packed is for simulation only: nothing can be synthesised of it".to_owned());
    packed.into_iter().chain(weight_stream_notice(c)).collect()
}

/// The reason to trust columns of `c` that no hardware has; none for those of hardware.
fn equality(c: &Config) -> Option<&'static str> {
    (c.style() == Style::Packed).then_some("cycle for cycle as portable, proven equal to it up to five lanes")
}

/// Engine of a simulated unit of configuration `c`, in words.
pub fn simulated(c: &Config) -> String {
    equality(c).map_or("simulated RTL".into(), |equality| format!("simulated RTL, {equality}"))
}

/// Style of the columns of `c`.
pub(crate) fn style(c: &Config) -> String {
    equality(c).map_or(c.style().to_string(), |equality| format!("{}, {equality}", c.style()))
}

/// Energy of the same products in the columns of other units, as factors of `own`.
pub fn columns_beside(own: &Columns, others: &[Columns]) -> String {
    let times = |other: &Columns| {
        format!("{} columns {:.2}x", other.arithmetic.name(), other.energy.joules() / own.energy.joules())
    };
    others.iter().map(times).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!([0, 12, 123, 1234, 1_234_567].map(grouped), ["0", "12", "123", "1 234", "1 234 567"]);
        assert_eq!(
            [0.0, 1.0, 0.00123, 4.56e-12, 8.2e-16, 3.3e-15, 45_600.0].map(|v| si(v, "J")),
            ["0 J", "1.00 J", "1.23 mJ", "4.56 pJ", "0.82 fJ", "3.30 fJ", "45.6 kJ"]
        );
    }

    #[test]
    fn a_ratio_to_nothing_is_a_dash() {
        assert_eq!([times(3.0, 2.0), times(3.0, 0.0), times(0.0, 0.0), times(0.0, 2.0)], ["1.50x", "-", "-", "0.00x"]);
        assert_eq!([percent(1.0, 8.0), percent(1.0, 0.0), percent(0.0, 0.0)], ["12.5 %", "-", "-"]);
        assert_eq!(bar(f64::NAN, 2), "  ");
    }

    #[test]
    fn a_weight_stream_that_wastes_names_the_nearest_that_does_not() {
        let sized = |lanes, columns| Config::sized(lanes, columns).build().unwrap();
        assert_eq!(
            weight_stream_notice(&sized(64, 16)).unwrap(),
            "weight stream: 2.00 bits a weight, 20.0 % of the bus wasted; nearest that fills its beats: --lanes 64 --columns 15 \
             --weight-bus 512"
        );
        let least = "weight stream: 8.00 bits a weight, 80.0 % of the bus wasted";
        assert_eq!(weight_stream_notice(&sized(1, 1)).unwrap(), least);
        assert_eq!(weight_stream(&sized(64, 20)), "1.60 bits a weight, 0.0 % of the bus wasted");
        let narrow = Config::sized(64, 16).weight_bus(64).build().unwrap();
        assert_eq!(weight_stream(&narrow), "1.62 bits a weight, 1.5 % of the bus wasted");
        let two_bit = Config::sized(64, 16).weight_code(trine_spec::WeightCode::TwoBit).build().unwrap();
        assert_eq!([weight_stream_notice(&narrow), weight_stream_notice(&two_bit)], [None, None]);
    }

    #[test]
    fn bars_are_as_long_as_what_they_show() {
        assert_eq!([0.0, 0.5, 1.0, 2.0].map(|part| bar(part, 4)), ["    ", "██  ", "████", "████"]);
        assert_eq!(bar(1.0 / 16.0, 4), "▎   ");
    }
}
