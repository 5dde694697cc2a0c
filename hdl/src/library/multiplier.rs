//! Products of integers: rows of partial products, a carry-save tree, one adder.
//!
//! ```text
//!  unsigned       a * b = Σ_i (a & b[i]) << i
//!  signed, n bits a * b = Σ_{i<n-1} {~(a[n-1] & b[i]), a[n-2:0] & b[i]} << i
//!                       + {a[n-1] & b[n-1], ~(a[n-2:0] & b[n-1])} << n-1   + 2^n + 2^(2n-1)     (modulo 2^2n)
//! ```
//! The second line is Baugh and Wooley's: the products that count negatively are complemented, and the constants make up
//! for it. The tree is Wallace's: `x + y + z = (x ^ y ^ z) + 2 (x & y | z & (x ^ y))` turns three rows into two, level by
//! level, until two are left. All rows arrive at an adder at about the same time, which keeps glitches low.
//! Combinational: no handshake, no latency.
//!
//! ```
//! use trine_hdl::lang::{Interpreter, Module, int};
//! use trine_hdl::library::product;
//! let mut m = Module::new("square", "square_o = a_i * a_i");
//! let a = m.input("a_i", int(5));
//! let square = product(&mut m, &a, &a);
//! m.drive("square_o", square);
//! let mut square = Interpreter::new(&m.build().unwrap()).unwrap();
//! square.set("a_i", -16);
//! assert_eq!(square.get("square_o"), 256);
//! ```

use crate::lang::{Expr, Module, bits, cat, lit};

/// `a * b` of two signals of the same type, in twice the width; two's complement when they are.
///
/// # Panics
/// When widths or signs differ, or a signed operand has a single bit: a mistake in the calling Rust code.
pub fn product(m: &mut Module, a: &Expr, b: &Expr) -> Expr {
    assert!(a.ty == b.ty && (a.ty.width > 1 || !a.ty.signed), "{} * {}", a.ty, b.ty);
    let n = a.ty.width;
    let row = |i: usize| {
        let by = |low: usize, width: usize| a.slice(low, width) & b.bit(i).repeat(width);
        match (a.ty.signed, i == n - 1) {
            (false, _) => by(0, n),
            (true, false) => cat([by(0, n - 1), !by(n - 1, 1)]),
            (true, true) => cat([!by(0, n - 1), by(n - 1, 1)]),
        }
    };
    let mut rows = vec![];
    if a.ty.signed {
        rows.push(m.name("correction", lit((1 << n) + (1 << (2 * n - 1)), bits(2 * n))));
    }
    for i in 0..n {
        let zeros = |count: usize| (count > 0).then(|| lit(0, bits(count)));
        let placed = cat([zeros(i), Some(row(i)), zeros(n - i)].into_iter().flatten());
        rows.push(m.name(&format!("row_{i}"), placed));
    }
    let sum = carry_save(m, rows);
    if a.ty.signed { sum.signed() } else { sum }
}

/// The sum of unsigned signals `rows` of equal width, modulo that width.
fn carry_save(m: &mut Module, mut rows: Vec<Expr>) -> Expr {
    let width = rows[0].ty.width;
    let mut made = 0;
    while rows.len() > 2 {
        let mut next = vec![];
        for group in rows.chunks(3) {
            let [x, y, z] = group else {
                next.extend(group.iter().cloned());
                continue;
            };
            let differ = m.name(&format!("differ_{made}"), x ^ y);
            // The highest carry would leave the width
            let low = |e: &Expr| e.slice(0, width - 1);
            let carry = (low(x) & low(y)) | (low(z) & low(&differ));
            next.push(m.name(&format!("save_{made}"), differ ^ z));
            next.push(m.name(&format!("carry_{made}"), cat([lit(0, bits(1)), carry])));
            made += 1;
        }
        rows = next;
    }
    match rows.as_slice() {
        [x, y] => (x + y).wrap(),
        _ => rows.remove(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Interpreter, Ty, int};

    fn multiplier(ty: Ty) -> Interpreter {
        let mut m = Module::new("trine_multiply", "product_o = a_i * b_i");
        let (a, b) = (m.input("a_i", ty), m.input("b_i", ty));
        let product = product(&mut m, &a, &b);
        m.drive("product_o", product);
        Interpreter::new(&m.build().unwrap()).unwrap()
    }

    #[test]
    fn small_products_are_exhaustive() {
        for ty in [bits(1), bits(3), bits(4), int(2), int(3), int(5)] {
            let low = if ty.signed { -(1 << (ty.width - 1)) } else { 0 };
            let mut multiplier = multiplier(ty);
            for a in low..low + (1 << ty.width) {
                for b in low..low + (1 << ty.width) {
                    multiplier.set_all([("a_i", a), ("b_i", b)]);
                    assert_eq!(multiplier.get("product_o"), a * b, "{a} * {b} in {ty}");
                }
            }
        }
    }

    #[test]
    fn bytes_at_their_ends() {
        let mut multiplier = multiplier(int(8));
        for a in [-128, -127, -1, 0, 1, 126, 127] {
            for b in -128..128 {
                multiplier.set_all([("a_i", a), ("b_i", b)]);
                assert_eq!(multiplier.get("product_o"), a * b, "{a} * {b}");
            }
        }
    }
}
