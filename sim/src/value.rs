//! Values that can be put on a port.

/// A value for a port: an unsigned number, a signed number in two's complement, or 32-bit words, lowest first.
pub trait Value {
    /// The value as words for a port of `width` bits, or `None` when it does not fit.
    fn to_words(&self, width: usize) -> Option<Vec<u32>>;
}

/// The words of a value for a port of `width` bits, or `None` when it does not fit or its type gives too few.
pub(crate) fn words(value: &impl Value, width: usize) -> Option<Vec<u32>> {
    value.to_words(width).filter(|words| words.len() >= width.div_ceil(32))
}

impl Value for u64 {
    fn to_words(&self, width: usize) -> Option<Vec<u32>> {
        let mut words = vec![*self as u32, (*self >> 32) as u32];
        let fits = width >= 64 || *self >> width == 0;
        words.resize(width.div_ceil(32).max(2), 0);
        fits.then_some(words)
    }
}

impl Value for u32 {
    fn to_words(&self, width: usize) -> Option<Vec<u32>> {
        u64::from(*self).to_words(width)
    }
}

impl Value for bool {
    fn to_words(&self, width: usize) -> Option<Vec<u32>> {
        u64::from(*self).to_words(width)
    }
}

impl Value for i64 {
    fn to_words(&self, width: usize) -> Option<Vec<u32>> {
        if width > 64 {
            let sign = if *self < 0 { u32::MAX } else { 0 };
            let mut words = vec![sign; width.div_ceil(32)];
            words[0] = *self as u32;
            words[1] = (*self >> 32) as u32;
            mask_top(&mut words, width);
            return Some(words);
        }
        let spare = 64 - width;
        ((*self << spare) >> spare == *self).then(|| ((*self as u64) << spare >> spare).to_words(width))?
    }
}

impl Value for &[u32] {
    fn to_words(&self, width: usize) -> Option<Vec<u32>> {
        let mut words = self.to_vec();
        mask_top(&mut words, width);
        (words == *self && words.len() == width.div_ceil(32)).then_some(words)
    }
}

fn mask_top(words: &mut [u32], width: usize) {
    if let (Some(top), spare @ 1..) = (words.last_mut(), width.next_multiple_of(32) - width) {
        *top &= u32::MAX >> spare;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A type of another crate that gives a single word for every width.
    struct Short;

    impl Value for Short {
        fn to_words(&self, _: usize) -> Option<Vec<u32>> {
            Some(vec![7])
        }
    }

    #[test]
    fn too_few_words_do_not_fit() {
        assert_eq!(words(&Short, 32), Some(vec![7]));
        assert_eq!(words(&Short, 33), None);
        assert_eq!(words(&7u64, 33), Some(vec![7, 0]));
        assert_eq!(words(&8u64, 3), None);
    }
}
