//! A training that is interrupted ends as one that is not.

use std::path::Path;

use trine_train::{Activation, Error, Kind, Place, Plan, Point, Recipe, Schedule, Session, Shape, VocabularyKind};

fn text() -> String {
    (0..6000u32).map(|i| char::from(b'a' + (i * i % 97 % 26) as u8)).collect()
}

fn recipe(kind: Kind) -> impl FnOnce(usize) -> Recipe {
    move |vocab| Recipe {
        kind,
        shape: Shape {
            hidden: 32,
            intermediate: 48,
            layers: 2,
            heads: 2,
            kv_heads: 1,
            vocab,
            context: 16,
            tied: true,
            activation: Activation::Relu2,
        },
        schedule: Schedule { peak: 4e-3, warmup: 3, steps: 24, landing: None },
        batch: 4,
        shards: 2,
        seed: 5,
    }
}

fn plan(every: usize) -> Plan {
    Plan { vocabulary: VocabularyKind::Characters, every, gguf: None }
}

/// A training in `folder`, which is new.
fn begin(folder: &Path, kind: Kind, every: usize) -> Session {
    Session::begin(&text(), plan(every), recipe(kind), Some(Place::claim(folder, false).unwrap())).unwrap()
}

fn refused(text: &str, folder: &Path) -> String {
    Session::resume(text, folder).unwrap_err().to_string()
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

fn checkpoint(folder: &Path) -> Vec<u8> {
    std::fs::read(folder.join("checkpoint.safetensors")).unwrap()
}

#[test]
fn losses_curve_and_weights_are_bit_equal_after_an_interruption() {
    for kind in Kind::ALL {
        let [whole, cut] = [0; 2].map(|_| tempfile::tempdir().unwrap());
        let mut first = begin(whole.path(), kind, 5);
        let losses = run(&mut first, usize::MAX);
        assert_eq!(losses.len(), 24);

        // Interrupted two steps after the checkpoint of step 10: the two are taken again.
        assert_eq!(run(&mut begin(cut.path(), kind, 5), 12), losses[..12]);
        let mut second = Session::resume(&text(), cut.path()).unwrap();
        assert_eq!(second.trainer.steps_done(), 10);
        assert_eq!(run(&mut second, usize::MAX), losses[10..]);
        assert_eq!(second.curve, first.curve);
        assert_eq!(second.trainer.network.masters, first.trainer.network.masters);
        assert!(checkpoint(whole.path()) == checkpoint(cut.path()), "checkpoints of {kind:?} differ");

        drop(first);
        let mut done = Session::resume(&text(), whole.path()).unwrap();
        assert_eq!(run(&mut done, usize::MAX), [0f64; 0], "nothing is left to do");
        assert!(checkpoint(whole.path()) == checkpoint(cut.path()), "it stays as it was");
    }
}

/// Between points of the curve, at one, just before the end, and again and again: the sums since the last point are kept.
#[test]
fn stops_between_points_leave_no_trace() {
    let whole = tempfile::tempdir().unwrap();
    run(&mut begin(whole.path(), Kind::Ternary, 5), usize::MAX);
    for stops in [&[7][..], &[5], &[23], &[1, 2, 3], &[4, 9, 10, 16, 21]] {
        let cut = tempfile::tempdir().unwrap();
        let mut session = begin(cut.path(), Kind::Ternary, 5);
        for &stop in stops {
            session.run::<Error>(stop, |_, _| Ok(())).unwrap();
            drop(session);
            session = Session::resume(&text(), cut.path()).unwrap();
            assert_eq!(session.trainer.steps_done(), stop);
        }
        session.run::<Error>(usize::MAX, |_, _| Ok(())).unwrap();
        assert_eq!(session.curve.iter().map(|point| point.step).collect::<Vec<_>>(), [5, 10, 15, 20, 24]);
        assert!(checkpoint(whole.path()) == checkpoint(cut.path()), "stopped after {stops:?}");
    }
}

/// Stopped after step 7, between two checkpoints, and landed from there: no step of the plan is taken after.
#[test]
fn a_training_lands_from_where_it_was_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = begin(folder.path(), Kind::Ternary, 5);
    session.run::<Error>(7, |_, _| Ok(())).unwrap();
    drop(session);
    let mut session = Session::resume(&text(), folder.path()).unwrap();
    assert_eq!(session.trainer.steps_done(), 7);
    session.land(6).unwrap();
    session.land(6).unwrap();
    let mut rates = Vec::new();
    let result = session.run::<Error>(usize::MAX, |report, _| {
        rates.push(report.rate);
        Ok(())
    });
    result.unwrap();
    assert_eq!(rates.len(), 6);
    assert!(rates.is_sorted_by(|a, b| a > b) && rates[5] < rates[0] / 5.0, "{rates:?}");
    drop(session);
    let mut again = Session::resume(&text(), folder.path()).unwrap();
    assert!(again.trainer.finished() && again.land(3).is_err());
    assert_eq!(again.curve.iter().map(|point| point.step).collect::<Vec<_>>(), [5, 10, 13]);
}

