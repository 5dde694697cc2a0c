//! Training, one step at a time.
//!
//! A batch is cut into shards of sequences, which pass in parallel, each with a gradient of its own; the gradients are
//! added in the order of the shards. So losses depend on the recipe, and not on how many threads there are.

use std::f64::consts::LN_2;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::corpus::Corpus;
use crate::layout::{Layout, Role};
use crate::optimizer::AdamW;
use crate::vector::add;
use crate::{Error, Kind, Network, Pass, Schedule, Shape};

/// All that decides how a training goes, besides its text.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Arithmetic of linears.
    pub kind: Kind,
    /// Sizes of the model.
    pub shape: Shape,
    /// Steps and rates.
    pub schedule: Schedule,
    /// Sequences in a step.
    pub batch: usize,
    /// Parts of a batch that pass in parallel.
    pub shards: usize,
    /// Of weights and batches.
    pub seed: u64,
}

impl Recipe {
    /// Makes sure that the recipe can be followed.
    ///
    /// # Errors
    /// [`Error::Shape`] or [`Error::Recipe`] say what is wrong.
    pub fn check(&self) -> Result<(), Error> {
        const MOST_TOKENS: usize = 1 << 20;
        self.shape.check()?;
        let Self { batch, shards, schedule: Schedule { peak, steps, .. }, .. } = *self;
        if batch > MOST_TOKENS / self.shape.context {
            return Err(Error::Recipe(format!(
                "a batch of {batch} sequences of {} tokens is more than {MOST_TOKENS} tokens a step",
                self.shape.context
            )));
        }
        if batch == 0 || shards == 0 || !batch.is_multiple_of(shards) {
            return Err(Error::Recipe(format!(
                "a batch of {batch} sequences cannot be cut into {shards} equal shards"
            )));
        }
        if steps == 0 {
            return Err(Error::Recipe("there are no steps".into()));
        }
        if !(peak.is_finite() && peak > 0.0) {
            return Err(Error::Recipe(format!("a learning rate of {peak} is not a positive number")));
        }
        Ok(())
    }
}

/// Result of a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StepReport {
    /// Steps done, this one included.
    pub step: usize,
    /// Bits per token of its batch, before the step.
    pub bits: f64,
    /// Norm of its gradient before clipping.
    pub norm: f64,
    /// Its learning rate.
    pub rate: f64,
}

/// A training under way.
#[derive(Clone, Debug)]
pub struct Trainer {
    /// The recipe that is followed.
    pub recipe: Recipe,
    /// The model as it is.
    pub network: Network,
    pub(crate) optimizer: AdamW,
    /// Steps done.
    pub(crate) step: usize,
    passes: Vec<Pass>,
}

/// Standard deviation of fresh weights.
const INIT: f32 = 0.02;

impl Trainer {
    /// A fresh model.
    ///
    /// # Errors
    /// If the recipe cannot be followed.
    pub fn new(recipe: Recipe) -> Result<Self, Error> {
        recipe.check()?;
        let layout = Layout::new(&recipe.shape);
        let mut random = ChaCha8Rng::seed_from_u64(recipe.seed);
        // A stream that no step's batch uses.
        random.set_stream(u64::MAX);
        let mut masters = vec![1.0; layout.total()];
        for slot in layout.slots.iter().filter(|slot| slot.role != Role::Norm) {
            masters[slot.range()].iter_mut().for_each(|w| *w = INIT * normal(&mut random));
        }
        let optimizer = AdamW::new(layout.total());
        Ok(Self::restore(recipe, masters, optimizer, 0))
    }

    /// A model part way through its recipe, which has been checked.
    pub(crate) fn restore(recipe: Recipe, masters: Vec<f32>, optimizer: AdamW, step: usize) -> Self {
        let network = Network::new(recipe.kind, recipe.shape, masters);
        let passes = vec![Pass::new(&network, recipe.batch / recipe.shards); recipe.shards];
        Self { recipe, network, optimizer, step, passes }
    }

    /// Steps done.
    pub fn steps_done(&self) -> usize {
        self.step
    }

    /// True if the recipe has been followed to its end.
    pub fn finished(&self) -> bool {
        self.step >= self.recipe.schedule.end()
    }

