//! Every kernel equals the plain loop: exhaustively where that is possible, on random shapes elsewhere.

use proptest::prelude::*;
use trine_golden_model::{Kernel, TernaryMatrix, reference};

fn assert_equal(w: &TernaryMatrix, x: &[i8], m: usize) {
    let mut expected = vec![0; m * w.rows()];
    reference(w, x, m, &mut expected);
    for kernel in Kernel::available() {
        let mut actual = vec![i32::MIN; m * w.rows()];
        kernel.matmul(w, x, m, &mut actual);
        assert_eq!(actual, expected, "{} on {m} x {} x {}", kernel.name(), w.cols(), w.rows());
    }
}

/// The definition itself, against numbers worked out by hand.
#[test]
fn the_plain_loop() {
    let w = TernaryMatrix::from_trits(2, 3, &[1, 0, -1, -1, -1, 1]).unwrap();
    let mut y = [0; 4];
    reference(&w, &[10, 20, 30, -128, 127, -1], 2, &mut y);
    assert_eq!(y, [-20, 0, -127, 0]);
}

/// Every trit by every activation, at every place of a block.
#[test]
fn every_product_at_every_place() {
    for place in 0..256 {
        let mut trits = [0i8; 3 * 256];
        (trits[place], trits[256 + place], trits[512 + place]) = (-1, 0, 1);
        let w = TernaryMatrix::from_trits(3, 256, &trits).unwrap();
        let mut x = vec![0i8; 256 * 256];
        for (value, row) in (-128..=127).zip(x.chunks_mut(256)) {
            row.fill(77);
            row[place] = value;
        }
        for kernel in Kernel::available() {
            let mut y = vec![0; 256 * 3];
            kernel.matmul(&w, &x, 256, &mut y);
            for (value, y) in (-128..=127).zip(y.chunks(3)) {
                assert_eq!(y, [-value, 0, value], "{} at {place}", kernel.name());
            }
        }
    }
}

/// Extremes over the widest rows of real models and beyond: where a 16-bit sum would saturate.
#[test]
fn sums_do_not_saturate() {
    for cols in [256, 6912, 23040, 70_000] {
        for trit in [-1, 0, 1] {
            let w = TernaryMatrix::from_trits(5, cols, &vec![trit; 5 * cols]).unwrap();
            for value in [-128, 127] {
                assert_equal(&w, &vec![value; 5 * cols], 5);
            }
        }
    }
}

/// Enough work for several threads, and shapes that leave tails in every direction.
#[test]
fn large_shapes_with_tails() {
    for (m, k, n) in [(1, 2560, 641), (7, 999, 333), (16, 2560, 130)] {
        let trits: Vec<i8> = (0..n * k).map(|i| (i * i % 7 % 3) as i8 - 1).collect();
        let x: Vec<i8> = (0..m * k).map(|i| (i * 31 + i / 17) as i8).collect();
        assert_equal(&TernaryMatrix::from_trits(n, k, &trits).unwrap(), &x, m);
    }
}

/// Shapes beside those at which kernels change their tiles: 8 tokens, then threes; eights and 64s of rows; parts of 10 blocks.
#[test]
fn shapes_around_the_sizes_of_tiles() {
    for k in [1, 256, 257, 2560, 2561, 2817, 5121] {
        for n in [1, 7, 8, 9, 63, 64, 71, 73] {
            let w = TernaryMatrix::random(n, k, (n * k) as u64).unwrap();
            for m in [3, 4, 5, 7, 8, 9, 10, 11] {
                let x: Vec<i8> = (0..m * k).map(|i| (i * 89 + i / 31) as i8).collect();
                assert_equal(&w, &x, m);
            }
        }
    }
}

#[test]
fn no_tokens_no_product() {
    assert_equal(&TernaryMatrix::from_trits(2, 2, &[1; 4]).unwrap(), &[], 0);
}

fn product() -> impl Strategy<Value = (TernaryMatrix, Vec<i8>, usize)> {
    (1..12usize, 1..700usize, 1..70usize).prop_flat_map(|(m, k, n)| {
        let weights = proptest::collection::vec(-1..=1i8, n * k)
            .prop_map(move |trits| TernaryMatrix::from_trits(n, k, &trits).unwrap());
        (weights, proptest::collection::vec(any::<i8>(), m * k), Just(m))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn random_shapes((w, x, m) in product()) {
        assert_equal(&w, &x, m);
    }
}
