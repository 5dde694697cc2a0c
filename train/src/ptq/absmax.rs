//! Round to nearest on a symmetric grid, per row: `W^ = s clamp(rint(W / s), -Q, Q)`, `s = max abs W / Q`,
//! `Q = 2^(bits - 1) - 1`.

/// Replaces weights by what their codes stand for.
pub(super) fn round(weights: &mut [f32], cols: usize, bits: u32) {
    let most = ((1u32 << (bits - 1)) - 1) as f32;
    for row in weights.chunks_mut(cols) {
        let largest = row.iter().fold(0f32, |most, w| most.max(w.abs()));
        if largest > 0.0 {
            let scale = largest / most;
            row.iter_mut().for_each(|w| *w = (*w / scale).round_ties_even() * scale);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_by_hand() {
        let mut weights = [0.7, -0.31, 0.04, 0.2, 0.0, 0.0, 0.0, 0.0];
        round(&mut weights, 4, 4);
        let expected = [0.7, -0.3, 0.0, 0.2, 0.0, 0.0, 0.0, 0.0];
        assert!(weights.iter().zip(expected).all(|(w, e): (&f32, f32)| (w - e).abs() < 1e-6), "{weights:?}");
        round(&mut weights, 4, 2);
        assert!(
            weights.iter().zip([0.7, 0.0, 0.0, 0.0]).all(|(w, e): (&f32, f32)| (w - e).abs() < 1e-6),
            "{weights:?}"
        );
    }
}
