//! Exported models are what was trained: the golden model computes the same logits from the files.

use trine_golden_model::{Golden, KvCache, Model, Tokenizer};
use trine_train::export::{BlockKind, gguf, huggingface};
use trine_train::{Corpus, Kind, Pass, Recipe, Schedule, Shape, Trainer, VocabularyKind};

/// A model after a few steps, so that no tensor is as it was initialised, and its corpus.
fn trained(kind: Kind, vocabulary: VocabularyKind, tied: bool, hidden: usize) -> (Trainer, Corpus) {
    let text: String =
        (0..4000u32).map(|i| char::from(b" the quick brown fox jumps."[(i * i % 89 % 27) as usize])).collect();
    let corpus = Corpus::new(&text, vocabulary).unwrap();
    let shape = Shape {
        hidden,
        intermediate: 256,
        layers: 2,
        heads: 4,
        kv_heads: 2,
        vocab: corpus.vocabulary.size(),
        context: 24,
        tied,
    };
    let schedule = Schedule { peak: 4e-3, warmup: 2, steps: 12, landing: None };
    let mut trainer = Trainer::new(Recipe { kind, shape, schedule, batch: 2, shards: 1, seed: 3 }).unwrap();
    while !trainer.finished() {
        trainer.step(&corpus).unwrap();
    }
    (trainer, corpus)
}

/// Root mean square of the difference, against that of the logits.
fn distance(ours: &[f32], theirs: &[f32]) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    let square = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>();
    let difference = square(&mut ours.iter().zip(theirs).map(|(a, b)| f64::from(a - b)));
    (difference / square(&mut ours.iter().map(|&a| f64::from(a)))).sqrt()
}

/// A rounding near its edge may fall to the other side, since norms are summed in another order: this is what few of
/// those come to. A wrong scale, row or norm is far beyond.
const TOLERANCE: f64 = 0.02;

fn logits(path: &std::path::Path, tokens: &[u32]) -> Vec<f32> {
    let model = Model::load(path).unwrap();
    let mut cache = KvCache::new(model.config());
    model.forward(&mut Golden, tokens, &mut cache).unwrap().as_slice().to_vec()
}

#[test]
fn hugging_face_folders_hold_the_trained_model() {
    for (kind, vocabulary, tied, hidden) in [
        (Kind::Ternary, VocabularyKind::Characters, true, 64),
        (Kind::Ternary, VocabularyKind::Bpe(270), false, 40),
        (Kind::OneBit, VocabularyKind::Characters, true, 64),
    ] {
        let (mut trainer, corpus) = trained(kind, vocabulary, tied, hidden);
        let folder = tempfile::tempdir().unwrap();
        huggingface(&trainer.network, &corpus.vocabulary, folder.path()).unwrap();
        let tokens = &corpus.held()[..24];
        let mut pass = Pass::new(&trainer.network, 1);
        let ours = pass.logits(&trainer.network, tokens).to_vec();
        let theirs = logits(folder.path(), tokens);
        assert!(distance(&ours, &theirs) < TOLERANCE, "{kind:?}: {}", distance(&ours, &theirs));
        let held: String =
            corpus.held().iter().map(|&t| Tokenizer::load(folder.path()).unwrap().decode(&[t]).unwrap()).collect();
        assert_eq!(held.len(), 200, "the vocabulary came along");

        // One weight tensor with its signs turned is seen.
        let slot =
            trainer.network.layout.linears().find(|slot| slot.name.ends_with("0.mlp.down_proj")).unwrap().range();
        trainer.network.masters[slot].iter_mut().for_each(|w| *w = -*w);
        trainer.network.refresh();
        let other = pass.logits(&trainer.network, tokens).to_vec();
        assert!(distance(&other, &theirs) > 2.0 * TOLERANCE, "{kind:?}: {}", distance(&other, &theirs));
    }
}

#[test]
fn gguf_files_hold_the_trained_model() {
    for (vocabulary, tied, blocks) in
        [(VocabularyKind::Characters, true, BlockKind::Tq1_0), (VocabularyKind::Bpe(270), false, BlockKind::Tq2_0)]
    {
        let (trainer, corpus) = trained(Kind::Ternary, vocabulary, tied, 256);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.gguf");
        gguf(&trainer.network, &corpus.vocabulary, blocks, &path).unwrap();
        let tokens = &corpus.held()[..24];
        let ours = Pass::new(&trainer.network, 1).logits(&trainer.network, tokens).to_vec();
        let theirs = logits(&path, tokens);
        assert!(distance(&ours, &theirs) < TOLERANCE, "{blocks:?}: {}", distance(&ours, &theirs));
        let text = "the fox";
        assert_eq!(Tokenizer::load(&path).unwrap().encode(text).unwrap(), corpus.vocabulary.encode(text).unwrap());
    }
}

#[test]
fn what_gguf_cannot_hold_is_refused() {
    let path = std::path::Path::new("unused.gguf");
    let (trainer, corpus) = trained(Kind::Ternary, VocabularyKind::Characters, true, 64);
    let error = gguf(&trainer.network, &corpus.vocabulary, BlockKind::Tq2_0, path).unwrap_err().to_string();
    assert!(error.contains("hidden is 64") && error.contains("multiple of 256"), "{error}");
    let (trainer, corpus) = trained(Kind::Float, VocabularyKind::Characters, true, 64);
    let error = gguf(&trainer.network, &corpus.vocabulary, BlockKind::Tq2_0, path).unwrap_err().to_string();
    assert!(error.contains("float"), "{error}");
}
