//! Putting a model together: the same for the weights of every source.

use std::sync::Arc;

use rayon::prelude::*;

use super::doubts::Doubts;
use super::layer::{Layer, Layers};
use super::weights::{DenseId, NormId, Weights};
use crate::layers::attention::Attention;
use crate::layers::ffn::Ffn;
use crate::layers::rope::Rope;
use crate::{Config, Error, Linear, LinearId, LinearKind, Model, RmsNorm};

/// Makes a model of this configuration; `streamed` makes each layer when its turn comes.
pub(crate) fn assemble(mut config: Config, source: impl Weights, streamed: bool) -> Result<Model, Error> {
    let embedding = source.dense(DenseId::Embedding)?;
    let norm = RmsNorm::new(source.norm(NormId::Final)?, config.norm_eps);
    let head = (!config.tied).then(|| source.dense(DenseId::Head)).transpose()?;
    let rope = Rope::new(config.head_dim, config.rope_theta, config.rope_pairs);
    let (path, mut doubts) = (source.path().to_owned(), Doubts::default());
    doubts.ends(&embedding, &norm, head.as_ref(), |part| source.name(part));
    let layers = if streamed {
        let config = config.clone();
        Layers::Made(config.layers, Arc::new(move |index| layer(&config, &source, index)))
    } else {
        // The first layer alone, so that a model of the wrong kind is refused before all of it is read. All results of the
        // others first, so that the error reported is always that of the first layer at fault.
        let first = layer(&config, &source, 0)?;
        let layers: Vec<_> = (1..config.layers).into_par_iter().map(|index| layer(&config, &source, index)).collect();
        let layers: Vec<Layer> = std::iter::once(Ok(first)).chain(layers).collect::<Result<_, Error>>()?;
        let each = layers.iter().enumerate();
        each.for_each(|(index, layer)| doubts.layer(index, layer, |part| source.name(part)));
        Layers::Held(layers)
    };
    config.notices.extend(doubts.notices(&path));
    Ok(Model { embedding, layers, norm, head, rope, config })
}

/// Layer `index`, its linears made at the same time.
fn layer(config: &Config, source: &impl Weights, index: usize) -> Result<Layer, Error> {
    let norm = |id| Ok::<_, Error>(RmsNorm::new(source.norm(id)?, config.norm_eps));
    let sub_norm = |id| config.sub_norms.then(|| norm(id)).transpose();
    let linears: Vec<Result<Linear, Error>> =
        LinearKind::ALL.into_par_iter().map(|kind| source.linear(LinearId { layer: index, kind })).collect();
    let mut linears = linears.into_iter();
    let mut next = || linears.next().expect("one linear of each kind");
    let (attention_norm, attention_sub) = (norm(NormId::Attention(index))?, NormId::AttentionSub(index));
    Ok(Layer {
        attention_norm,
        attention: Attention {
            q: next()?,
            k: next()?,
            v: next()?,
            o: next()?,
            sub_norm: sub_norm(attention_sub)?,
            head_dim: config.head_dim,
        },
        ffn_norm: norm(NormId::Ffn(index))?,
        ffn: Ffn {
            gate: next()?,
            up: next()?,
            down: next()?,
            sub_norm: sub_norm(NormId::FfnSub(index))?,
            activation: config.activation,
        },
    })
}
