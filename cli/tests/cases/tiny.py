"""A tiny BitNet model and its tokenizer, made anew for each case, and calls of the `trine` command.

Environment: TRINE names the binary, TRINE_DIR the checkout. A case prints one line and exits 0 where Trine is right, 1 where
it is not.
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors

TRINE = os.environ["TRINE"]
CHECKOUT = os.environ["TRINE_DIR"]
FOLDER = tempfile.mkdtemp(prefix="trine-case-")
HIDDEN, FFN, LAYERS, HEADS, VOCABULARY = 64, 128, 2, 4, 300
SHAPES = {
    **{f"self_attn.{name}_proj": (HIDDEN, HIDDEN) for name in "qkvo"},
    "mlp.gate_proj": (FFN, HIDDEN),
    "mlp.up_proj": (FFN, HIDDEN),
    "mlp.down_proj": (HIDDEN, FFN),
}
#: A unit that simulates in a second.
SMALL_UNIT = ("--lanes", "16", "--columns", "4")


def trine(*words):
    """Runs the command; returns exit code, standard output and standard error."""
    done = subprocess.run([TRINE, *words], cwd=CHECKOUT, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr.strip()


def path(name):
    """A path in the folder of this case."""
    return os.path.join(FOLDER, name)


def tensors(seed=0):
    """Master weights, quantised at load."""
    draw = np.random.default_rng(seed).standard_normal
    made = {
        "model.norm.weight": np.ones(HIDDEN),
        "model.embed_tokens.weight": draw((VOCABULARY, HIDDEN)),
        "lm_head.weight": draw((VOCABULARY, HIDDEN)) / 4,
    }
    for layer in range(LAYERS):
        at = f"model.layers.{layer}."
        for name, width in (
            ("input_layernorm", HIDDEN),
            ("post_attention_layernorm", HIDDEN),
            ("self_attn.attn_sub_norm", HIDDEN),
            ("mlp.ffn_sub_norm", FFN),
        ):
            made[f"{at}{name}.weight"] = np.ones(width)
        for name, shape in SHAPES.items():
            made[f"{at}{name}.weight"] = draw(shape) / 10
    return {name: array.astype(np.float32) for name, array in made.items()}


def tokenizer():
    """One token a byte and four special ones: 260 in all."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE(vocab={letter: id for id, letter in enumerate(letters)}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(text, special=True) for text in ("<s>", "</s>", "<|eot|>", "<pad>")])
    made.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 256)])
    return made


def model(name, weights=None, quantization=()):
    """Writes a model folder and returns its path; `quantization` adds keys to quantization_config."""
    folder = path(name)
    os.makedirs(folder)
    save_file(weights or tensors(), os.path.join(folder, "model.safetensors"))
    config = dict(
        architectures=["BitNetForCausalLM"],
        model_type="bitnet",
        hidden_size=HIDDEN,
        intermediate_size=FFN,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=HEADS,
        vocab_size=VOCABULARY,
        max_position_embeddings=128,
        rms_norm_eps=1e-5,
        hidden_act="relu2",
        rope_theta=10000.0,
        tie_word_embeddings=False,
        bos_token_id=256,
        eos_token_id=257,
        quantization_config=dict(
            quant_method="bitnet",
            linear_class="autobitlinear",
            quantization_mode="online",
            **dict(quantization),
        ),
    )
    with open(os.path.join(folder, "config.json"), "w") as out:
        json.dump(config, out)
    tokenizer().save(os.path.join(folder, "tokenizer.json"))
    return folder


def logits(folder):
    """Logits of six tokens by the golden model, or the error text."""
    out = path("logits.npy")
    code, _, error = trine(
        "logits", "--model", folder, "--ids", "256,40,41,42,90,17", "--backend", "golden", "--output", out
    )
    return np.load(out) if code == 0 else error


def verdict(right, text):
    """Ends the case."""
    print(("right: " if right else "FAULT: ") + text)
    sys.exit(0 if right else 1)
