//! Figures of docs/results/coverage.md, module by module; its text lies in `templates/coverage.md`.

use anyhow::Result;
use askama::Template;
use trine_verify::coverage::{Coverage, OfModule};

/// Longest list of signals in one place.
const SIGNALS: usize = 40;

#[derive(Template)]
#[template(path = "coverage.md")]
struct Document<'a> {
    units: Vec<Unit<'a>>,
}

struct Unit<'a> {
    name: &'a str,
    /// Name, blocks and branches, toggles.
    modules: Vec<[String; 3]>,
    lines: String,
    toggles: String,
    holes: Vec<Hole<'a>>,
}

/// Branches and signals of a module that were not reached.
struct Hole<'a> {
    module: &'a str,
    dead: &'a [String],
    still: &'a [String],
    /// Number of further signals.
    more: usize,
}

/// The document.
pub(super) fn markdown(coverage: &[Coverage]) -> Result<String> {
    let units = coverage.iter().map(Unit::new).collect();
    Ok(Document { units }.render()?)
}

impl<'a> Unit<'a> {
    fn new(unit: &'a Coverage) -> Self {
        let (lines, toggles) = unit.totals();
        let reached = |module: &&OfModule| module.dead.is_empty() && module.still.is_empty();
        Self {
            name: &unit.unit,
            modules: unit
                .modules
                .iter()
                .map(|module| [module.module.clone(), module.lines.to_string(), module.toggles.to_string()])
                .collect(),
            lines: lines.to_string(),
            toggles: toggles.to_string(),
            holes: unit.modules.iter().filter(|module| !reached(module)).map(Hole::new).collect(),
        }
    }
}

impl<'a> Hole<'a> {
    fn new(module: &'a OfModule) -> Self {
        let shown = module.still.len().min(SIGNALS);
        Self {
            module: &module.module,
            dead: &module.dead,
            still: &module.still[..shown],
            more: module.still.len() - shown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Measurement;
    use super::*;
    use trine_cli::json::kept;
    use trine_report::document::Kind;
    use trine_verify::coverage::Part;

    #[test]
    fn modules_and_holes_are_listed() {
        let module = OfModule {
            module: "trine_job".into(),
            lines: Part { reached: 1, all: 2 },
            toggles: Part { reached: 3, all: 4 },
            dead: vec!["if of if (refuse) begin".into()],
            still: vec!["idle_q[31:20]".into()],
        };
        let text = markdown(&[Coverage { unit: "odd".into(), modules: vec![module] }]).unwrap();
        for line in [
            "| `trine_job` | 50.0 % (1 of 2) | 75.0 % (3 of 4) |",
            "| **all** | **50.0 % (1 of 2)** | **75.0 % (3 of 4)** |",
            "- `trine_job`: the branch `if of if (refuse) begin`, `idle_q[31:20]`",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
    }

    #[test]
    fn nothing_to_reach_is_no_share() {
        let part = |reached, all| Part { reached, all }.to_string();
        assert_eq!(
            [part(0, 0), part(0, 3), part(2, 3), part(3, 3)],
            ["none there", "0.0 % (0 of 3)", "66.7 % (2 of 3)", "100.0 % (3 of 3)"]
        );
    }

    #[test]
    fn the_document_is_what_the_kept_results_give() {
        let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        let kept: Measurement = kept(&docs.join("data/coverage.json"), Kind::Coverage).unwrap();
        let document = std::fs::read_to_string(docs.join("results/coverage.md")).unwrap();
        assert!(markdown(&kept.units).unwrap() == document, "render docs/results/coverage.md again");
    }
}
