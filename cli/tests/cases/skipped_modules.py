"""`modules_to_not_convert` names a ternary linear: transformers keeps it in floats, so its logits are others.

Right: other logits, or a refusal that names the key.
"""
import numpy as np
from tiny import logits, model, verdict

plain = logits(model("plain"))
kept = logits(model("kept", quantization={"modules_to_not_convert": ["lm_head", "model.layers.1.mlp.down_proj"]}))
if isinstance(kept, str):
    verdict("modules_to_not_convert" in kept, f"refused: {kept}")
verdict(not np.array_equal(plain, kept), f"the logits differ by at most {np.abs(plain - kept).max()}")
