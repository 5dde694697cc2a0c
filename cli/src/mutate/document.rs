//! docs/mutation.md: what a campaign found, by module, operator and check.

use std::collections::BTreeMap;
use std::fmt::Write;

use trine_report::text::grouped;
use trine_verify::mutation::{Fate, MutationReport, Outcome, Tally};

use crate::markdown::{head, row};

const INTRODUCTION: &str = "\
# Mutants of the generated RTL

Made by `trine mutate --document docs/data/mutation.json`; not to be edited. `make mutate` runs the campaign again.

A mutant is the unit with one small mistake, made in the tree of `trine_hdl::lang` (`hdl/src/lang/mutate`). All mutants of a unit are in
one simulation, with an input that selects one of them. Each meets the random matmuls of `trine verify` and the checks of
`trine_verify::suite`, which `trine verify` runs on every unit, until one of them fails: then it is killed. A survivor is given to Yosys, which
may prove that its module does what it did whatever comes in; what it cannot prove is listed below with the reason, in
`verify/src/mutation/known.toml`. The score is killed / (all - equivalent).
";

/// The document.
pub(super) fn markdown(report: &MutationReport) -> String {
    let mut text = String::from(INTRODUCTION);
    let Tally { mutants, killed, proven, listed, alive } = report.tally;
    // Writing to a String cannot fail
    let _ = writeln!(
        text,
        "\n**{} mutants: {} killed, {} equivalent ({} proven, {} listed), {alive} alive; score {}.** Of {} that there are, \
         chosen with seed {}; {} s on two processors shared with other work.",
        grouped(mutants),
        grouped(killed),
        proven + listed,
        proven,
        listed,
        report.tally.score_in_words(2),
        grouped(report.candidates),
        report.seed,
        grouped(report.seconds),
    );
    by(&mut text, "By module", "unit, module", report, |o| format!("{}, `{}`", o.unit, o.module));
    by(&mut text, "By operator", "operator", report, |o| o.operator.clone());
    checks(&mut text, report);
    let equivalent = |o: &Outcome| match &o.fate {
        Fate::Equivalent { how } if how != "proven" => Some(how.clone()),
        _ => None,
    };
    reasons(&mut text, "Equivalent, as listed", report, equivalent);
    let alive = |o: &Outcome| match &o.fate {
        Fate::Alive { why } => Some(why.clone().unwrap_or_else(|| "not explained".into())),
        _ => None,
    };
    reasons(&mut text, "Alive", report, alive);
    text
}

fn by(text: &mut String, title: &str, key: &str, report: &MutationReport, of: impl Fn(&Outcome) -> String) {
    let mut groups: BTreeMap<String, Vec<&Outcome>> = BTreeMap::new();
    for outcome in &report.outcomes {
        groups.entry(of(outcome)).or_default().push(outcome);
    }
    let _ = writeln!(text, "\n## {title}\n");
    head(text, &[key, "mutants", "killed", "proven equivalent", "listed equivalent", "alive", "score"]);
    for (name, outcomes) in groups {
        let t = Tally::of(outcomes);
        let numbers = [t.mutants, t.killed, t.proven, t.listed, t.alive].map(|n| n.to_string());
        row(text, &[vec![name], numbers.to_vec(), vec![t.score_in_words(1)]].concat());
    }
}

/// How many mutants each check was the first to find.
fn checks(text: &mut String, report: &MutationReport) {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in &report.outcomes {
        if let Fate::Killed { check, .. } = &outcome.fate {
            *found.entry(check).or_default() += 1;
        }
    }
    let mut found: Vec<(&str, usize)> = found.into_iter().collect();
    found.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    let _ = writeln!(text, "\n## By the check that found them first\n");
    head(text, &["check", "killed"]);
    for (name, count) in found {
        row(text, &[name.into(), count.to_string()]);
    }
}

fn reasons(text: &mut String, title: &str, report: &MutationReport, reason: impl Fn(&Outcome) -> Option<String>) {
    let mut groups: BTreeMap<(String, &str), Vec<&Outcome>> = BTreeMap::new();
    for outcome in &report.outcomes {
        if let Some(reason) = reason(outcome) {
            groups.entry((reason, &outcome.module)).or_default().push(outcome);
        }
    }
    let _ = writeln!(text, "\n## {title}\n");
    if groups.is_empty() {
        let _ = writeln!(text, "None.");
        return;
    }
    head(text, &["module", "mutants", "which", "why"]);
    for ((reason, module), outcomes) in groups {
        let which: Vec<String> = outcomes.iter().map(|o| format!("`{}`: {}", o.place, code(&o.change))).collect();
        row(text, &[format!("`{module}`"), outcomes.len().to_string(), which.join("; "), reason]);
    }
}

/// A change within a table.
fn code(change: &str) -> String {
    let quoted = |text: &str| format!("`{}`", text.replace('|', "\\|"));
    match change.split_once(" becomes ") {
        Some((from, to)) => format!("{} becomes {}", quoted(from), quoted(to)),
        None => quoted(change),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(module: &str, fate: Fate) -> Outcome {
        let (unit, place) = ("odd".into(), "count_q".into());
        let (operator, change) = ("constant".into(), "1 becomes 2".into());
        Outcome { unit, id: 7, module: module.into(), operator, place, change, fate }
    }

    #[test]
    fn numbers_come_from_the_outcomes() {
        let listed = Fate::Equivalent { how: "nobody looks at it".into() };
        let outcomes = vec![
            outcome("trine_core", Fate::Killed { check: "shapes".into(), fault: String::new() }),
            outcome("trine_job", listed),
            outcome("trine_job", Fate::Alive { why: None }),
        ];
        let text = markdown(&MutationReport::new(9, 1, Tally::of(&outcomes), 3, outcomes));
        for line in [
            "**3 mutants: 1 killed, 1 equivalent (0 proven, 1 listed), 1 alive; score 50.00 %.** Of 9 that there are, chosen with seed 1; 3 s on two processors shared with other work.",
            "| odd, `trine_job` | 2 | 0 | 0 | 1 | 1 | 0.0 % |",
            "| constant | 3 | 1 | 0 | 1 | 1 | 50.0 % |",
            "| shapes | 1 |",
            "| `trine_job` | 1 | `count_q`: `1` becomes `2` | nobody looks at it |",
            "| `trine_job` | 1 | `count_q`: `1` becomes `2` | not explained |",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
    }
}
