"""Compares an exported model with transformers: do both compute the same logits from the same folder?

    trine logits --model FOLDER --ids-file FOLDER/input_ids.npy --output FOLDER/logits.npy
    python3 compare-with-transformers.py FOLDER [--make-ids SEED]

With --make-ids it writes FOLDER/input_ids.npy, one sequence of random tokens as long as the model's context, and nothing
else. Otherwise it reads that and FOLDER/logits.npy, and prints the largest difference and whether every argmax agrees.
Needs torch, transformers 5.23, accelerate and numpy; not part of the tests, since those are gigabytes.
"""

import json
import os
import sys

os.environ["TORCHDYNAMO_DISABLE"] = "1"
import numpy as np

folder = sys.argv[1]
config = json.load(open(os.path.join(folder, "config.json")))
ids_file = os.path.join(folder, "input_ids.npy")
if sys.argv[2:3] == ["--make-ids"]:
    random = np.random.default_rng(int(sys.argv[3]))
    np.save(ids_file, random.integers(0, config["vocab_size"], (1, config["max_position_embeddings"]), dtype=np.int64))
    sys.exit()

import torch
from transformers import AutoModelForCausalLM

torch.set_num_threads(1)
model = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
with torch.no_grad():
    theirs = model(torch.from_numpy(np.load(ids_file))).logits.numpy()
ours = np.load(os.path.join(folder, "logits.npy"))
difference = np.abs(theirs - ours)
print(f"logits {theirs.shape}, of size up to {np.abs(theirs).max():.3f}")
print(f"largest difference {difference.max():.3e}, root mean square {np.sqrt((difference**2).mean()):.3e}")
print(f"argmax equal in {(theirs.argmax(-1) == ours.argmax(-1)).mean():.2%} of positions")
