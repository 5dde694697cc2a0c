//! Lanes and columns that are wrong: a sum does not tell them, products to which one lane alone contributes do.

use std::collections::BTreeSet;

use trine_driver::{Offload, OnMismatch, Options, Scope};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix};
use trine_sim::{Library, SimOptions};
use trine_spec::Config;

/// Lanes and columns that are wrong.
type Pairs = BTreeSet<(usize, usize)>;

/// Says which lanes of which columns multiply wrongly when they are alone; `None` when the unit does not get through these
/// products.
///
/// A lane is alone when the activations of the others are zero, or their weights. A broken lane may show in the others' products in
/// one of the two, so the one that accuses fewer is believed.
pub(crate) fn wrong(library: &Library, config: &Config) -> Option<String> {
    let lanes = config.lanes().min(config.max_depth());
    let probe = Probe { library, config, lanes };
    let found = [probe.activations()?, probe.weights()?];
    let least = found.iter().filter(|pairs| !pairs.is_empty()).min_by_key(|pairs| pairs.len());
    Some(describe(least.unwrap_or(&found[0]), lanes, config.columns()))
}

struct Probe<'a> {
    library: &'a Library,
    config: &'a Config,
    lanes: usize,
}

impl Probe<'_> {
    /// An activation of a lane, never zero.
    fn value(&self, lane: usize) -> i8 {
        let highest = ((1i16 << (self.config.act_bits() - 1)) - 1) as i8;
        [highest, -highest - 1, 1, -1][lane % 4]
    }

    /// The product of `m` tokens with `w` on a fresh unit.
    fn multiply(&self, w: &TernaryMatrix, x: &[i8], m: usize) -> Option<Vec<i32>> {
        let device = trine_sim::device(self.library, self.config, &SimOptions::default()).ok()?;
        let check = Some(OnMismatch::Count);
        let options = Options { scope: Scope::Linear, check, weight_cache: 0, ..Options::default() };
        let mut y = vec![0; m * w.rows()];
        Offload::new(device, options).matmul(LinearId { layer: 0, kind: LinearKind::Up }, w, x, m, &mut y).ok()?;
        Some(y)
    }

    /// Token t has a value in lane t only; lanes and columns beside each other have different trits.
    fn activations(&self) -> Option<Pairs> {
        let (lanes, columns) = (self.lanes, self.config.columns());
        let x: Vec<i8> =
            (0..lanes * lanes).map(|i| if i / lanes == i % lanes { self.value(i % lanes) } else { 0 }).collect();
        let mut pairs = Pairs::new();
        for shift in 0..3 {
            let trit = |column: usize, lane: usize| ((lane + column + shift) % 3) as i8 - 1;
            let trits: Vec<i8> = (0..columns * lanes).map(|i| trit(i / lanes, i % lanes)).collect();
            let y = self.multiply(&TernaryMatrix::from_trits(columns, lanes, &trits).ok()?, &x, lanes)?;
            for (i, sum) in y.into_iter().enumerate() {
                let (lane, column) = (i / columns, i % columns);
                if sum != i32::from(self.value(lane)) * i32::from(trit(column, lane)) {
                    pairs.insert((lane, column));
                }
            }
        }
        Some(pairs)
    }

    /// Of each output one weight is not zero: for each lane a pass with 1 and one with -1.
    fn weights(&self) -> Option<Pairs> {
        let (lanes, columns) = (self.lanes, self.config.columns());
        let outputs = 2 * lanes * columns;
        let place = |output: usize| (output / columns / 2, [1, -1][output / columns % 2]);
        let trit = |i: usize| if place(i / lanes).0 == i % lanes { place(i / lanes).1 } else { 0 };
        let trits: Vec<i8> = (0..outputs * lanes).map(trit).collect();
        let x: Vec<i8> = (0..lanes).map(|lane| self.value(lane)).collect();
        let y = self.multiply(&TernaryMatrix::from_trits(outputs, lanes, &trits).ok()?, &x, 1)?;
        let wrong = y.into_iter().enumerate().filter(|(output, sum)| {
            let (lane, trit) = place(*output);
            *sum != i32::from(self.value(lane)) * i32::from(trit)
        });
        Some(wrong.map(|(output, _)| (place(output).0, output % columns)).collect())
    }
}

/// The pairs of lanes and columns in words.
fn describe(pairs: &Pairs, lanes: usize, columns: usize) -> String {
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
