//! Stored logits and layer taps, computed by another implementation (transformers 5.23, eager), are reproduced; and
//! what the model computes does not depend on how it is asked.

mod cases;
mod report;
mod run;

use std::path::Path;

use cases::CASES;
use report::Report;

use crate::common::fixture;
use trine_golden_model::{Golden, KvCache, Matmul, Model, Sampler, Tokenizer, generate, npy, perplexity};

#[test]
fn stored_logits() {
    let report = Report::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap();
    assert_eq!(report.0.len(), CASES.len());
    let failures: Vec<_> = report.0.iter().filter(|outcome| !outcome.holds()).collect();
    assert!(report.holds() && failures.is_empty(), "{failures:#?}");
    let text = report.to_string();
    let page = include_str!("../../docs/results/conformance.md");
    assert!(text == page, "docs/results/conformance.md is not what `make conformance` writes");
    assert!(
        text.contains("| shakespeare | bitlinear | strict_logits_f32 | 20 | < 3e-5 | 3e-4 | < 1e-5 | 1e-4 |"),
        "{text}"
    );
    assert!(text.contains("| shakespeare | bitlinear | logits_f32 | 128 | < 4e-1 | 4e-1 | < 5e-3 | 5e-3 |"), "{text}");
    assert_eq!(text.matches("| ok |").count(), CASES.len());
    // Five layers of seven linears; 148 tokens in both sequences by 512 outputs.
    assert!(text.contains("| shakespeare | layers.4.mlp.up_proj | 75776 | 75776 |"), "{text}");
}

/// An outcome that is off, in any of its ways, does not hold.
#[test]
fn a_report_can_fail() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let good = run::run(&root, &CASES[0]).unwrap();
    let spoiled: [fn(&mut run::Outcome); 4] =
        [|o| o.max_abs = 1.0, |o| o.relative_l2 = 1.0, |o| o.same_argmax = 0.99, |o| o.linears[0].1.equal -= 1];
    for spoil in spoiled {
        let mut outcome = good.clone();
        spoil(&mut outcome);
        assert!(!outcome.holds() && outcome.to_string().ends_with("fails"));
        let report = Report(vec![outcome]);
        assert!(!report.holds() && report.to_string().contains("**fails**"));
    }
}

/// Inputs and outputs of every ternary linear of layer 0: `BitLinear` is bit-equal; the online reference differs by its
/// float GEMM, the offline one by three roundings to bf16.
#[test]
fn layer_taps() {
    for (name, tolerance) in
        [("bitlinear_packed-float32", 0.0), ("online-float32", 2e-6), ("autobit_offline-bfloat16", 1e-2)]
    {
        let folder = fixture(name);
        let model = Model::load(&folder.as_path().into()).unwrap();
        let file = std::fs::read(folder.join("layer0_taps_f32.safetensors")).unwrap();
        let taps = safetensors::SafeTensors::deserialize(&file).unwrap();
        let tap = |name: String| -> Vec<f32> {
            let data = taps.tensor(&name).unwrap().data();
            data.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
        };
        let mut compared = 0;
        for (id, linear) in model.linears().unwrap().take(7) {
            let (input, expected) = (tap(format!("model.{id}.in")), tap(format!("model.{id}.out")));
            let actual = linear.forward(&mut Golden, &input).unwrap();
            assert_eq!(actual.len(), expected.len());
            let largest = expected.iter().fold(0f32, |max, e| max.max(e.abs()));
            for (a, e) in actual.iter().zip(&expected) {
                assert!((a - e).abs() <= tolerance * largest, "{name} {id}: {a} is not {e}");
                compared += 1;
            }
        }
        assert_eq!(compared, 8 * (96 + 32 + 32 + 96 + 264 + 264 + 96));
    }
}

/// A token at a time, in chunks, or all at once: the same numbers, bit for bit.
#[test]
fn cached_decode_equals_prefill() {
    let model = Model::load(&fixture("shakespeare").into()).unwrap();
    let tokens: Vec<u32> = (0..40).map(|i| i * 7 % 84).collect();
    let whole = model.forward(&mut Golden, &tokens, &mut KvCache::new(model.config())).unwrap();
    for chunk in [1, 3, 16] {
        let mut cache = KvCache::new(model.config());
        for (i, tokens) in tokens.chunks(chunk).enumerate() {
            let logits = model.forward(&mut Golden, tokens, &mut cache).unwrap();
            for row in 0..logits.rows() {
                assert_eq!(logits.row(row), whole.row(i * chunk + row), "chunks of {chunk}, token {}", i * chunk + row);
            }
        }
        assert_eq!(cache.len(), 40);
    }
}

