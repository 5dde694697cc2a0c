//! Doubts about weights that are read: a tensor of a single value is no part of a trained model.
//!
//! A program that makes a file in its full size before the download ends leaves zeros in it. They read as floats of 0, as
//! packed trits of -1, and as blocks of zeros.

use std::path::Path;

use super::layer::Layer;
use super::weights::{DenseId, NormId, PartId};
use crate::layers::dense::Dense;
use crate::words::names;
use crate::{InputNorm, Linear, RmsNorm, TernaryMatrix};

/// Tensors by their names, in the order of the model.
#[derive(Default)]
pub(crate) struct Doubts {
    /// Embedding, head or norms of zeros.
    zero_floats: Vec<String>,
    /// Linears of zeros, which compute what they say.
    zero_linears: Vec<String>,
    /// Linears of -1 only or +1 only.
    constant: Vec<String>,
}

impl Doubts {
    /// Looks at the parts outside of the layers; `name` has the tensor of a part.
    pub(crate) fn ends(
        &mut self,
        embedding: &Dense,
        norm: &RmsNorm,
        head: Option<&Dense>,
        name: impl Fn(PartId) -> String,
    ) {
        let head = head.map(|head| (head.is_zero(), PartId::Dense(DenseId::Head)));
        let embedding = (embedding.is_zero(), PartId::Dense(DenseId::Embedding));
        let norm = (norm.is_zero(), PartId::Norm(NormId::Final));
        let zero = [embedding, norm].into_iter().chain(head).filter(|(zero, _)| *zero);
        self.zero_floats.extend(zero.map(|(_, part)| name(part)));
    }

    /// Looks at layer `index`.
    pub(crate) fn layer(&mut self, index: usize, layer: &Layer, name: impl Fn(PartId) -> String) {
        let (a, f) = (&layer.attention, &layer.ffn);
        let norms = [
            (Some(&layer.attention_norm), NormId::Attention(index)),
            (a.sub_norm.as_ref(), NormId::AttentionSub(index)),
            (Some(&layer.ffn_norm), NormId::Ffn(index)),
            (f.sub_norm.as_ref(), NormId::FfnSub(index)),
        ];
        let zero = norms.into_iter().filter(|(norm, _)| norm.is_some_and(RmsNorm::is_zero));
        self.zero_floats.extend(zero.map(|(_, id)| name(PartId::Norm(id))));
        for linear in [&a.q, &a.k, &a.v, &a.o, &f.gate, &f.up, &f.down] {
            self.linear(linear, || name(PartId::Linear(linear.id)));
        }
    }

    fn linear(&mut self, linear: &Linear, name: impl Fn() -> String) {
        if let InputNorm::Rms(norm) = &linear.input_norm
            && norm.is_zero()
        {
            self.zero_floats.push(format!("the norm inside {}", name()));
        }
        let mut parts = linear.parts.iter().map(|part| only(&part.weights));
        match parts.next().flatten().filter(|first| parts.all(|only| only == Some(*first))) {
            Some(0) => self.zero_linears.push(name()),
            Some(_) => self.constant.push(name()),
            None => {}
        }
    }

    /// A sentence about each kind, with the path of the model.
    pub(crate) fn notices(&self, path: &Path) -> Vec<String> {
        let list = |all: &[String]| names(&all.iter().map(String::as_str).collect::<Vec<_>>());
        let holds = |all: &[String]| if all.len() == 1 { "holds" } else { "hold" };
        let mut said = Vec::new();
        if !self.constant.is_empty() {
            said.push(format!(
                "{} {} the same weight everywhere, -1 or +1, as no trained linear does",
                list(&self.constant),
                holds(&self.constant)
            ));
        }
        if !self.zero_floats.is_empty() {
            said.push(format!(
                "{} {} zeros only, as no trained embedding, head or norm does",
                list(&self.zero_floats),
                holds(&self.zero_floats)
            ));
        }
        if let Some(first) = self.zero_linears.first() {
            let count = self.zero_linears.len();
            let many = if count == 1 { "linear holds" } else { "linears hold" };
            said.push(format!("{count} {many} zeros only, `{first}` first"));
        }
        let notice = |what| format!("{}: {what}; was the download broken off?", path.display());
        said.into_iter().map(notice).collect()
    }
}

/// The weight that all weights are, if they are the same.
fn only(weights: &TernaryMatrix) -> Option<i8> {
    let (first, mut row) = (weights.get(0, 0), vec![0; weights.cols()]);
    let same = (0..weights.rows()).all(|at| {
        weights.unpack_row(at, &mut row);
        row.iter().all(|&weight| weight == first)
    });
    same.then_some(first)
}
