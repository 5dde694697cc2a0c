//! Utilization of a unit's multipliers.

use trine_spec::Config;

/// Multiplier utilization: `macs / (cycles * lanes * columns)`, 0 when nothing ran.
pub fn utilization(config: &Config, macs: u64, cycles: u64) -> f64 {
    if cycles == 0 { 0.0 } else { macs as f64 / (cycles as f64 * config.tile_trits() as f64) }
}

#[cfg(test)]
mod tests {
    use trine_driver::cycles::MatmulShape;

    use super::*;

    #[test]
    fn utilization_is_one_when_every_multiplier_works_every_cycle() {
        let config = Config::sized(8, 4).build().unwrap();
        let shape = MatmulShape { m: 9, k: 16, n: 8 };
        assert_eq!(utilization(&config, shape.macs(), shape.bound(&config)), 1.0);
        assert_eq!(utilization(&config, 0, 0), 0.0);
    }
}