/// Several sequences of different lengths in one batch, each with a past of its own.
#[test]
fn a_batch_equals_its_sequences() {
    let model = Model::load(&fixture("online-float32").into()).unwrap();
    let sequences: [&[u32]; 3] = [&[5, 9, 150], &[7], &[1, 2, 3, 4, 5]];
    let alone: Vec<_> = sequences
        .iter()
        .map(|ids| model.forward(&mut Golden, ids, &mut KvCache::new(model.config())).unwrap())
        .collect();
    let mut caches = vec![KvCache::new(model.config()); 3];
    model.forward(&mut Golden, &sequences[2][..2], &mut caches[2]).unwrap();
    let [a, b, c] = &mut caches[..] else { unreachable!() };
    let mut batch = [(sequences[0], a), (sequences[1], b), (&sequences[2][2..], c)];
    let logits = model.forward_batch(&mut Golden, &mut batch).unwrap();
    let rows = [(0, 0), (0, 1), (0, 2), (1, 0), (2, 2), (2, 3), (2, 4)];
    assert_eq!(logits.rows(), rows.len());
    for (row, (sequence, token)) in rows.into_iter().enumerate() {
        assert_eq!(logits.row(row), alone[sequence].row(token), "sequence {sequence}, token {token}");
    }
    assert_eq!(caches.iter().map(KvCache::len).collect::<Vec<_>>(), [3, 1, 5]);
}

/// An engine that fails at one linear.
struct Failing(usize);

impl Matmul for Failing {
    fn matmul(
        &mut self,
        id: trine_golden_model::LinearId,
        w: &trine_golden_model::TernaryMatrix,
        x: &[i8],
        m: usize,
        y: &mut [i32],
    ) -> Result<(), trine_golden_model::BoxError> {
        match self.0.checked_sub(1) {
            Some(left) => self.0 = left,
            None => return Err("the cable is loose".into()),
        }
        Golden.matmul(id, w, x, m, y)
    }
}

#[test]
fn a_failed_engine_is_named_and_leaves_the_cache_as_it_was() {
    let model = Model::load(&fixture("shakespeare").into()).unwrap();
    let mut cache = KvCache::new(model.config());
    model.forward(&mut Golden, &[1, 2], &mut cache).unwrap();
    let error = model.forward(&mut Failing(12), &[70, 71], &mut cache).unwrap_err();
    assert_eq!(error.to_string(), "layers.1.mlp.up_proj: the cable is loose");
    assert_eq!(cache.len(), 2);
    let after = model.forward(&mut Golden, &[3, 4], &mut cache).unwrap();
    let whole = model.forward(&mut Golden, &[1, 2, 3, 4], &mut KvCache::new(model.config())).unwrap();
    assert_eq!(after.last(), whole.last());
}

#[test]
fn arguments_that_do_not_fit_the_model_are_refused() {
    let model = Model::load(&fixture("shakespeare").into()).unwrap();
    let other = Model::load(&fixture("online-float32").into()).unwrap();
    let run = |tokens: &[u32]| {
        model.forward(&mut Golden, tokens, &mut KvCache::new(model.config())).map_err(|e| e.to_string())
    };
    assert!(run(&[]).unwrap_err().contains("no tokens"));
    assert!(run(&[84]).unwrap_err().contains("token 84 is outside the vocabulary of 84"));
    assert!(run(&[0; 129]).unwrap_err().contains("context of 128"));
    assert!(run(&[0; 128]).is_ok());
    let error = other.forward(&mut Golden, &[0], &mut KvCache::new(model.config())).unwrap_err();
    assert!(error.to_string().contains("another model"), "{error}");
}

