//! The mark that parts the two phases of a run.

use std::cell::Cell;

use trine_driver::Mark;
use trine_golden_model::{BoxError, LinearId, Matmul, Product, TernaryMatrix};

use crate::backend::Engine;

/// An engine that marks its books where the pass of the prompt ends.
pub(crate) struct Marking<'a> {
    engine: &'a mut Engine,
    /// Set by whoever takes the tokens, after the first.
    decoding: &'a Cell<bool>,
    mark: Option<Mark>,
}

impl<'a> Marking<'a> {
    pub(crate) fn new(engine: &'a mut Engine, decoding: &'a Cell<bool>) -> Self {
        Self { engine, decoding, mark: None }
    }

    /// The mark, if there was a pass after the prompt's.
    pub(crate) fn into_mark(self) -> Option<Mark> {
        self.mark
    }
}

impl Marking<'_> {
    fn mark(&mut self) {
        if let Engine::Rtl(offload) = &*self.engine
            && self.decoding.get()
            && self.mark.is_none()
        {
            self.mark = Some(offload.ledger().mark());
        }
    }
}

impl Matmul for Marking<'_> {
    fn matmul(&mut self, id: LinearId, w: &TernaryMatrix, x: &[i8], m: usize, y: &mut [i32]) -> Result<(), BoxError> {
        self.mark();
        self.engine.matmul(id, w, x, m, y)
    }

    fn matmuls(&mut self, products: &mut [Product<'_>]) -> Result<(), (usize, BoxError)> {
        self.mark();
        self.engine.matmuls(products)
    }
}
