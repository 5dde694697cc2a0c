//! A training that is interrupted ends as one that is not.

use trine_train::{Kind, Point, Recipe, Schedule, Session, Shape, VocabularyKind};

fn text() -> String {
    (0..6000u32).map(|i| char::from(b'a' + (i * i % 97 % 26) as u8)).collect()
}

fn recipe(kind: Kind) -> impl FnOnce(usize) -> Recipe {
    move |vocab| Recipe {
        kind,
        shape: Shape { hidden: 32, intermediate: 48, layers: 2, heads: 2, kv_heads: 1, vocab, context: 16, tied: true },
        schedule: Schedule { peak: 4e-3, warmup: 3, steps: 24, landing: None },
        batch: 4,
        shards: 2,
        seed: 5,
    }
}

#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error("interrupted")]
    Interrupted,
    #[error(transparent)]
    Error(#[from] trine_train::Error),
}

/// Follows the recipe to its end, or until after step `stop`.
fn run(session: &mut Session, stop: usize) -> Vec<f64> {
    let mut losses = Vec::new();
    let result = session.run(usize::MAX, |report, _: &[Point]| {
        losses.push(report.bits);
        if report.step == stop { Err(Stop::Interrupted) } else { Ok(()) }
    });
    match result {
        Ok(()) | Err(Stop::Interrupted) => losses,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn losses_curve_and_weights_are_bit_equal_after_an_interruption() {
    for kind in Kind::ALL {
        let [whole, cut] = [0; 2].map(|_| tempfile::tempdir().unwrap());
        let begin = |folder: &tempfile::TempDir| {
            let folder = Some(folder.path().to_owned());
            Session::begin(text(), VocabularyKind::Characters, recipe(kind), folder, 5).unwrap()
        };
        let mut first = begin(&whole);
        let losses = run(&mut first, usize::MAX);
        assert_eq!(losses.len(), 24);

        // Interrupted two steps after the checkpoint of step 10: the two are taken again.
        assert_eq!(run(&mut begin(&cut), 12), losses[..12]);
        let mut second = Session::resume(text(), cut.path().to_owned(), 5).unwrap();
        assert_eq!(second.trainer.steps_done(), 10);
        assert_eq!(run(&mut second, usize::MAX), losses[10..]);
        assert_eq!(second.curve, first.curve);
        assert_eq!(second.trainer.network.masters, first.trainer.network.masters);
        let files = [&whole, &cut].map(|folder| std::fs::read(folder.path().join("checkpoint.safetensors")).unwrap());
        assert!(files[0] == files[1], "checkpoints of {kind:?} differ");

        let mut done = Session::resume(text(), whole.path().to_owned(), 5).unwrap();
        assert_eq!(run(&mut done, usize::MAX), [0f64; 0], "nothing is left to do");
    }
}

/// Stopped after step 7, between two checkpoints, and landed from there: no step of the plan is taken after.
#[test]
fn a_training_lands_from_where_it_was_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let begin = |folder| Session::begin(text(), VocabularyKind::Characters, recipe(Kind::Ternary), folder, 5).unwrap();
    let mut session = begin(Some(path.clone()));
    session.run::<trine_train::Error>(7, |_, _| Ok(())).unwrap();
    let mut session = Session::resume(text(), path.clone(), 5).unwrap();
    assert_eq!(session.trainer.steps_done(), 7);
    session.land(6).unwrap();
    let mut rates = Vec::new();
    let result = session.run::<trine_train::Error>(usize::MAX, |report, _| {
        rates.push(report.rate);
        Ok(())
    });
    result.unwrap();
    assert_eq!(rates.len(), 6);
    assert!(rates.is_sorted_by(|a, b| a > b) && rates[5] < rates[0] / 5.0, "{rates:?}");
    let mut again = Session::resume(text(), path, 5).unwrap();
    assert!(again.trainer.finished() && again.land(3).is_err());
    assert_eq!(again.curve.iter().map(|point| point.step).collect::<Vec<_>>(), [5, 7, 10, 13]);
}

#[test]
fn losses_do_not_depend_on_threads_but_on_seeds() {
    let losses = |threads: usize, seed: u64| {
        let recipe = |vocab| Recipe { seed, ..recipe(Kind::Ternary)(vocab) };
        let mut session = Session::begin(text(), VocabularyKind::Characters, recipe, None, 8).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(&mut session, usize::MAX))
    };
    assert_eq!(losses(1, 5), losses(2, 5));
    assert_ne!(losses(1, 5), losses(1, 6));
}

#[test]
fn another_text_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    Session::begin(text(), VocabularyKind::Characters, recipe(Kind::Float), Some(path.clone()), 8).unwrap();
    let error = Session::resume(text() + "more", path, 8).unwrap_err().to_string();
    assert!(error.contains("another text"), "{error}");
}

/// A larger one would give tokens that the model has no embedding for.
#[test]
fn another_vocabulary_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    Session::begin(text(), VocabularyKind::Characters, recipe(Kind::Float), Some(path.clone()), 8).unwrap();
    let larger: Vec<char> = ('A'..='Z').chain('a'..='z').collect();
    std::fs::write(path.join("chars.json"), serde_json::to_vec(&larger).unwrap()).unwrap();
    let error = Session::resume(text(), path, 8).unwrap_err().to_string();
    assert!(error.contains("the vocabulary has 52 tokens"), "{error}");
}

/// It learns: the text is periodic, and a few hundred tokens are enough to see that.
#[test]
fn losses_fall() {
    for kind in Kind::ALL {
        let mut session = Session::begin(text(), VocabularyKind::Characters, recipe(kind), None, 24).unwrap();
        let losses = run(&mut session, usize::MAX);
        assert!(losses[23] < losses[0] - 0.2, "{kind:?}: {} to {}", losses[0], losses[23]);
    }
}
