//! The tensor types of GGUF that are read, and the reasons why others are not.
//!
//! | number | type | read |
//! |---|---|---|
//! | 0, 1, 30 | F32, F16, BF16 | everywhere; as a linear where exactly ternary |
//! | 8 | Q8_0 | everywhere; as a linear where exactly ternary |
//! | 2, 3, 6, 7 | Q4_0, Q4_1, Q5_0, Q5_1 | embedding, head, norms |
//! | 10 to 14 | Q2_K to Q6_K | embedding, head, norms |
//! | 34, 35 | TQ1_0, TQ2_0 | everywhere |
//! | 36 | I2_S of bitnet.cpp; in ggml once IQ4_NL_4_4, of which there are no files | linears |
//! | 39 | TL2 of bitnet.cpp, and MXFP4 of ggml | no |
//! | 40, 41, 42, 142, 143 | NVFP4, Q1_0, Q2_0; PQ2_0, PTQ1_0 of Prism ML | no: scales for groups of weights |
//! | the rest up to 42 | Q8_1, Q8_K, IQ..., integers, F64, and numbers that ggml gave up | no |

use super::encoding::Encoding;
use super::types::TensorType;
use crate::tensor::Kind;

/// The kind of a type that is read, or why it is not and what to run instead.
pub(crate) fn kind(TensorType(number): TensorType) -> Result<Kind, String> {
    let name = TensorType(number).name().unwrap_or_default();
    let reason = match number {
        0 => return Ok(Kind::F32),
        1 => return Ok(Kind::F16),
        2 => return Ok(Kind::Blocks(Encoding::Q4_0)),
        3 => return Ok(Kind::Blocks(Encoding::Q4_1)),
        6 => return Ok(Kind::Blocks(Encoding::Q5_0)),
        7 => return Ok(Kind::Blocks(Encoding::Q5_1)),
        8 => return Ok(Kind::Blocks(Encoding::Q8_0)),
        10 => return Ok(Kind::Blocks(Encoding::Q2_K)),
        11 => return Ok(Kind::Blocks(Encoding::Q3_K)),
        12 => return Ok(Kind::Blocks(Encoding::Q4_K)),
        13 => return Ok(Kind::Blocks(Encoding::Q5_K)),
        14 => return Ok(Kind::Blocks(Encoding::Q6_K)),
        30 => return Ok(Kind::Bf16),
        34 => return Ok(Kind::Tq1_0),
        35 => return Ok(Kind::Tq2_0),
        36 => return Ok(Kind::I2S),
        41 => "Q1_0, one bit a weight with a scale for every 128: group scales are not implemented".into(),
        42 => {
            "Q2_0, two bits a weight with a scale for every 64 (in older files 128): group scales are not implemented"
                .into()
        }
        142 => "PQ2_0, two bits a weight with a scale for every 128: group scales are not implemented".into(),
        143 => "PTQ1_0, trits with a scale for every 128: group scales are not implemented".into(),
        39 => "39, which is TL2 in files of bitnet.cpp and MXFP4 in files of llama.cpp; neither is implemented. A TL2 file \
               is made anew as I2_S (setup_env.py -q i2_s)"
            .into(),
        37 | 38 => format!(
            "{number}, which is {} in files of bitnet.cpp; make the file anew as I2_S (setup_env.py -q i2_s)",
            name
        ),
        4 | 5 | 31..=33 => {
            format!("{}, which ggml gave up; make the file anew from the original checkpoint", name)
        }
        _ if name.is_empty() => {
            format!("number {number}, which is no type of ggml that is known here; is the file of a newer program?")
        }
        _ => format!(
            "{}, which is not read here. Read are F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K to Q6_K, TQ1_0, TQ2_0 \
             and I2_S: make the file anew from one in F16, with `llama-quantize IN OUT TQ2_0` for a ternary model",
            name
        ),
    };
    Err(format!("the type is {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every number up to 42 and those of Prism ML has a kind or a name; the numbers are ggml's.
    #[test]
    fn every_number_has_a_name() {
        let mut names = Vec::new();
        for number in (0..=42).chain([142, 143]) {
            match kind(TensorType(number)) {
                Ok(kind) => {
                    assert_eq!(TensorType(number).name(), Some(kind.to_string().as_str()));
                    names.push(kind.to_string());
                }
                Err(reason) => {
                    assert!(!reason.contains("number"), "{number}: {reason}");
                    let end = |c: char| c == ',';
                    names.push(reason["the type is ".len()..].split(end).next().unwrap().to_owned());
                }
            }
        }
        let expected = "F32 F16 Q4_0 Q4_1 Q4_2 Q4_3 Q5_0 Q5_1 Q8_0 Q8_1 Q2_K Q3_K Q4_K Q5_K Q6_K Q8_K IQ2_XXS IQ2_XS \
                        IQ3_XXS IQ1_S IQ4_NL IQ3_S IQ2_S IQ4_XS I8 I16 I32 I64 F64 IQ1_M BF16 Q4_0_4_4 Q4_0_4_8 Q4_0_8_8 \
                        TQ1_0 TQ2_0 I2_S 37 38 39 NVFP4 Q1_0 Q2_0 PQ2_0 PTQ1_0";
        assert_eq!(names.join(" "), expected);
        for (number, part) in [(37, "I8_S"), (38, "TL1"), (39, "TL2"), (39, "MXFP4"), (43, "number 43"), (144, "144")] {
            assert!(kind(TensorType(number)).unwrap_err().contains(part), "{number}");
        }
    }

    /// The table of docs/reference/checkpoints.md: every type is in it, read or refused as here.
    #[test]
    fn the_document_lists_every_type() {
        let document = include_str!("../../../docs/reference/checkpoints.md");
        let (_, table) = document.split_once("<!-- types of GGUF -->").unwrap();
        let (table, _) = table.split_once("<!-- end -->").unwrap();
        let listed = |wanted: &str| {
            let mut rows = table.lines().filter_map(|row| row.strip_prefix("| ")?.split_once(" | "));
            let words = |text: &'static str| text.split([',', ' ']);
            rows.find(|(types, _)| words(types).any(|word| word == wanted))
                .map(|(_, rule)| !rule.starts_with("refused"))
        };
        for number in (0..=42).chain([142, 143]) {
            let (name, is_read) = match (kind(TensorType(number)), number) {
                (Ok(kind), _) => (kind.to_string(), true),
                (Err(_), 37..=39) => continue,
                // Numbers of types that ggml gave up are no types of files.
                (Err(_), 4 | 5 | 31..=33) => continue,
                (Err(reason), _) => (reason["the type is ".len()..].split(',').next().unwrap().to_owned(), false),
            };
            let name = if name.starts_with("IQ") { name[..3].to_owned() } else { name };
            let name = if ["IQ2", "IQ3"].contains(&&*name) { "IQ1".into() } else { name };
            assert_eq!(listed(&name), Some(is_read), "{name}");
        }
        for name in ["TL1", "TL2", "I8_S", "MXFP4"] {
            assert_eq!(listed(name), Some(false), "{name}");
        }
        for document_says in ["`qwen3`", "NAME-0000i-of-0000n.gguf"] {
            assert!(document.contains(document_says), "{document_says}");
        }
    }

    /// Sizes, as `gguf.GGML_QUANT_SIZES` has them.
    #[test]
    fn sizes_of_a_row_of_256() {
        let sizes = [
            (0, 1024),
            (1, 512),
            (2, 144),
            (3, 160),
            (6, 176),
            (7, 192),
            (8, 272),
            (10, 84),
            (11, 110),
            (12, 144),
            (13, 176),
            (14, 210),
            (30, 512),
            (34, 54),
            (35, 66),
        ];
        for (number, bytes) in sizes {
            assert_eq!(kind(TensorType(number)).unwrap().bytes(&[1, 256]), Ok(bytes), "{number}");
        }
        let error = kind(TensorType(14)).unwrap().bytes(&[2, 128]).unwrap_err();
        assert!(error.contains("not a multiple of the 256 of Q6_K"), "{error}");
    }
}
