//! Exported models are what was trained: the golden model computes the same logits from the files.

use trine_golden_model::{Golden, KvCache, Model, Tokenizer};
use trine_train::export::{Architecture, BlockKind, GgufOptions, gguf, huggingface};
use trine_train::{Activation, Corpus, Kind, Pass, Recipe, Schedule, Shape, Trainer, VocabularyKind};

/// A model after a few steps, so that no tensor is as it was initialised, and its corpus.
fn trained(kind: Kind, vocabulary: VocabularyKind, tied: bool, hidden: usize) -> (Trainer, Corpus) {
    trained_with(Activation::Relu2, kind, vocabulary, tied, hidden)
}

fn trained_with(
    activation: Activation,
    kind: Kind,
    vocabulary: VocabularyKind,
    tied: bool,
    hidden: usize,
) -> (Trainer, Corpus) {
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
        activation,
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
    let model = Model::load(&path.into()).unwrap();
    let mut cache = KvCache::new(model.config());
    model.forward(&mut Golden, tokens, &mut cache).unwrap().as_slice().to_vec()
}

#[test]
fn hugging_face_folders_hold_the_trained_model() {
    for (kind, vocabulary, tied, hidden, activation) in [
        (Kind::Ternary, VocabularyKind::Characters, true, 64, Activation::Relu2),
        (Kind::Ternary, VocabularyKind::Bpe(270), false, 40, Activation::Silu),
        (Kind::OneBit, VocabularyKind::Characters, true, 64, Activation::Relu2),
    ] {
        let (mut trainer, corpus) = trained_with(activation, kind, vocabulary, tied, hidden);
        let folder = tempfile::tempdir().unwrap();
        huggingface(&trainer.network, &corpus.vocabulary, folder.path()).unwrap();
        let tokens = &corpus.held()[..24];
        let mut pass = Pass::new(&trainer.network, 1);
        let ours = pass.logits(&trainer.network, tokens).to_vec();
        let theirs = logits(folder.path(), tokens);
        assert!(distance(&ours, &theirs) < TOLERANCE, "{kind:?}: {}", distance(&ours, &theirs));
        let held: String = corpus
            .held()
            .iter()
            .map(|&t| Tokenizer::load(&folder.path().into()).unwrap().decode(&[t]).unwrap())
            .collect();
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

fn options(blocks: BlockKind, architecture: Architecture) -> GgufOptions {
    GgufOptions { blocks, architecture }
}

/// The activation is in the file, so that the architecture's own, which may be the other, is not taken.
#[test]
fn gguf_files_hold_the_trained_model() {
    use Activation::{Relu2, Silu};
    use Architecture::{Bitnet, BitnetB158};
    let (characters, pairs) = (VocabularyKind::Characters, VocabularyKind::Bpe(270));
    for (vocabulary, tied, blocks, activation, architecture) in [
        (characters, true, BlockKind::Tq1_0, Relu2, BitnetB158),
        (pairs, false, BlockKind::Tq2_0, Relu2, Bitnet),
        (pairs, true, BlockKind::Tq2_0, Silu, Bitnet),
        (characters, true, BlockKind::Tq1_0, Silu, BitnetB158),
    ] {
        let (trainer, corpus) = trained_with(activation, Kind::Ternary, vocabulary, tied, 256);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.gguf");
        let options = options(blocks, architecture);
        gguf(&trainer.network, &corpus.vocabulary, options, &path).unwrap();
        let tokens = &corpus.held()[..24];
        let ours = Pass::new(&trainer.network, 1).logits(&trainer.network, tokens).to_vec();
        let theirs = logits(&path, tokens);
        assert!(distance(&ours, &theirs) < TOLERANCE, "{options:?}: {}", distance(&ours, &theirs));
        let text = "the fox";
        assert_eq!(
            Tokenizer::load(&path.as_path().into()).unwrap().encode(text).unwrap(),
            corpus.vocabulary.encode(text).unwrap()
        );

        let notices = options.notices(&trainer.network.shape, vocabulary).join("\n");
        assert_eq!(notices.contains("wrong logits"), Architecture::of(activation) != architecture, "{notices}");
        assert_eq!(notices.contains("head of its own"), !tied && architecture == Bitnet, "{notices}");
        assert_eq!(notices.contains("vocabulary of characters"), vocabulary == characters, "{notices}");
        // Each file that llama.cpp refuses is said to be one, and nothing is said of how it would compute with that.
        let refused = architecture != Bitnet || !tied;
        assert_eq!(notices.contains("refuses"), refused, "{notices}");
        assert_eq!(
            notices.contains("llama.cpp and bitnet.cpp compute with token ids"),
            vocabulary == characters && !refused
        );
    }
}

/// llama.cpp takes token 11 for the end of a text where a file names none: a comma or another byte of the text.
#[test]
fn the_end_token_of_a_gguf_file_is_in_no_text() {
    let (trainer, corpus) = trained(Kind::Ternary, VocabularyKind::Bpe(270), true, 256);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    gguf(&trainer.network, &corpus.vocabulary, options(BlockKind::Tq2_0, Architecture::BitnetB158), &path).unwrap();
    let ends = trine_golden_model::Config::load(&path.as_path().into()).unwrap().ends;
    let tokenizer = Tokenizer::load(&path.as_path().into()).unwrap();
    assert_eq!(ends.len(), 1);
    for text in ["the quick, brown fox", "\u{ff}\u{100}\u{fe}", "天地 🜁 \u{10ffff}\u{7f}"] {
        let tokens = tokenizer.encode(text).unwrap();
        assert!(!tokens.contains(&ends[0]), "{text}");
        assert_eq!(tokenizer.decode(&tokens).unwrap(), text);
    }
}

#[test]
fn what_gguf_cannot_hold_is_refused() {
    let path = std::path::Path::new("unused.gguf");
    let options = options(BlockKind::Tq2_0, Architecture::BitnetB158);
    let (trainer, corpus) = trained(Kind::Ternary, VocabularyKind::Characters, true, 64);
    let error = gguf(&trainer.network, &corpus.vocabulary, options, path).unwrap_err().to_string();
    assert!(error.contains("hidden is 64") && error.contains("multiple of 256"), "{error}");
    for (kind, name) in [(Kind::Float, "float"), (Kind::OneBit, "1bit")] {
        let (trainer, corpus) = trained(kind, VocabularyKind::Characters, true, 64);
        let error = gguf(&trainer.network, &corpus.vocabulary, options, path).unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
    }
}
