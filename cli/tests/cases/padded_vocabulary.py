"""The model has more rows than the tokenizer has tokens, and generates one of those.

transformers decodes it to nothing. Right: the run ends and its JSON is there.
"""
import os

from tiny import SMALL_UNIT, model, path, tensors, trine, verdict

weights = tensors()
weights["lm_head.weight"][:260] = 0  # of 300 rows the tokenizer knows 260
wanted = path("run.json")
code, _, error = trine(
    "run", "--model", model("padded", weights), "--prompt", "hi", "--tokens", "4", *SMALL_UNIT,
    "--json", wanted, "--report", path("report"),
)
verdict(code == 0 and os.path.exists(wanted), f"exit code {code}, JSON there: {os.path.exists(wanted)} {error}")
