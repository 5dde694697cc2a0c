//! Values that can be put on a port.

/// A value for a port: an unsigned number, a signed number in two's complement, or 32-bit words, lowest first.
pub trait Value {
    /// Writes the value for a port of `width` bits into `words`, lowest first: as many as the port has, all zero before.
    /// False when it does not fit.
    fn fill(&self, width: usize, words: &mut [u32]) -> bool;
}

impl Value for u64 {
    fn fill(&self, width: usize, words: &mut [u32]) -> bool {
        words.iter_mut().zip([*self as u32, (*self >> 32) as u32]).for_each(|(word, part)| *word = part);
        width >= 64 || *self >> width == 0
    }
}

impl Value for u32 {
    fn fill(&self, width: usize, words: &mut [u32]) -> bool {
        u64::from(*self).fill(width, words)
    }
}

impl Value for bool {
    fn fill(&self, width: usize, words: &mut [u32]) -> bool {
        u64::from(*self).fill(width, words)
    }
}

impl Value for i64 {
    fn fill(&self, width: usize, words: &mut [u32]) -> bool {
        words.fill(if *self < 0 { u32::MAX } else { 0 });
        (*self as u64).fill(64, words);
        mask_top(words, width);
        let spare = 64_usize.saturating_sub(width);
        (*self << spare) >> spare == *self
    }
}

impl Value for &[u32] {
    fn fill(&self, width: usize, words: &mut [u32]) -> bool {
        if self.len() != words.len() {
            return false;
        }
        words.copy_from_slice(self);
        mask_top(words, width);
        words == *self
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

    fn words(value: impl Value, width: usize) -> Option<Vec<u32>> {
        let mut words = vec![0; width.div_ceil(32)];
        value.fill(width, &mut words).then_some(words)
    }

    #[test]
    fn numbers_fill_all_words_of_a_port() {
        assert_eq!(words(7u64, 3), Some(vec![7]));
        assert_eq!(words(7u64, 33), Some(vec![7, 0]));
        assert_eq!(words(1u64 << 40, 70), Some(vec![0, 1 << 8, 0]));
        assert_eq!(words(-1i64, 3), Some(vec![7]));
        assert_eq!(words(-2i64, 33), Some(vec![0xffff_fffe, 1]));
        assert_eq!(words(-1i64, 70), Some(vec![u32::MAX, u32::MAX, 0x3f]));
        assert_eq!(words(&[5, 1][..], 33), Some(vec![5, 1]));
    }

    #[test]
    fn what_is_too_wide_or_of_other_length_does_not_fit() {
        assert_eq!(words(8u64, 3), None);
        assert_eq!(words(4i64, 3), None);
        assert_eq!(words(-5i64, 3), None);
        assert_eq!(words(&[5, 2][..], 33), None);
        assert_eq!(words(&[5][..], 33), None);
        assert_eq!(words(&[5, 0, 0][..], 33), None);
    }
}
