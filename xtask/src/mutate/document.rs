//! Figures of docs/results/mutation.md by module, operator and check; its text lies in `templates/mutation.md`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use anyhow::Result;
use askama::Template;
use trine_report::text::grouped;
use trine_verify::mutation::{Fate, MutationReport, Outcome, Tally};

#[derive(Template)]
#[template(path = "mutation.md")]
struct Document<'a> {
    report: &'a MutationReport,
    tally: Tally,
    mutants: String,
    killed: String,
    equivalent: usize,
    score: String,
    candidates: String,
    seconds: String,
    modules: Vec<Vec<String>>,
    operators: Vec<Vec<String>>,
    checks: Vec<(&'a str, usize)>,
    equivalents: Vec<Group<'a>>,
    survivors: Vec<Group<'a>>,
}

/// Mutants of one module that have one reason.
struct Group<'a> {
    module: &'a str,
    mutants: usize,
    /// Place and change of each.
    places: Vec<(&'a str, String)>,
    /// Absent where nobody has given one.
    reason: Option<&'a str>,
}

/// The document.
pub(super) fn markdown(report: &MutationReport) -> Result<String> {
    let tally = report.tally;
    let document = Document {
        tally,
        mutants: grouped(tally.mutants),
        killed: grouped(tally.killed),
        equivalent: tally.proven + tally.listed,
        score: tally.score_in_words(2),
        candidates: grouped(report.candidates),
        seconds: grouped(report.seconds),
        modules: by(report, |o| format!("{}, `{}`", o.unit, o.module)),
        operators: by(report, |o| o.operator.clone()),
        checks: checks(report),
        equivalents: reasons(report, |o| match &o.fate {
            Fate::Equivalent { how } if how != "proven" => Some(Some(how)),
            _ => None,
        }),
        survivors: reasons(report, |o| match &o.fate {
            Fate::Alive { why } => Some(why.as_deref()),
            _ => None,
        }),
        report,
    };
    Ok(document.render()?)
}

/// A row for each group of mutants.
fn by(report: &MutationReport, of: impl Fn(&Outcome) -> String) -> Vec<Vec<String>> {
    let mut groups: BTreeMap<String, Vec<&Outcome>> = BTreeMap::new();
    for outcome in &report.outcomes {
        groups.entry(of(outcome)).or_default().push(outcome);
    }
    let row = |(name, outcomes): (String, Vec<&Outcome>)| {
        let t = Tally::of(outcomes);
        let numbers = [t.mutants, t.killed, t.proven, t.listed, t.alive].map(|n| n.to_string());
        [vec![name], numbers.to_vec(), vec![t.score_in_words(1)]].concat()
    };
    groups.into_iter().map(row).collect()
}

/// Number of mutants that each check was the first to find.
fn checks(report: &MutationReport) -> Vec<(&str, usize)> {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in &report.outcomes {
        if let Fate::Killed { check, .. } = &outcome.fate {
            *found.entry(check).or_default() += 1;
        }
    }
    let mut found: Vec<(&str, usize)> = found.into_iter().collect();
    found.sort_by_key(|(name, count)| (Reverse(*count), *name));
    found
}

/// Mutants with a `reason`, which may be unknown, by it and by module.
fn reasons<'a>(report: &'a MutationReport, reason: impl Fn(&'a Outcome) -> Option<Option<&'a str>>) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<(Option<&str>, &str), Vec<&Outcome>> = BTreeMap::new();
    for outcome in &report.outcomes {
        if let Some(reason) = reason(outcome) {
            groups.entry((reason, &outcome.module)).or_default().push(outcome);
        }
    }
    let group = |((reason, module), outcomes): ((Option<&'a str>, &'a str), Vec<&'a Outcome>)| Group {
        module,
        mutants: outcomes.len(),
        places: outcomes.iter().map(|o| (&*o.place, code(&o.change))).collect(),
        reason,
    };
    groups.into_iter().map(group).collect()
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
        let text = markdown(&MutationReport::new(9, 1, Tally::of(&outcomes), 3, outcomes)).unwrap();
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

    #[test]
    fn the_document_is_what_the_kept_results_give() {
        let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        let kept = MutationReport::read(&docs.join("data/mutation.json")).unwrap();
        let document = std::fs::read_to_string(docs.join("results/mutation.md")).unwrap();
        assert!(markdown(&kept).unwrap() == document, "render docs/results/mutation.md again");
    }
}
