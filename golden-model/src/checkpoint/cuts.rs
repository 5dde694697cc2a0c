//! Cuts of a matrix of magnitudes into ranges of columns in which every row has one magnitude.
//!
//! Each range is as wide as it can be, which makes the ranges as few as possible. A magnitude of 0 fits every other.

use std::ops::Range;

/// The most ranges of columns. Every one is a matmul of its own, with all outputs: more would take longer to add than to
/// multiply.
pub(crate) const MOST: usize = 64;

/// A range of columns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cut {
    pub(crate) columns: Range<usize>,
    /// The magnitude of each row; 0 where all are.
    pub(crate) magnitudes: Vec<f32>,
}

/// A reason why there are no such cuts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Flaw {
    /// The smaller one of two magnitudes in one row that no range as wide as it has to be tells apart.
    Odd { row: usize, column: usize, other: f32 },
    /// The first cell that would begin one range more than [`MOST`].
    Many { row: usize, column: usize },
}

/// Cuts a matrix of `rows x columns` magnitudes into ranges of at least `narrowest` columns, but for a whole matrix that
/// is narrower.
pub(crate) fn cut(
    rows: usize,
    columns: usize,
    narrowest: usize,
    magnitude: impl Fn(usize, usize) -> f32,
) -> Result<Vec<Cut>, Flaw> {
    let (mut cuts, mut start) = (Vec::new(), 0);
    let mut last = None;
    while start < columns {
        let (cut, conflict) = widest(rows, start..columns, &magnitude);
        // A range that is too narrow is the fault of the cell that ended it, and at the right edge of the one that began it.
        if cut.columns.len() < narrowest.min(columns)
            && let Some(Conflict { row, at, .. }) = conflict.or(last)
        {
            let [a, b] = at.map(|column| magnitude(row, column));
            let (column, other) = if a < b { (at[0], b) } else { (at[1], a) };
            return Err(Flaw::Odd { row, column, other });
        }
        start = cut.columns.end;
        cuts.push(cut);
        if let Some(Conflict { row, at }) = conflict
            && cuts.len() == MOST
        {
            return Err(Flaw::Many { row, column: at[1] });
        }
        last = conflict;
    }
    Ok(cuts)
}

/// Two columns of a row whose magnitudes differ, the second of them the first column of the next range.
#[derive(Clone, Copy)]
struct Conflict {
    row: usize,
    at: [usize; 2],
}

/// The widest range that begins where `within` does, and what ends it.
fn widest(rows: usize, within: Range<usize>, magnitude: impl Fn(usize, usize) -> f32) -> (Cut, Option<Conflict>) {
    let (start, mut end, mut conflict) = (within.start, within.end, None);
    // The first column of each row that is not zero.
    let mut first = vec![None; rows];
    for (row, first) in first.iter_mut().enumerate() {
        let (mut found, reached) = (0.0, start..end);
        for column in reached {
            let this = magnitude(row, column);
            match *first {
                _ if this == 0.0 || this == found => {}
                None => (*first, found) = (Some(column), this),
                Some(before) => {
                    (end, conflict) = (column, Some(Conflict { row, at: [before, column] }));
                    break;
                }
            }
        }
    }
    let inside = |(row, first): (usize, Option<usize>)| {
        first.filter(|&column| column < end).map_or(0.0, |column| magnitude(row, column))
    };
    let magnitudes = first.into_iter().enumerate().map(inside).collect();
    (Cut { columns: start..end, magnitudes }, conflict)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(rows: &[&[f32]], narrowest: usize) -> Result<Vec<Cut>, Flaw> {
        cut(rows.len(), rows[0].len(), narrowest, |row, column| rows[row][column])
    }

    fn range(columns: Range<usize>, magnitudes: &[f32]) -> Cut {
        Cut { columns, magnitudes: magnitudes.into() }
    }

    #[test]
    fn ranges_are_as_wide_as_they_can_be() {
        let whole: [&[f32]; 3] = [&[2.0, 0.0, 2.0], &[0.0, 3.0, 3.0], &[0.0; 3]];
        assert_eq!(cuts(&whole, 1).unwrap(), [range(0..3, &[2.0, 3.0, 0.0])]);
        // The second row is zero where the first changes.
        let two: [&[f32]; 2] = [&[1.0, 1.0, 2.0, 0.0, 2.0], &[1.0, 0.0, 0.0, 3.0, 3.0]];
        assert_eq!(cuts(&two, 2).unwrap(), [range(0..2, &[1.0, 1.0]), range(2..5, &[2.0, 3.0])]);
        // A row whose first weight lies behind the cut has none in front of it.
        let late: [&[f32]; 2] = [&[0.0, 0.0, 0.0, 5.0], &[1.0, 1.0, 2.0, 2.0]];
        assert_eq!(cuts(&late, 2).unwrap(), [range(0..2, &[0.0, 1.0]), range(2..4, &[5.0, 2.0])]);
        let three: [&[f32]; 1] = [&[1.0, 1.0, 2.0, 2.0, 1.0, 1.0]];
        assert_eq!(cuts(&three, 2).unwrap().len(), 3);
    }

    #[test]
    fn one_odd_weight_is_no_range_wherever_it_is() {
        for column in 0..20 {
            let mut row = [1.0; 20];
            row[column] = 0.25;
            assert_eq!(cuts(&[&row], 4), Err(Flaw::Odd { row: 0, column, other: 1.0 }), "column {column}");
        }
        // A matrix that is narrower than a range has to be is one.
        assert_eq!(cuts(&[&[1.0, 1.0]], 4).unwrap().len(), 1);
        assert_eq!(cuts(&[&[1.0, 2.0]], 4), Err(Flaw::Odd { row: 0, column: 0, other: 2.0 }));
    }

    #[test]
    fn there_are_no_more_ranges_than_said() {
        let many = |columns: usize| cut(1, columns, 1, |_, column| (column + 1) as f32).map(|cuts| cuts.len());
        assert_eq!(many(MOST), Ok(MOST));
        assert_eq!(many(MOST + 1), Err(Flaw::Many { row: 0, column: MOST }));
    }
}
