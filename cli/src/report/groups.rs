//! Layers put together for charts: the same projection of all transformer layers at one number of tokens.

use trine_driver::energy::Energy;
use trine_driver::report::LayerReport;

/// One projection at one number of tokens.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    /// Such as `up_proj`.
    pub(crate) kind: &'a str,
    /// Tokens of a call.
    pub(crate) m: usize,
    /// Its layers.
    pub(crate) layers: Vec<&'a LayerReport>,
}

impl<'a> Group<'a> {
    /// All groups, single tokens first, each number of tokens in the order of computation.
    pub(crate) fn all(layers: &'a [LayerReport]) -> Vec<Self> {
        let mut groups: Vec<Self> = vec![];
        for layer in layers {
            let (_, kind) = place(&layer.name);
            match groups.iter_mut().find(|group| group.kind == kind && group.m == layer.m) {
                Some(group) => group.layers.push(layer),
                None => groups.push(Self { kind, m: layer.m, layers: vec![layer] }),
            }
        }
        groups.sort_by_key(|group| group.m);
        groups
    }

    /// Name for an axis: the projection, and how many tokens where there is more than one.
    pub(super) fn label(&self) -> String {
        let name = self.kind.trim_end_matches("_proj");
        if self.m == 1 { name.into() } else { format!("{name} ×{}", self.m) }
    }

    /// The sum of a field.
    pub(crate) fn sum(&self, field: impl Fn(&LayerReport) -> u64) -> u64 {
        self.layers.iter().map(|layer| field(layer)).sum()
    }

    /// All energy; absent when something has no price.
    pub(crate) fn energy(&self) -> Option<Energy> {
        let energies: Option<Vec<Energy>> = self.layers.iter().map(|layer| layer.energy).collect();
        energies.map(|energies| energies.into_iter().sum())
    }
}

/// Number of the transformer layer and projection in a layer's name, `layers.3.mlp.up_proj`.
pub(super) fn place(name: &str) -> (usize, &str) {
    let mut parts = name.split('.');
    let layer = parts.nth(1).and_then(|number| number.parse().ok()).unwrap_or(0);
    (layer, name.rsplit('.').next().unwrap_or(name))
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_say_where_a_layer_sits() {
        assert_eq!(super::place("layers.12.mlp.up_proj"), (12, "up_proj"));
        assert_eq!(super::place("q_proj"), (0, "q_proj"));
    }
}
