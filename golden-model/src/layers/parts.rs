//! The weights of a linear and their scales: a scale for the whole, for ranges of outputs, for ranges of inputs, or both.
//!
//! ```text
//!            inputs 0..a        inputs a..K
//!          ┌──────────────┬────────────────────┐
//! outputs  │ scale s00    │ scale s01          │   y[n] = (s0[n] * P0[n] + s1[n] * P1[n]) / a
//!          ├──────────────┼────────────────────┤   P0[n] = sum over the inputs of part 0, an exact i32
//!          │ scale s10    │ scale s11          │
//!          └──────────────┴────────────────────┘
//!              part 0             part 1
//! ```
//! A part is a matrix of its own, made once at load, and a matmul of its own: engines see plain integers and no scale.
//! A range of outputs costs an engine nothing; another part costs it another set of sums.

use std::ops::Range;

use crate::{Error, TernaryMatrix};

/// A positive scale for each range of outputs of a [`Part`].
#[derive(Clone, Debug, PartialEq)]
pub struct Scales {
    /// The end of each range and its scale, in the order of the outputs.
    ranges: Vec<(usize, f32)>,
}

impl Scales {
    /// One scale for all of `outputs` outputs.
    pub fn one(outputs: usize, scale: f32) -> Self {
        Self { ranges: vec![(outputs, scale)] }
    }

    /// A scale for each output; neighbours that are equal become one range. A scale of 0 marks an output without
    /// weights, to which any scale applies: it takes that of a neighbour, or 1 where no output has one.
    pub fn of_outputs(scales: &[f32]) -> Self {
        let mut ranges: Vec<(usize, f32)> = Vec::new();
        let mut last = scales.iter().copied().find(|&scale| scale != 0.0).unwrap_or(1.0);
        for (output, &scale) in scales.iter().enumerate() {
            last = if scale == 0.0 { last } else { scale };
            match ranges.last_mut() {
                Some((end, scale)) if *scale == last => *end = output + 1,
                _ => ranges.push((output + 1, last)),
            }
        }
        Self { ranges }
    }

    /// The ranges of outputs in order, each with its scale.
    pub fn ranges(&self) -> impl Iterator<Item = (Range<usize>, f32)> {
        let starts = std::iter::once(0).chain(self.ranges.iter().map(|(end, _)| *end));
        starts.zip(&self.ranges).map(|(start, &(end, scale))| (start..end, scale))
    }

    /// The scale of one output.
    ///
    /// # Panics
    /// If there is no such output.
    pub fn of(&self, output: usize) -> f32 {
        self.ranges[self.ranges.partition_point(|(end, _)| *end <= output)].1
    }

    /// The number of outputs.
    fn outputs(&self) -> usize {
        self.ranges.last().map_or(0, |(end, _)| *end)
    }
}

/// A range of inputs of a linear.
#[derive(Clone, Debug)]
pub struct Part {
    /// The inputs, of all inputs of the linear.
    pub inputs: Range<usize>,
    /// The weights from those inputs to all outputs.
    pub weights: TernaryMatrix,
    /// The scales of those weights.
    pub scales: Scales,
}

/// The parts of a linear, at least one: ranges of inputs without gap, each with weights to the same outputs.
#[derive(Clone, Debug)]
pub struct Parts(Vec<Part>);

impl Parts {
    /// Weights under one scale.
    pub fn one(weights: TernaryMatrix, scale: f32) -> Self {
        let scales = Scales::one(weights.rows(), scale);
        Self(vec![Part { inputs: 0..weights.cols(), weights, scales }])
    }

    /// Puts parts together.
    ///
    /// # Errors
    /// If there is none, a part does not begin where the one before it ends, its weights or scales do not fit its inputs
    /// and the outputs of the others, or a scale is not a positive number.
    pub fn new(parts: Vec<Part>) -> Result<Self, Error> {
        let Some(outputs) = parts.first().map(|part| part.weights.rows()) else {
            return Err(Error::argument("a linear without parts has no weights"));
        };
        let mut next = 0;
        for Part { inputs, weights, scales } in &parts {
            if inputs.start != next || weights.cols() != inputs.len() {
                return Err(Error::argument(format!(
                    "a part of inputs {inputs:?} with {} columns of weights does not follow input {next}",
                    weights.cols()
                )));
            }
            if (weights.rows(), scales.outputs()) != (outputs, outputs) {
                return Err(Error::argument(format!(
                    "a part of {} outputs with scales for {} does not fit {outputs} outputs",
                    weights.rows(),
                    scales.outputs()
                )));
            }
            if let Some((range, scale)) = scales.ranges().find(|(_, scale)| !(scale.is_finite() && *scale > 0.0)) {
                return Err(Error::argument(format!(
                    "the scale of outputs {range:?} is {scale}; it must be a positive number"
                )));
            }
            next = inputs.end;
        }
        Ok(Self(parts))
    }

