"""An index of an earlier, sharded save lies beside `model.safetensors`.

transformers reads `model.safetensors` where there is one. Right: the same, whether the old shards are there or gone.
"""
import json
import os

import numpy as np
from safetensors.numpy import save_file
from tiny import logits, model, tensors, verdict

SHARD = "model-00001-of-00001.safetensors"
new, old = tensors(1), tensors(2)
expected = logits(model("expected", new))
wrong = []
for name in ("gone", "there"):
    folder = model(name, new)
    if name == "there":
        save_file(old, os.path.join(folder, SHARD))
    with open(os.path.join(folder, "model.safetensors.index.json"), "w") as out:
        json.dump({"metadata": {}, "weight_map": {tensor: SHARD for tensor in old}}, out)
    got = logits(folder)
    if isinstance(got, str):
        wrong.append(f"old shards {name}: {got}")
    elif not np.array_equal(got, expected):
        wrong.append(f"old shards {name}: logits off by {np.abs(got - expected).max():.3g}")
verdict(not wrong, "; ".join(wrong) or "model.safetensors is read")
