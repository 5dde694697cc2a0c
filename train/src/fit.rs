//! Loss against size as a power law, `L = a N^-b`, fitted by least squares to the logarithms.

use serde::{Deserialize, Serialize};

/// A power law, and how well it holds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PowerLaw {
    /// The loss at size 1.
    pub a: f64,
    /// Exponent of its fall.
    pub b: f64,
    /// The largest distance of a point from the law, as a part of it.
    pub worst: f64,
}

impl PowerLaw {
    /// Fits points of size and loss; none without two different sizes, or where a loss has no logarithm.
    pub fn fit(points: &[(f64, f64)]) -> Option<Self> {
        let positive = |x: f64| x.is_finite() && x > 0.0;
        if !points.iter().all(|&(n, l)| positive(n) && positive(l)) {
            return None;
        }
        let logs: Vec<(f64, f64)> = points.iter().map(|(n, l)| (n.ln(), l.ln())).collect();
        let count = logs.len() as f64;
        let (x, y) = logs.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0 / count, y + p.1 / count));
        let square: f64 = logs.iter().map(|p| (p.0 - x).powi(2)).sum();
        if square <= 0.0 {
            return None;
        }
        let slope = logs.iter().map(|p| (p.0 - x) * (p.1 - y)).sum::<f64>() / square;
        let mut law = Self { a: (y - slope * x).exp(), b: -slope, worst: 0.0 };
        law.worst = points.iter().map(|(n, l)| (l / law.at(*n) - 1.0).abs()).fold(0.0, f64::max);
        Some(law)
    }

    /// The loss at size `n`.
    pub fn at(&self, n: f64) -> f64 {
        self.a * n.powf(-self.b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_law_is_found_again() {
        let points = [1e4, 1e5, 3e5, 1e6].map(|n: f64| (n, 7.0 * n.powf(-0.08)));
        let law = PowerLaw::fit(&points).unwrap();
        assert!((law.a - 7.0).abs() < 1e-9 && (law.b - 0.08).abs() < 1e-12 && law.worst < 1e-12, "{law:?}");
        let bent = PowerLaw::fit(&[(1e4, 4.0), (1e5, 3.0), (1e6, 2.9)]).unwrap();
        assert!(bent.worst > 0.05, "{bent:?}");
        assert_eq!(PowerLaw::fit(&[(1e4, 4.0), (1e4, 3.0)]), None);
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(PowerLaw::fit(&[(1e4, 4.0), (1e5, bad)]), None);
        }
    }
}