/// Weights that are no numbers any more are not written over those that are.
#[test]
fn the_last_good_checkpoint_stays_when_training_diverges() {
    for (peak, every) in [(1e30, 1), (1e38, 3), (f64::from(f32::MAX) * 4.0, 2)] {
        let folder = tempfile::tempdir().unwrap();
        let recipe = |vocab| {
            let recipe = recipe(Kind::Float)(vocab);
            Recipe { schedule: Schedule { peak, warmup: 1, ..recipe.schedule }, ..recipe }
        };
        let place = Place::claim(folder.path(), false).unwrap();
        let mut session = Session::begin(&text(), plan(every), recipe, Some(place)).unwrap();
        let before = checkpoint(folder.path());
        let error = session.run::<Error>(usize::MAX, |_, _| Ok(())).unwrap_err();
        assert!(matches!(error, Error::Diverged { .. }) && error.to_string().contains("diverged"), "{error}");
        drop(session);
        let session = Session::resume(&text(), folder.path()).unwrap();
        assert!(session.trainer.network.masters.iter().all(|w| w.is_finite()));
        assert!(session.trainer.steps_done() > 0 || checkpoint(folder.path()) == before);
    }
}

#[test]
fn a_folder_has_one_training_and_one_process() {
    let folder = tempfile::tempdir().unwrap();
    let session = begin(folder.path(), Kind::Float, 8);
    assert!(refused(&text(), folder.path()).contains("another process"));
    assert!(matches!(Place::claim(folder.path(), true), Err(Error::Busy { .. })));
    drop(session);
    let error = Place::claim(folder.path(), false).unwrap_err().to_string();
    assert!(error.contains("a training that has done 0 of 24 steps"), "{error}");
    run(&mut Session::resume(&text(), folder.path()).unwrap(), usize::MAX);
    let error = Place::claim(folder.path(), false).unwrap_err().to_string();
    assert!(error.contains("a finished training of 24 steps"), "{error}");
    // A plan that cannot be followed leaves what is there.
    let before = checkpoint(folder.path());
    let place = Place::claim(folder.path(), true).unwrap();
    assert!(Session::begin(&text(), plan(0), recipe(Kind::Float), Some(place)).is_err());
    let place = Place::claim(folder.path(), true).unwrap();
    assert!(Session::begin("too short", plan(8), recipe(Kind::Float), Some(place)).is_err());
    assert!(checkpoint(folder.path()) == before);
    let place = Place::claim(folder.path(), true).unwrap();
    let session = Session::begin(&text(), plan(8), recipe(Kind::Ternary), Some(place)).unwrap();
    assert_eq!(session.trainer.steps_done(), 0);
}

#[test]
fn losses_do_not_depend_on_threads_but_on_seeds() {
    let losses = |threads: usize, seed: u64| {
        let recipe = |vocab| Recipe { seed, ..recipe(Kind::Ternary)(vocab) };
        let mut session = Session::begin(&text(), plan(8), recipe, None).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(&mut session, usize::MAX))
    };
    assert_eq!(losses(1, 5), losses(2, 5));
    assert_ne!(losses(1, 5), losses(1, 6));
}

#[test]
fn another_text_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    begin(folder.path(), Kind::Float, 8);
    for other in [text() + "more", text().replacen('b', "c", 1), text()[1..].to_owned(), String::new()] {
        assert!(refused(&other, folder.path()).contains("another text"));
    }
}

/// A larger one would give tokens that the model has no embedding for; one in another order gives other tokens.
#[test]
fn another_vocabulary_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    begin(folder.path(), Kind::Float, 8);
    let path = folder.path().join("chars.json");
    let own: Vec<char> = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let larger = ('A'..='Z').chain(own.iter().copied()).collect();
    let reversed = own.iter().rev().copied().collect();
    let fewer = own[1..].to_vec();
    for other in [larger, reversed, fewer] {
        std::fs::write(&path, serde_json::to_vec::<Vec<char>>(&other).unwrap()).unwrap();
        let error = refused(&text(), folder.path());
        assert!(error.contains("chars.json") && error.contains("not the vocabulary"), "{error}");
    }
    std::fs::remove_file(&path).unwrap();
    assert!(refused(&text(), folder.path()).contains("chars.json"));
    std::fs::write(&path, serde_json::to_vec(&own).unwrap()).unwrap();
    Session::resume(&text(), folder.path()).unwrap();
}

/// It learns: the text is periodic, and a few hundred tokens are enough to see that.
#[test]
fn losses_fall() {
    for kind in Kind::ALL {
        let mut session = Session::begin(&text(), plan(24), recipe(kind), None).unwrap();
        let losses = run(&mut session, usize::MAX);
        assert!(losses[23] < losses[0] - 0.2, "{kind:?}: {} to {}", losses[0], losses[23]);
    }
}
