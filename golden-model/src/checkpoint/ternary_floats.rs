//! Floats that are ternary already: 0, or plus or minus a scale that holds for a range of outputs and inputs.
//!
//! TriLM's linears are of this kind. Each shard of a model that was trained in parallel has a scale of its own: ranges of
//! outputs where the shards cut the rows, ranges of inputs where they cut the columns. Every output may have its own.

use super::cuts::{self, Flaw, MOST};
use crate::tensor::Tensor;
use crate::{Error, Part, Parts, Scales, TernaryMatrix};

/// The fewest inputs for which a scale has to hold; fewer tell a damaged weight, or weights that are not ternary.
const NARROWEST: usize = 16;

/// Floats that are ternary already, up to their scales.
pub(crate) fn unpacked(tensor: &Tensor, rows: usize, cols: usize) -> Result<Parts, Error> {
    tensor.expect_shape(&[rows, cols])?;
    tensor.expect_finite()?;
    read(rows, cols, tensor.float_at()?, |i, reason| tensor.error(tensor.place(i), reason))
}

/// Reads `rows x cols` finite weights, where `at` has the weight of each row-major place; `error` makes an error about a
/// place.
///
/// # Errors
/// When the weights are not ternary, or have more ranges of inputs than [`MOST`].
fn read(
    rows: usize,
    cols: usize,
    at: impl Fn(usize) -> f32,
    error: impl Fn(usize, String) -> Error,
) -> Result<Parts, Error> {
    let cuts = cuts::cut(rows, cols, NARROWEST, |row, col| at(row * cols + col).abs()).map_err(|flaw| match flaw {
        Flaw::Odd { row, column, other } => {
            let place = row * cols + column;
            let weight = at(place);
            error(
                place,
                format!(
                    "weight [{row}, {column}] is {weight}, neither 0 nor plus or minus {other}: this model is not \
                     ternary, or a scale holds for fewer than {NARROWEST} inputs"
                ),
            )
        }
        Flaw::Many { row, column } => error(
            row * cols + column,
            format!(
                "the scales change along the inputs more than {MOST} times; scales of small groups are not implemented"
            ),
        ),
    })?;
    let part = |cut: cuts::Cut| {
        let weights = TernaryMatrix::from_rows(rows, cut.columns.len(), |row, out| {
            for (out, col) in out.iter_mut().zip(cut.columns.clone()) {
                let weight = at(row * cols + col);
                *out = i8::from(weight > 0.0) - i8::from(weight < 0.0);
            }
            Ok(())
        })?;
        Ok(Part { inputs: cut.columns, weights, scales: Scales::of_outputs(&cut.magnitudes) })
    };
    Parts::new(cuts.into_iter().map(part).collect::<Result<_, Error>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(cols: usize, weight: impl Fn(usize, usize) -> f32) -> Result<Parts, String> {
        let error = |place: usize, reason: String| Error::argument(format!("{place}: {reason}"));
        read(2, cols, |place| weight(place / cols, place % cols), error).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_read_is_what_was_there() {
        let sign = |row: usize, col: usize| ((row * 5 + col * 7) % 3) as f32 - 1.0;
        let scale = |row: usize, col: usize| [[0.5, 0.25, 3.0], [0.5, 2.0, 1.0]][row][usize::from(col > 20) + col / 50];
        let parts = parts(70, |row, col| sign(row, col) * scale(row, col)).unwrap();
        assert_eq!(parts.iter().map(|part| part.inputs.clone()).collect::<Vec<_>>(), [0..21, 21..50, 50..70]);
        for part in &parts {
            for (row, (at, col)) in (0..2).flat_map(|row| part.inputs.clone().enumerate().map(move |col| (row, col))) {
                let weight = f32::from(part.weights.get(row, at)) * part.scales.of(row);
                assert_eq!(weight, sign(row, col) * scale(row, col), "[{row}, {col}]");
            }
        }
    }

    #[test]
    fn too_many_and_too_narrow_ranges_are_refused() {
        let groups = |size: usize| parts(65 * size, |_, col| (1 + col / size) as f32);
        let message = groups(16).unwrap_err();
        assert!(message.starts_with("1024: ") && message.contains("more than 64 times"), "{message}");
        let message = groups(15).unwrap_err();
        assert!(message.starts_with("0: weight [0, 0] is 1, neither 0 nor plus or minus 2"), "{message}");
        let damaged = parts(40, |row, col| if (row, col) == (1, 33) { -0.5 } else { 1.0 }).unwrap_err();
        assert!(damaged.starts_with("73: weight [1, 33] is -0.5, neither 0 nor plus or minus 1"), "{damaged}");
    }
}
