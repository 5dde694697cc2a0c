"""`added_tokens.json` lies beside a SentencePiece `tokenizer.model`.

Right: the added token in a prompt is one token, not its letters.
"""
import json
import os

import numpy as np
from tiny import SMALL_UNIT, model, path, tensors, trine, verdict


def field(number, value):
    """A protobuf field: bytes, a float or a small integer."""
    if isinstance(value, bytes):
        return bytes([number << 3 | 2, len(value)]) + value
    if isinstance(value, float):
        return bytes([number << 3 | 5]) + np.float32(value).tobytes()
    return bytes([number << 3, value])


pieces = [("<unk>", 0.0, 2), ("<s>", 0.0, 3), ("</s>", 0.0, 3)]
pieces += [(f"<0x{byte:02X}>", 0.0, 6) for byte in range(256)] + [("\u2581", -1.0, 1)]
bytes_pair, identity = field(3, 2), field(1, b"identity") + field(3, 1) + field(4, 0)
proto = b"".join(field(1, field(1, text.encode()) + field(2, score) + field(3, kind)) for text, score, kind in pieces)
proto += field(2, bytes_pair) + field(3, identity)

weights = tensors()
weights["lm_head.weight"][260:] = 0  # the generated token is one of tokenizer.model
folder = model("sentencepiece", weights)
os.remove(os.path.join(folder, "tokenizer.json"))
with open(os.path.join(folder, "tokenizer.model"), "wb") as out:
    out.write(proto)
with open(os.path.join(folder, "added_tokens.json"), "w") as out:
    json.dump({"<|im_start|>": 260, "<|im_end|>": 261}, out)
code, printed, error = trine(
    "run", "--model", folder, "--prompt", "<|im_start|>", "--tokens", "1", "--temperature", "0", *SMALL_UNIT
)
rows = [int(line.split()[1]) for line in printed.splitlines() if line.split()[:1] == ["gate_proj"]]
verdict(
    code == 0 and bool(rows) and rows[0] <= 3,
    f"exit code {code}, the prompt took {rows} rows; begin token, perhaps a space, and the added token are right {error}",
)
