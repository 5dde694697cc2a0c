//! Layers put together for charts: the same projection of all transformer layers at one size of a call.

use trine_perf::energy::Energy;
use trine_perf::layer::LayerReport;

/// One projection at one size of a call.
#[derive(Debug)]
pub struct Group<'a> {
    /// Such as `up_proj`.
    pub kind: &'a str,
    /// Tokens of a call.
    pub m: usize,
    /// Inputs of a call.
    pub k: usize,
    /// Outputs of a call.
    n: usize,
    /// True if the projection has calls of other sizes with as many tokens.
    cut: bool,
    /// Its layers.
    pub layers: Vec<&'a LayerReport>,
}

impl<'a> Group<'a> {
    /// All groups, single tokens first, each number of tokens in the order of computation.
    pub fn all(layers: &'a [LayerReport]) -> Vec<Self> {
        let mut groups: Vec<Self> = vec![];
        for layer in layers {
            let (_, kind) = place(&layer.name);
            let LayerReport { m, k, n, .. } = *layer;
            match groups.iter_mut().find(|group| group.holds(layer)) {
                Some(group) => group.layers.push(layer),
                None => {
                    let mut cut = false;
                    for other in groups.iter_mut().filter(|group| (group.kind, group.m) == (kind, m)) {
                        (other.cut, cut) = (true, true);
                    }
                    groups.push(Self { kind, m, k, n, cut, layers: vec![layer] });
                }
            }
        }
        // In the order of computation, ranges of one projection side by side.
        let kinds: Vec<&str> = groups.iter().map(|group| group.kind).collect();
        groups.sort_by_key(|group| (group.m, kinds.iter().position(|kind| *kind == group.kind)));
        groups
    }

    /// The projection, with its inputs where there are calls of other sizes.
    pub(super) fn name(&self) -> String {
        let name = self.kind.trim_end_matches("_proj");
        if self.cut { format!("{name} k{}", self.k) } else { name.to_owned() }
    }

    /// Name for an axis: the projection, and how many tokens where there is more than one.
    pub(super) fn label(&self) -> String {
        if self.m == 1 { self.name() } else { format!("{} ×{}", self.name(), self.m) }
    }

    /// True if `layer` is one of these.
    pub(super) fn holds(&self, layer: &LayerReport) -> bool {
        (self.kind, self.m, self.k, self.n) == (place(&layer.name).1, layer.m, layer.k, layer.n)
    }

    /// The sum of a field.
    pub fn sum(&self, field: impl Fn(&LayerReport) -> u64) -> u64 {
        self.layers.iter().map(|layer| field(layer)).sum()
    }

    /// All energy; absent when something has no price.
    pub fn energy(&self) -> Option<Energy> {
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
