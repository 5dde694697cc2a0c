"""Writes the reference logits that stand beside a bundled model, computed by transformers.

    python3 reference-logits.py FOLDER TEXT

`input_ids.npy` holds one context of TEXT, from the beginning of a line near its end, where it is held out from training.
`strict_input_ids.npy` holds 20 tokens on which no activation of a linear lies within 1e-5 of a rounding edge, found by
trying windows of TEXT one after the other: there the order of float additions cannot change a code. `logits_f32.npy` and
`strict_logits_f32.npy` are their logits (eager, CPU, float32, full prefill).
Needs torch, transformers 5.23, accelerate and numpy; not part of the tests, since those are gigabytes.
"""

import json
import os
import sys

os.environ["TORCHDYNAMO_DISABLE"] = "1"
import numpy as np
import torch
from transformers import AutoModelForCausalLM
from transformers.integrations.bitnet import BitLinear

MARGIN, STRICT = 1e-5, 20

folder, text_file = sys.argv[1:]
text = open(text_file, encoding="utf-8").read()
token = {character: i for i, character in enumerate(json.load(open(os.path.join(folder, "chars.json"))))}
context = json.load(open(os.path.join(folder, "config.json")))["max_position_embeddings"]

torch.set_num_threads(1)
model = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
edges = []
quantise = BitLinear.activation_quant


def watched(self, activation, num_bits=8):
    codes, scale = quantise(self, activation, num_bits)
    scaled = activation * scale
    edges.append(((scaled - scaled.floor()) - 0.5).abs().min().item())
    return codes, scale


BitLinear.activation_quant = watched


def logits(ids):
    """Logits of a sequence, and how near an activation comes to a rounding edge."""
    edges.clear()
    with torch.no_grad():
        found = model(torch.from_numpy(ids)).logits.numpy()
    return found, min(edges)


def ids_at(start, count):
    return np.array([[token[character] for character in text[start : start + count]]], dtype=np.int64)


def save(prefix, ids, found):
    np.save(os.path.join(folder, f"{prefix}input_ids.npy"), ids)
    np.save(os.path.join(folder, f"{prefix}logits_f32.npy"), found)


start = text.index("\n", len(text) - len(text) // 40) + 1
ids = ids_at(start, context)
found, nearest = logits(ids)
save("", ids, found)
print(f"{ids.shape[1]} tokens from character {start}, logits up to {np.abs(found).max():.2f}, edge at {nearest:.1e}")
while True:
    strict = ids_at(start, STRICT)
    found, nearest = logits(strict)
    if nearest > MARGIN:
        break
    start += STRICT
save("strict_", strict, found)
print(f"strict: {STRICT} tokens from character {start}, edge at {nearest:.1e}")