    /// Takes one step.
    ///
    /// # Errors
    /// [`Error::Diverged`] if the loss or the gradient is infinite or no number; the weights stay as they were.
    ///
    /// # Panics
    /// If the corpus was written in another vocabulary.
    pub fn step(&mut self, corpus: &Corpus) -> Result<StepReport, Error> {
        let Recipe { shape: Shape { context, .. }, batch, seed, schedule, .. } = self.recipe;
        if self.step == 0 {
            corpus.check(context)?;
        }
        let (inputs, targets) = corpus.batch(seed, self.step, batch, context);
        let tokens = inputs.len() / self.passes.len();
        let (network, weight) = (&self.network, 1.0 / inputs.len() as f32);
        let losses: Vec<f64> = self
            .passes
            .par_iter_mut()
            .zip(inputs.par_chunks(tokens).zip(targets.par_chunks(tokens)))
            .map(|(pass, (inputs, targets))| pass.gradients(network, inputs, targets, weight))
            .collect();
        let bits = losses.iter().sum::<f64>() / inputs.len() as f64 / LN_2;
        if !bits.is_finite() {
            return Err(Error::Diverged { step: self.step, what: "loss", value: bits });
        }
        if let [first, others @ ..] = &mut self.passes[..] {
            const CHUNK: usize = 1 << 15;
            first.gradient.par_chunks_mut(CHUNK).enumerate().for_each(|(i, sum)| {
                others.iter().for_each(|other| add(sum, &other.gradient[i * CHUNK..][..sum.len()]));
            });
        }
        let (rate, decay) = (schedule.rate(self.step), schedule.decay(self.step));
        let Network { layout, masters, .. } = &mut self.network;
        let norm = self.optimizer.step(layout, masters, &self.passes[0].gradient, (self.step, rate, decay));
        if !norm.is_finite() {
            return Err(Error::Diverged { step: self.step, what: "norm of the gradient", value: norm });
        }
        self.network.refresh();
        self.step += 1;
        Ok(StepReport { step: self.step, bits, norm, rate })
    }

    /// Makes sure that every weight is a number, so that a checkpoint of them is worth keeping.
    pub(crate) fn expect_finite(&self) -> Result<(), Error> {
        match self.network.masters.iter().find(|w| !w.is_finite()) {
            None => Ok(()),
            Some(&w) => Err(Error::Diverged { step: self.step, what: "value of a weight", value: w.into() }),
        }
    }

    /// Bits per character of at most `most` windows of the held-out text, evenly spread.
    pub fn held_out(&mut self, corpus: &Corpus, most: usize) -> f64 {
        held_out(&self.network, &mut self.passes, corpus, most)
    }
}

/// Bits per character of a model on the held-out text, in windows of its context that lie side by side: every token but
/// the first is predicted at most once, from at least one before it.
pub fn held_out(network: &Network, passes: &mut [Pass], corpus: &Corpus, most: usize) -> f64 {
    let context = network.shape.context;
    let sequences = passes[0].tokens() / context;
    let starts = corpus.windows(context, most);
    let whole = starts.chunks_exact(sequences * passes.len());
    let mut bits = 0.0;
    let mut characters = 0;
    let mut count = |targets: &[u32]| {
        characters += targets.iter().map(|&token| corpus.vocabulary.characters(token)).sum::<usize>();
    };
    for starts in whole.clone() {
        let (inputs, targets) = corpus.held_batch(starts, context);
        let tokens = sequences * context;
        bits += passes
            .par_iter_mut()
            .zip(inputs.par_chunks(tokens).zip(targets.par_chunks(tokens)))
            .map(|(pass, (inputs, targets))| pass.loss(network, inputs, targets))
            .collect::<Vec<_>>()
            .iter()
            .sum::<f64>();
        count(&targets);
    }
    // What does not fill all passes goes one by one.
    let mut single = Pass::new(network, 1);
    for start in whole.remainder() {
        let (inputs, targets) = corpus.held_batch(&[*start], context);
        bits += single.loss(network, &inputs, &targets);
        count(&targets);
    }
    bits / LN_2 / characters as f64
}

/// A number from the normal distribution, by Box and Muller.
fn normal(random: &mut impl Rng) -> f32 {
    let (a, b): (f32, f32) = (1.0 - random.random::<f32>(), random.random());
    (-2.0 * a.ln()).sqrt() * (std::f32::consts::TAU * b).cos()
}