/// Greedy generation is the forward pass repeated; a seed repeats its text.
#[test]
fn generation() {
    let folder = fixture("shakespeare");
    let (model, tokenizer) =
        (Model::load(&folder.as_path().into()).unwrap(), Tokenizer::load(&folder.as_path().into()).unwrap());
    let prompt = tokenizer.encode("KING ").unwrap();
    let mut all = prompt.clone();
    for _ in 0..12 {
        let logits = model.forward(&mut Golden, &all, &mut KvCache::new(model.config())).unwrap();
        all.push(Sampler::greedy().sample(logits.last()));
    }
    let run = |mut sampler: Sampler, count: usize| -> Result<Vec<u32>, trine_golden_model::Error> {
        generate(&model, &mut Golden, &mut sampler, &prompt).unwrap().take(count).collect()
    };
    assert_eq!(run(Sampler::greedy(), 12).unwrap(), all[5..]);
    assert_eq!(run(Sampler::temperature(0.8, 1), 50).unwrap(), run(Sampler::temperature(0.8, 1), 50).unwrap());
    assert_ne!(run(Sampler::temperature(0.8, 1), 50).unwrap(), run(Sampler::temperature(0.8, 2), 50).unwrap());
    // The context holds 128 positions; the token after the last needs no position.
    assert_eq!(run(Sampler::greedy(), 124).unwrap().len(), 124);
    assert!(run(Sampler::greedy(), 125).unwrap_err().to_string().contains("context of 128"));
    assert!(generate(&model, &mut Golden, &mut Sampler::greedy(), &[]).is_err());
}

/// Generation stops after the end-of-text token, which is yielded.
#[test]
fn generation_ends() {
    // Id 2 ends a text of this model.
    let model = Model::load(&fixture("online-float32").into()).unwrap();
    assert_eq!(model.config().ends, [2]);
    let ended = (0..160).find_map(|start| {
        let (mut sampler, mut engine) = (Sampler::temperature(50.0, start), Golden);
        let mut generator = generate(&model, &mut engine, &mut sampler, &[start as u32]).unwrap();
        assert_eq!(generator.end(), None);
        let tokens: Result<Vec<u32>, _> = generator.by_ref().take(30).collect();
        let tokens = tokens.unwrap();
        assert_eq!(generator.end(), tokens.last().copied().filter(|&token| token == 2), "{tokens:?}");
        Some(tokens).filter(|tokens| tokens.contains(&2))
    });
    let ended = ended.expect("near-uniform sampling meets one token of 160 sooner or later");
    assert_eq!(ended.iter().position(|&token| token == 2), Some(ended.len() - 1));
}

/// Bits per token from the stored logits themselves.
#[test]
fn perplexity_of_the_stored_sequence() {
    let folder = fixture("shakespeare");
    let model = Model::load(&folder.as_path().into()).unwrap();
    let ids = &npy::read_ids(&folder.join("input_ids.npy")).unwrap()[0];
    let (_, logits) = npy::read_f32(&folder.join("logits_f32.npy")).unwrap();
    let bits = |row: &[f32], next: u32| {
        let sum: f64 = row.iter().map(|&l| f64::from(l).exp()).sum();
        -(f64::from(row[next as usize]).exp() / sum).log2()
    };
    let expected: f64 = logits.chunks(84).zip(&ids[1..]).map(|(row, &next)| bits(row, next)).sum();
    let found = perplexity(&model, &mut Golden, ids).unwrap();
    assert_eq!(found.tokens, 127);
    // An activation of this text lies on a rounding edge, which moves a few logits by a tenth.
    assert!((found.bits - expected).abs() < 0.2, "{} is not {expected}", found.bits);
    assert!(found.bits_per_token() < 3.0, "a trained model predicts its own kind of text: {}", found.bits_per_token());
    assert!((found.perplexity().log2() - found.bits_per_token()).abs() < 1e-9);
    // Two windows: the second starts with the last token of the first.
    let twice = [&ids[..], &ids[1..]].concat();
    let both = perplexity(&model, &mut Golden, &twice).unwrap();
    assert_eq!(both.tokens, 254);
    let second = perplexity(&model, &mut Golden, &twice[127..]).unwrap();
    assert!((both.bits - found.bits - second.bits).abs() < 1e-6);
    assert!(perplexity(&model, &mut Golden, &ids[..1]).is_err());
    assert!(perplexity(&model, &mut Golden, &[1, 84]).is_err());
}
