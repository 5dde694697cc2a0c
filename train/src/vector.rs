//! Loops for the vectors that this machine has.
//!
//! Sums are kept in sixteen interleaved parts, so that their order, and with it every loss, is the same whatever the
//! width of the vectors.

/// Declares functions whose loops are compiled three times, and run for the widest vectors that the processor has.
///
/// Functions that they call have to be `inline(always)`: a function that is not inlined stays compiled for any processor. That is
/// also why these are not closures passed to a function, which need not be inlined either.
macro_rules! vectorised {
    ($($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) $(-> $out:ty)? $body:block)*) => {$(
        $(#[$meta])*
        #[allow(unsafe_code)]
        $vis fn $name($($arg: $type),*) $(-> $out)? {
            #[inline(always)]
            fn plain($($arg: $type),*) $(-> $out)? $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
                fn avx512($($arg: $type),*) $(-> $out)? {
                    plain($($arg),*)
                }
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($arg: $type),*) $(-> $out)? {
                    plain($($arg),*)
                }
                if $crate::vector::has_avx512() {
                    // SAFETY: the processor has what the function is compiled for.
                    return unsafe { avx512($($arg),*) };
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    // SAFETY: as above.
                    return unsafe { avx2($($arg),*) };
                }
            }
            plain($($arg),*)
        }
    )*};
}
pub(crate) use vectorised;

#[cfg(target_arch = "x86_64")]
pub(crate) fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("fma")
}

/// `sum a[i] * b[i]`.
#[inline(always)]
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_tail), (b, b_tail)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    let mut sums = [0f32; 16];
    for (a, b) in a.iter().zip(b) {
        for i in 0..16 {
            sums[i] += a[i] * b[i];
        }
    }
    total(sums) + a_tail.iter().zip(b_tail).map(|(a, b)| a * b).sum::<f32>()
}

/// `sum a[i]`.
#[inline(always)]
pub(crate) fn sum(a: &[f32]) -> f32 {
    let (a, tail) = a.as_chunks::<16>();
    let mut sums = [0f32; 16];
    for a in a {
        for i in 0..16 {
            sums[i] += a[i];
        }
    }
    total(sums) + tail.iter().sum::<f32>()
}

/// The largest of `start` and what `f` makes of every element.
#[inline(always)]
pub(crate) fn largest(a: &[f32], start: f32, f: impl Fn(f32) -> f32) -> f32 {
    let (chunks, tail) = a.as_chunks::<16>();
    let mut most = [start; 16];
    let greater = |a: f32, b: f32| if a > b { a } else { b };
    for chunk in chunks {
        for i in 0..16 {
            most[i] = greater(f(chunk[i]), most[i]);
        }
    }
    tail.iter().map(|&x| f(x)).chain(most).fold(start, greater)
}

#[inline(always)]
fn total(mut sums: [f32; 16]) -> f32 {
    for width in [8, 4, 2, 1] {
        for i in 0..width {
            sums[i] += sums[i + width];
        }
    }
    sums[0]
}

/// `e^x` to about two units in the last place, without a branch; below -87 it is 0.
///
/// `e^x = 2^n e^r` with `n = rint(x / ln 2)` and `|r| <= ln 2 / 2`; the polynomial is that of Cephes' `expf`.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    let clamped = x.clamp(-87.0, 88.0);
    let n = (clamped * std::f32::consts::LOG2_E).round_ties_even();
    // ln 2 in two parts, the first of which times n is exact.
    let r = clamped - n * 0.693_359_4 + n * 2.121_944_4e-4;
    let p = ((((1.987_569_1e-4 * r + 1.398_199_9e-3) * r + 8.333_452e-3) * r + 4.166_579_6e-2) * r + 0.166_666_66) * r
        + 0.5;
    let power = f32::from_bits(((n as i32 + 127) << 23) as u32);
    let value = (p * r * r + r + 1.0) * power;
    if x < -87.0 { 0.0 } else { value }
}

vectorised! {
    /// Adds `from` to `to`.
    pub(crate) fn add(to: &mut [f32], from: &[f32]) {
        for (to, from) in to.iter_mut().zip(from) {
            *to += from;
        }
    }

    /// `sum a[i]^2`.
    pub(crate) fn squares(a: &[f32]) -> f32 {
        dot(a, a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_agrees_with_the_library() {
        let xs: Vec<f32> = (-8_700..8_800).map(|i| i as f32 / 100.0 + 0.003).collect();
        vectorised! {
            fn exps(xs: &mut [f32]) {
                for x in xs {
                    *x = exp(*x);
                }
            }
        }
        let mut ours = xs.clone();
        exps(&mut ours);
        for (x, y) in xs.iter().zip(ours) {
            let exact = f64::from(*x).exp();
            assert!((f64::from(y) / exact - 1.0).abs() < 3e-7, "{x}: {y}, not {exact}");
        }
        assert_eq!([exp(f32::NEG_INFINITY), exp(-100.0), exp(0.0)], [0.0, 0.0, 1.0]);
    }

    #[test]
    fn sums_do_not_depend_on_the_vectors() {
        let a: Vec<f32> = (0..101).map(|i| (i as f32 * 0.37).sin()).collect();
        let b: Vec<f32> = (0..101).map(|i| (i as f32 * 0.11).cos()).collect();
        assert_eq!(squares(&a), dot(&a, &a));
        vectorised! {
            fn wide(a: &[f32]) -> f32 {
                sum(a)
            }
        }
        assert_eq!(wide(&a), sum(&a));
        let exact: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
        assert!((f64::from(dot(&a, &b)) - exact).abs() < 1e-5);
        assert_eq!(largest(&a, 0.0, f32::abs), a.iter().fold(0.0, |m, x| f32::max(m, x.abs())));
    }
}
