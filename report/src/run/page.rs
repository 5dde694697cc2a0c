//! `report.html`: one file that needs no network. The template lies in `templates/`; what it shows is put together here.

use askama::Template;
use trine_perf::energy::{Energy, Estimate};
use trine_perf::phase::Phase;
use trine_perf::report::DeviceReport;

use super::charts::{self, Chart};
use super::data::{Report, layers_in_words};
use super::groups::Group;
use super::phases::Passes;
use super::tables::{self, BillRow, Row};
use crate::Error;
use crate::text::{columns_beside, describe, grouped, percent, si};

/// A figure at the top of the page; tests read `field` and `raw`.
struct Card {
    label: &'static str,
    value: String,
    detail: String,
    field: &'static str,
    raw: f64,
}

/// Charts of one kind, each with a name where there are two, their heading and what to read from them.
struct Figure {
    title: &'static str,
    note: String,
    charts: Vec<(&'static str, Chart)>,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    device: Option<&'a DeviceReport>,
    subtitle: String,
    cards: Vec<Card>,
    figures: Vec<Figure>,
    columns: &'static [&'static str],
    rows: Vec<Row>,
    bill: Vec<BillRow>,
    /// Each phase in the columns of the table of phases.
    phases: Vec<[String; 8]>,
    /// Headings and rows of the table of weights from memory and on a stream.
    weight_columns: &'static [&'static str],
    weight_rows: Vec<[String; 9]>,
    /// Each phase with the same work on other hardware.
    baselines: Vec<(&'static str, Vec<[String; 6]>)>,
    /// The layers of the unit in words.
    layers: Option<&'static str>,
    tokens: String,
    configuration: Vec<(&'static str, String)>,
    provenance: Vec<(&'static str, String)>,
}

/// Functions that the template calls.
mod filters {
    use askama::{Result, Values, filter_fn};

    /// Digits in groups of three.
    #[filter_fn]
    pub(super) fn grouped(n: &u64, _: &dyn Values) -> Result<String> {
        Ok(crate::text::grouped(n))
    }
}

/// The page of a run.
pub(super) fn render(report: &Report) -> Result<String, Error> {
    let device = report.device.as_ref();
    let unit = device.map_or("computed by the golden model".into(), |d| describe(&d.config));
    let page = Page {
        device,
        subtitle: format!("{} · {unit}", report.model),
        cards: device.map_or(vec![], |device| cards(report, device)),
        figures: device.map_or(vec![], figures),
        columns: &tables::COLUMNS,
        rows: device.map_or(vec![], tables::rows),
        bill: device.map_or(vec![], |device| device.bill.iter().map(tables::bill_row).collect()),
        phases: device.map_or(vec![], |device| tables::phases(report, device)),
        weight_columns: &tables::WEIGHT_COLUMNS,
        weight_rows: device.map_or(vec![], |device| tables::weight_rows(report, device)),
        baselines: report.phases.of_unit().filter(|(.., phase)| phase.cycles > 0).map(tables::baselines).collect(),
        layers: report.offload.map(layers_in_words),
        tokens: format!(
            "{} tokens of the prompt, {} generated, {}",
            grouped(report.prompt_tokens),
            grouped(report.tokens.len()),
            report.stop.words()
        ),
        configuration: device.map_or(vec![], |device| tables::configuration(report, device)),
        provenance: report.board.iter().map(|board| ("board", board.clone())).chain(report.provenance.rows()).collect(),
        report,
    };
    Ok(page.render()?)
}

fn cards(report: &Report, device: &DeviceReport) -> Vec<Card> {
    let busy = device.macs as f64 / (device.cycles.max(1) as f64 * device.config.tile_trits() as f64);
    let mut cards = vec![
        Card {
            label: "mismatches",
            value: grouped(device.mismatches),
            detail: format!("of {} multiply-accumulates compared with the golden model", grouped(device.checked_macs)),
            field: "mismatches",
            raw: device.mismatches as f64,
        },
        Card {
            label: "cycles",
            value: grouped(device.cycles),
            detail: format!("of {} (measured)", report.offload.map_or("all layers", layers_in_words)),
            field: "cycles",
            raw: device.cycles as f64,
        },
        Card {
            label: "utilisation",
            value: format!("{:.1} %", 100.0 * busy),
            detail: format!("{} multiply-accumulates, {} moved", grouped(device.macs), si(device.bytes as f64, "B")),
            field: "utilization",
            raw: busy,
        },
    ];
    for (name, passes, phase) in report.phases.of_unit() {
        cards.extend(phase_cards(name, passes, phase, device.clock_hz));
    }
    if let Some(energy) = &device.energy {
        let (total, dram) = (energy.total(), energy.dram.joules());
        cards.push(Card {
            label: "energy",
            value: si(total.joules(), "J"),
            detail: format!("{}, the whole run", span(&total)),
            field: "energy_j",
            raw: total.joules(),
        });
        cards.push(Card {
            label: "of it in DRAM",
            value: percent(dram, total.joules()),
            detail: format!("{}, {} die", device.memory.name, report.die),
            field: "dram_share",
            raw: if total.joules() > 0.0 { dram / total.joules() } else { 0.0 },
        });
    }
    if let [own, others @ ..] = &device.columns[..] {
        cards.push(Card {
            label: "energy of the columns",
            value: si(own.energy.joules(), "J"),
            detail: format!("{}, the columns alone, the whole run; {}", span(&own.energy), columns_beside(own, others)),
            field: "columns_j",
            raw: own.energy.joules(),
        });
    }
    cards
}

/// Cards for one token of a phase.
fn phase_cards(name: &str, passes: &Passes, phase: &Phase, clock_hz: f64) -> Vec<Card> {
    let prefill = name == "prefill";
    let label = |prompt: &'static str, decode: &'static str| if prefill { prompt } else { decode };
    let Some(cycles) = phase.cycles_per_token else {
        let detail = "one token was generated, which is the pass of the prompt".into();
        return vec![Card { label: "decode", value: "-".into(), detail, field: "decode_cycles", raw: 0.0 }];
    };
    let work = match prefill {
        true => {
            format!("{} cycles for the prompt's {} tokens in one pass", grouped(phase.cycles), grouped(passes.tokens))
        }
        false => format!("{} cycles for {} passes of one token", grouped(phase.cycles), grouped(passes.passes)),
    };
    let mut cards = vec![Card {
        label: label("cycles a token, prefill", "cycles a token, decode"),
        value: grouped(cycles.round()),
        detail: format!("{work} (measured)"),
        field: label("prefill_cycles", "decode_cycles"),
        raw: phase.cycles as f64,
    }];
    if !prefill {
        // A unit that counted nothing has no rate.
        let rate = (cycles > 0.0).then(|| clock_hz / cycles);
        cards.push(Card {
            label: "tokens a second, decode",
            value: match rate {
                Some(rate) if rate < 100.0 => format!("{rate:.1}"),
                Some(rate) => grouped(rate.round()),
                None => "none: no cycle was counted".into(),
            },
            detail: format!("by the unit alone, at {} (projected)", si(clock_hz, "Hz")),
            field: "tokens_per_second",
            raw: rate.unwrap_or(0.0),
        });
    }
    if let Some(energy) = &phase.joules_per_token {
        cards.push(Card {
            label: label("energy a token, prefill", "energy a token, decode"),
            value: si(energy.joules(), "J"),
            detail: span(energy),
            field: label("prefill_joules_per_token", "decode_joules_per_token"),
            raw: energy.joules(),
        });
    }
    cards
}

/// The interval and tag beside a figure.
fn span(e: &Estimate) -> String {
    let [lo, hi] = [e.lo, e.hi].map(|end| si(end.get::<uom::si::energy::joule>(), "J"));
    format!("{lo} to {hi} ({})", e.tag.name())
}

fn figures(device: &DeviceReport) -> Vec<Figure> {
    let groups = Group::all(&device.layers);
    let mut figures = vec![];
    if let Some(own) = device.energy {
        let mut units = vec![("ternary", own)];
        for arithmetic in ["int8", "fp16"] {
            let same = device.layers.iter().flat_map(|l| &l.baselines).filter(|b| b.arithmetic.name() == arithmetic);
            let energies: Option<Vec<Energy>> = same.map(|b| b.energy).collect();
            units.extend(energies.map(|energies| (arithmetic, energies.into_iter().sum())));
        }
        let [whole, die] = charts::comparison(&units);
        figures.push(Figure {
            title: "Energy beside int8 and fp16",
            note:
                "The same layers on units of as many lanes and columns with the same weight bus and memory. Whiskers are intervals."
                    .into(),
            charts: vec![("", whole), ("on the die alone", die)],
        });
        figures.push(roofline(device, &groups));
        let energies: Vec<(String, Energy)> =
            groups.iter().filter_map(|group| Some((group.label(), group.energy()?))).collect();
        figures.push(Figure {
            title: "Energy by projection",
            note: "Summed over the transformer's layers; a number after × is the tokens of a call.".into(),
            charts: vec![("", charts::energy(&energies))],
        });
    }
    figures.push(Figure {
        title: "Cycles by projection",
        note: "Shares of the cycles that the unit counted; the line is the least number possible.".into(),
        charts: vec![("", charts::cycles(&groups))],
    });
    if device.energy.is_none() {
        figures.push(roofline(device, &groups));
    }
    let mut tokens: Vec<usize> = groups.iter().map(|group| group.m).collect();
    tokens.sort_unstable();
    tokens.dedup();
    for m in tokens {
        let note = match m {
            1 => "One token at a time: rows are transformer layers.".into(),
            m => format!("{m} tokens at a time: rows are transformer layers."),
        };
        let chart = charts::heatmap(&device.layers, m);
        figures.extend(chart.map(|chart| Figure { title: "Utilisation", note, charts: vec![("", chart)] }));
    }
    figures
}

fn roofline(device: &DeviceReport, groups: &[Group<'_>]) -> Figure {
    let rate = |bytes: f64| si(bytes, "B/s");
    Figure {
        title: "Roofline",
        note: format!(
            "Rates as counted, at {}, with a host that keeps up; {} delivers {}, the weight bus takes {}.",
            si(device.clock_hz, "Hz"),
            device.memory.name,
            rate(device.memory.bytes_per_second),
            rate(device.config.weight_bus() as f64 / 8.0 * device.clock_hz)
        ),
        charts: vec![("", charts::roofline(device, groups))],
    }
}
