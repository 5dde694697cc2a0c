//! The lists of the keys of `config.json`: those of every family, and those whose meaning the family decides.

mod harmless;
mod operations;
mod shape;

use harmless::HARMLESS;
use operations::OPERATIONS;
use shape::SHAPE;

use crate::checkpoint::keys::{Group, ONE, Rule};

/// The keys of every family.
pub(crate) const COMMON: [&[Group]; 3] = [SHAPE, OPERATIONS, HARMLESS];

/// The keys that only the 1bitLLM reproduction reads.
pub(crate) const ONE_BIT_LLM: &[Group] = &[Group {
    keys: &["input_bits", "weight_bits"],
    rule: Rule::Handled,
    about: "bits of activations, which must be 8, and of weights, which must be 1, unless there is a `quantization_config`",
}];

/// The same keys in the other families.
pub(crate) const OTHERS: &[Group] = &[
    Group {
        keys: &["input_bits"],
        rule: Rule::When("null or 8", |value, _| value.is_null() || value.as_f64() == Some(8.0)),
        about: "bits of activations",
    },
    Group { keys: &["weight_bits"], rule: ONE, about: "bits of weights as 1bitLLM counts them" },
];
