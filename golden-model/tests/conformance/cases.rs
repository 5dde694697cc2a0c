//! The checkpoints that come with the repository, and how far their logits may be off.
//!
//! Ordinary sequences have activations that lie on a rounding edge, where a difference of 1e-7 moves a logit by a few
//! tenths: their tolerance is loose. Strict sequences have none, so the order of summation does not matter.

/// A checkpoint, a sequence, its logits, and how far they may be off.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The checkpoint, from the root of the repository.
    pub model: &'static str,
    /// The token ids, beside the model.
    pub ids: &'static str,
    /// The reference logits, beside the model.
    pub logits: &'static str,
    /// Largest difference of a logit.
    pub max_abs: f32,
    /// Norm of all differences over the norm of all logits.
    pub relative_l2: f64,
    /// Least share of rows whose largest logit is the same.
    pub same_argmax: f64,
}

const fn case(model: &'static str, ids: &'static str, logits: &'static str, max_abs: f32, relative_l2: f64) -> Case {
    Case { model, ids, logits, max_abs, relative_l2, same_argmax: 1.0 }
}

const SHAKESPEARE: &str = "models/shakespeare";
const SMALL: &str = "models/shakespeare-small";
const BITLINEAR: &str = "golden-model/tests/fixtures/bitlinear_packed-float32";
const OFFLINE: &str = "golden-model/tests/fixtures/autobit_offline-bfloat16";
const ONLINE: &str = "golden-model/tests/fixtures/online-float32";
const TQ1_0: &str = "golden-model/tests/fixtures/gguf_tq1_0-trained256/model.gguf";
const TQ2_0: &str = "golden-model/tests/fixtures/gguf_tq2_0-trained256/model.gguf";
const TQ2_0_SILU: &str = "golden-model/tests/fixtures/gguf_tq2_0-silu-default/model.gguf";
const LLAMA_CPP: &str = "golden-model/tests/fixtures/gguf_llama-default-types/model.gguf";
const FALCON_E: &str = "golden-model/tests/fixtures/gguf_falcon_e-default-types/model.gguf";
const IDS: &str = "input_ids.npy";
const STRICT_IDS: &str = "strict_input_ids.npy";
const LOGITS: &str = "logits_f32.npy";
const STRICT_LOGITS: &str = "strict_logits_f32.npy";
const LLAMA_CPP_LOGITS: &str = "logits_llama_cpp_f32.npy";

/// Every checkpoint that comes with the repository. `logits_f32` of the bfloat16 checkpoint were computed in bf16. Those of
/// llama.cpp may be off by 5 % of the span of the logits, and at one position of ten have another largest one.
pub const CASES: [Case; 18] = [
    case(SHAKESPEARE, STRICT_IDS, STRICT_LOGITS, 3e-4, 1e-4),
    case(SHAKESPEARE, IDS, LOGITS, 0.4, 0.005),
    case(SMALL, STRICT_IDS, STRICT_LOGITS, 3e-4, 1e-4),
    case(SMALL, IDS, LOGITS, 0.4, 0.005),
    case(BITLINEAR, STRICT_IDS, STRICT_LOGITS, 3e-4, 1e-4),
    case(BITLINEAR, IDS, LOGITS, 1.0, 0.03),
    case(OFFLINE, STRICT_IDS, STRICT_LOGITS, 3e-4, 1e-4),
    case(OFFLINE, IDS, "logits_upcast_f32.npy", 0.9, 0.03),
    Case { same_argmax: 0.97, ..case(OFFLINE, IDS, LOGITS, 0.8, 0.04) },
    case(ONLINE, STRICT_IDS, STRICT_LOGITS, 3e-4, 1e-4),
    case(ONLINE, IDS, LOGITS, 1.0, 0.03),
    case(TQ1_0, STRICT_IDS, STRICT_LOGITS, 2e-4, 1e-4),
    case(TQ1_0, IDS, LOGITS, 0.1, 0.002),
    case(TQ2_0, STRICT_IDS, STRICT_LOGITS, 2e-4, 1e-4),
    case(TQ2_0, IDS, LOGITS, 0.1, 0.002),
    case(TQ2_0_SILU, IDS, LOGITS, 9e-4, 2e-5),
    Case { same_argmax: 0.9, ..case(LLAMA_CPP, IDS, LLAMA_CPP_LOGITS, 0.3, 0.05) },
    Case { same_argmax: 0.9, ..case(FALCON_E, IDS, LLAMA_CPP_LOGITS, 0.1, 0.05) },
];
