//! Which lanes and columns are wrong: a sum does not say it, products in which one lane alone has a value do.

use std::collections::BTreeSet;

use trine_driver::{Offload, OnMismatch, Options, Scope};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix};
use trine_sim::{Library, SimOptions};
use trine_spec::Config;

use crate::simulation;

/// Values of an activation that is not zero.
fn values(config: &Config) -> [i8; 4] {
    let highest = ((1i16 << (config.act_bits - 1)) - 1) as i8;
    [highest, -highest - 1, 1, -1]
}

/// Says which lanes of which columns multiply wrongly when they are alone, with every trit; `None` when the unit does not get
/// through these products.
pub(super) fn wrong(library: &Library, config: &Config) -> Option<String> {
    let lanes = config.lanes.min(config.max_depth);
    let device = simulation::device(library, config, &SimOptions::default()).ok()?;
    let check = Some(OnMismatch::Count);
    let mut engine =
        Offload::new(device, Options { scope: Scope::Linear, check, weight_cache: 0, ..Options::default() });
    // Token t has a value in lane t only.
    let x: Vec<i8> =
        (0..lanes * lanes).map(|i| if i / lanes == i % lanes { values(config)[i % lanes % 4] } else { 0 }).collect();
    let mut pairs = BTreeSet::new();
    for shift in 0..3 {
        // Another trit in the lanes and columns beside each.
        let trit = |column: usize, lane: usize| ((lane + column + shift) % 3) as i8 - 1;
        let trits: Vec<i8> = (0..config.columns * lanes).map(|i| trit(i / lanes, i % lanes)).collect();
        let w = TernaryMatrix::from_trits(config.columns, lanes, &trits).ok()?;
        let mut y = vec![0; lanes * config.columns];
        engine.matmul(LinearId { layer: 0, kind: LinearKind::Up }, &w, &x, lanes, &mut y).ok()?;
        for (i, sum) in y.into_iter().enumerate() {
            let (lane, column) = (i / config.columns, i % config.columns);
            if sum != i32::from(x[lane * lanes + lane]) * i32::from(trit(column, lane)) {
                pairs.insert((lane, column));
            }
        }
    }
    Some(describe(&pairs, lanes, config.columns))
}

/// The pairs of lanes and columns in words.
fn describe(pairs: &BTreeSet<(usize, usize)>, lanes: usize, columns: usize) -> String {
    let Some((lane, column)) = pairs.first() else {
        return "each lane alone multiplies rightly in every column".into();
    };
    let of_lane: BTreeSet<usize> = pairs.iter().map(|(lane, _)| *lane).collect();
    let of_column: BTreeSet<usize> = pairs.iter().map(|(_, column)| *column).collect();
    if of_lane.len() * of_column.len() != pairs.len() {
        return format!(
            "{} pairs of lane and column are wrong alone, the first lane {lane} of column {column}",
            pairs.len()
        );
    }
    format!("{} of {} is wrong alone", named("lane", &of_lane, lanes), named("column", &of_column, columns))
}

fn named(what: &str, numbers: &BTreeSet<usize>, all: usize) -> String {
    let list: Vec<String> = numbers.iter().map(usize::to_string).collect();
    match numbers.len() {
        1 => format!("{what} {}", list[0]),
        count if count == all => format!("every {what}"),
        count if count > 8 => format!("each of {count} {what}s from {} to {}", list[0], list[count - 1]),
        _ => format!("each of {what}s {}", list.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_told_in_words() {
        let said = |pairs: &[(usize, usize)]| describe(&pairs.iter().copied().collect(), 4, 2);
        assert_eq!(said(&[]), "each lane alone multiplies rightly in every column");
        assert_eq!(said(&[(3, 1)]), "lane 3 of column 1 is wrong alone");
        assert_eq!(said(&[(3, 0), (3, 1)]), "lane 3 of every column is wrong alone");
        assert_eq!(said(&[(0, 1), (1, 1), (2, 1), (3, 1)]), "every lane of column 1 is wrong alone");
        assert_eq!(said(&[(0, 0), (2, 0)]), "each of lanes 0, 2 of column 0 is wrong alone");
        assert_eq!(said(&[(0, 0), (2, 1)]), "2 pairs of lane and column are wrong alone, the first lane 0 of column 0");
    }
}
