//! docs/coverage.md: what verification reaches, module by module, and what it does not.

use std::fmt::Write;

use trine_verify::coverage::Coverage;

use crate::markdown::{head, row};

const INTRODUCTION: &str = "\
# Coverage of the generated RTL

Made by `trine coverage --document docs/data/coverage.json`; not to be edited. `make coverage` measures again.

Verilator counts (`--coverage-line --coverage-toggle`) while the units of the [mutation campaign](mutation.md) go through their
verification: random matmuls and the checks of `trine_verify::suite`. A block or a branch is reached when it ran once, a toggle is one bit
in one direction; instances of one module count together. Everything starts at 0, so that a reset alone reaches nothing.

What cannot be reached is listed, too: bits that are constant in a register, inputs that are tied, flags of the other kind of unit.
Upper bits of counters, of the watchdog and of what shows them would take years; [proofs](proofs.md) stand in for them.
";

/// Longest list of signals in one place.
const SIGNALS: usize = 40;

/// The document.
pub(super) fn markdown(coverage: &[Coverage]) -> String {
    let mut text = String::from(INTRODUCTION);
    for unit in coverage {
        // Writing to a String cannot fail
        let _ = writeln!(text, "\n## Unit `{}`\n", unit.unit);
        head(&mut text, &["module", "blocks and branches", "toggles"]);
        for module in &unit.modules {
            row(&mut text, &[format!("`{}`", module.module), module.lines.to_string(), module.toggles.to_string()]);
        }
        let (lines, toggles) = unit.totals();
        row(&mut text, &["**all**".into(), format!("**{lines}**"), format!("**{toggles}**")]);
        let _ = writeln!(text, "\nNot reached:\n");
        for module in unit.modules.iter().filter(|module| !module.dead.is_empty() || !module.still.is_empty()) {
            let more = module.still.len().saturating_sub(SIGNALS);
            let signals = module.still.iter().take(SIGNALS).map(|signal| format!("`{signal}`"));
            let branches = module.dead.iter().map(|branch| format!("the branch `{branch}`"));
            let mut all: Vec<String> = branches.chain(signals).collect();
            if more > 0 {
                all.push(format!("{more} more signals"));
            }
            let _ = writeln!(text, "- `{}`: {}", module.module, all.join(", "));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use trine_verify::coverage::{OfModule, Part};

    #[test]
    fn modules_and_holes_are_listed() {
        let module = OfModule {
            module: "trine_job".into(),
            lines: Part { reached: 1, all: 2 },
            toggles: Part { reached: 3, all: 4 },
            dead: vec!["if of if (refuse) begin".into()],
            still: vec!["idle_q[31:20]".into()],
        };
        let text = markdown(&[Coverage { unit: "odd".into(), modules: vec![module] }]);
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
}
