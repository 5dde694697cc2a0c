//! Boolean expressions of Liberty as truth tables.
//!
//! From the tightest operator to the loosest: `'` behind or `!` before an operand (not), `^` (exclusive or), `*`, `&` or
//! a mere space (and), `+` or `|` (or).

/// Inputs of a function at most: its values then fit one word.
pub const MAX_INPUTS: usize = 6;

/// Bit `i` of word `n` is bit `n` of `i`: the truth table of input `n` itself.
const INPUTS: [u64; MAX_INPUTS] = [
    0xaaaa_aaaa_aaaa_aaaa,
    0xcccc_cccc_cccc_cccc,
    0xf0f0_f0f0_f0f0_f0f0,
    0xff00_ff00_ff00_ff00,
    0xffff_0000_ffff_0000,
    0xffff_ffff_0000_0000,
];

/// The truth table of `text`: bit `i` is its value when input `n` has the value of bit `n` of `i`.
///
/// # Errors
/// The fault in the expression, in words.
pub fn truth_table(text: &str, inputs: &[&str]) -> Result<u64, String> {
    if inputs.len() > MAX_INPUTS {
        return Err(format!("it has {} inputs; at most {MAX_INPUTS} are supported", inputs.len()));
    }
    let mut parser = Parser { rest: text.trim_start(), inputs };
    let table = parser.or()?;
    if parser.rest.is_empty() { Ok(table) } else { Err(format!("its function `{text}` ends before `{}`", parser.rest)) }
}

struct Parser<'a> {
    rest: &'a str,
    inputs: &'a [&'a str],
}

impl Parser<'_> {
    fn skip(&mut self, marks: &[char]) -> bool {
        let found = self.rest.starts_with(marks);
        if found {
            self.rest = self.rest[1..].trim_start();
        }
        found
    }

    fn or(&mut self) -> Result<u64, String> {
        let mut value = self.and()?;
        while self.skip(&['+', '|']) {
            value |= self.and()?;
        }
        Ok(value)
    }

    fn and(&mut self) -> Result<u64, String> {
        let mut value = self.xor()?;
        while self.skip(&['*', '&']) || self.rest.starts_with(|c: char| c == '(' || c == '!' || is_name(c)) {
            value &= self.xor()?;
        }
        Ok(value)
    }

    fn xor(&mut self) -> Result<u64, String> {
        let mut value = self.operand()?;
        while self.skip(&['^']) {
            value ^= self.operand()?;
        }
        Ok(value)
    }

    fn operand(&mut self) -> Result<u64, String> {
        if self.skip(&['!']) {
            return Ok(!self.operand()?);
        }
        let mut value = if self.skip(&['(']) {
            let value = self.or()?;
            if !self.skip(&[')']) {
                return Err("a parenthesis of its function is not closed".into());
            }
            value
        } else {
            let end = self.rest.find(|c| !is_name(c)).unwrap_or(self.rest.len());
            let name = &self.rest[..end];
            self.rest = self.rest[end..].trim_start();
            match (name, self.inputs.iter().position(|input| *input == name)) {
                (_, Some(n)) => INPUTS[n],
                ("0", _) => 0,
                ("1", _) => u64::MAX,
                ("", _) => return Err("an operand of its function is missing".into()),
                _ => return Err(format!("its function names `{name}`, which is no input")),
            }
        };
        while self.skip(&['\'']) {
            value = !value;
        }
        Ok(value)
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_[]".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_bind_as_liberty_says() {
        let table = |text: &str| truth_table(text, &["A", "B", "C"]).map(|t| t & 0xff);
        let value = |f: fn(bool, bool, bool) -> bool| {
            (0..8).fold(0, |t, i| t | u64::from(f(i & 1 == 1, i & 2 == 2, i & 4 == 4)) << i)
        };
        for text in ["A B + C", "A*B|C", "(A&B)+C", "C + B A"] {
            assert_eq!(table(text), Ok(value(|a, b, c| a && b || c)), "{text}");
        }
        assert_eq!(table("A ^ B C"), Ok(value(|a, b, c| (a ^ b) && c)));
        assert_eq!(table("!A' B'"), Ok(value(|a, b, _| a && !b)));
        assert_eq!(table("(!((A+B) C))"), Ok(value(|a, b, c| !((a || b) && c))));
        assert_eq!(table("1 A 0'"), Ok(value(|a, _, _| a)));
    }

    #[test]
    fn what_is_no_function_is_refused() {
        let refused = |text: &str| truth_table(text, &["A", "B"]).unwrap_err();
        assert_eq!(refused("(A B"), "a parenthesis of its function is not closed");
        assert_eq!(refused("A +"), "an operand of its function is missing");
        assert_eq!(refused("A D"), "its function names `D`, which is no input");
        assert_eq!(refused("A) B"), "its function `A) B` ends before `) B`");
        let seven = ["A", "B", "C", "D", "E", "F", "G"];
        assert_eq!(truth_table("A", &seven).unwrap_err(), "it has 7 inputs; at most 6 are supported");
    }
}