    /// The parts in the order of their inputs.
    pub fn iter(&self) -> std::slice::Iter<'_, Part> {
        self.0.iter()
    }

    /// `N`, the number of outputs.
    pub fn outputs(&self) -> usize {
        self.0[0].weights.rows()
    }

    /// `K`, the number of inputs.
    pub fn inputs(&self) -> usize {
        self.0.last().map_or(0, |part| part.inputs.end)
    }

    /// The only part, when all inputs are in one.
    pub(crate) fn only(&self) -> Option<&Part> {
        if let [part] = &*self.0 { Some(part) } else { None }
    }

    /// The number of weights that are zero.
    pub fn zeros(&self) -> usize {
        self.iter().map(|part| part.weights.zeros()).sum()
    }

    /// Bytes that the packed weights occupy.
    pub fn bytes(&self) -> usize {
        self.iter().map(|part| part.weights.bytes()).sum()
    }

    /// The scale of every range of inputs and outputs, part by part.
    pub fn scales(&self) -> impl Iterator<Item = f32> {
        self.iter().flat_map(|part| part.scales.ranges().map(|(_, scale)| scale))
    }

    /// The same weights, every scale multiplied by `factor`.
    pub(crate) fn times(mut self, factor: f32) -> Self {
        let ranges = self.0.iter_mut().flat_map(|part| &mut part.scales.ranges);
        ranges.for_each(|(_, scale)| *scale *= factor);
        self
    }
}

impl<'a> IntoIterator for &'a Parts {
    type Item = &'a Part;
    type IntoIter = std::slice::Iter<'a, Part>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_share_a_range_and_a_row_of_zeros_takes_any_scale() {
        let ranges = |scales: &[f32]| Scales::of_outputs(scales).ranges().collect::<Vec<_>>();
        assert_eq!(ranges(&[0.0, 2.0, 2.0, 0.0, 0.5, 0.0]), [(0..4, 2.0), (4..6, 0.5)]);
        assert_eq!(ranges(&[2.0, 0.5, 2.0]), [(0..1, 2.0), (1..2, 0.5), (2..3, 2.0)]);
        assert_eq!(ranges(&[0.0, 0.0]), [(0..2, 1.0)]);
        assert_eq!(Scales::of_outputs(&[2.0, 2.0]), Scales::one(2, 2.0));
        let scales = Scales::of_outputs(&[2.0, 0.5, 0.5, 3.0]);
        assert_eq!([0, 1, 2, 3].map(|output| scales.of(output)), [2.0, 0.5, 0.5, 3.0]);
    }

    #[test]
    fn parts_that_do_not_fit_together_are_refused() {
        let part = |inputs: Range<usize>, cols: usize, rows: usize, scale: f32| Part {
            inputs,
            weights: TernaryMatrix::random(rows, cols, 1).unwrap(),
            scales: Scales::one(rows, scale),
        };
        let parts = Parts::new(vec![part(0..3, 3, 2, 1.0), part(3..8, 5, 2, 2.0)]).unwrap();
        assert_eq!((parts.outputs(), parts.inputs(), parts.bytes()), (2, 8, 256));
        assert_eq!(parts.scales().collect::<Vec<_>>(), [1.0, 2.0]);
        assert_eq!(parts.times(0.5).scales().collect::<Vec<_>>(), [0.5, 1.0]);
        let refuse = |parts: Vec<Part>, reason: &str| {
            let error = Parts::new(parts).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        };
        refuse(vec![], "without parts");
        refuse(vec![part(0..3, 3, 2, 1.0), part(4..8, 4, 2, 1.0)], "does not follow input 3");
        refuse(vec![part(0..3, 3, 2, 1.0), part(2..8, 6, 2, 1.0)], "does not follow input 3");
        refuse(vec![part(0..3, 4, 2, 1.0)], "4 columns");
        refuse(vec![part(0..3, 3, 2, 1.0), part(3..8, 5, 3, 1.0)], "does not fit 2 outputs");
        refuse(vec![Part { scales: Scales::one(1, 1.0), ..part(0..3, 3, 2, 1.0) }], "does not fit 2 outputs");
        for scale in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            refuse(vec![part(0..3, 3, 2, scale)], "positive");
        }
    }
}
