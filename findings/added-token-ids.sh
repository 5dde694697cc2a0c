#!/bin/sh
# Hugging Face's tokenizers gives an added token another id than its tokenizer.json says, and loads the file without an error.
#
# One would expect the id of the file, or a refusal: a model's embedding has a row for that id. Seen on 2026-11-28 with
# tokenizers 0.23.3: in a vocabulary of 8 tokens, an added token with `"id": 20` becomes token 8, the next free one.
# Encoding and look-up agree on 8, and nothing is printed. An id without a gap is kept.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install tokenizers==0.23.3
"$folder/venv/bin/python" - <<'PYTHON'
import json

from tokenizers import Tokenizer


def load(id):
    added = {"id": id, "content": "<x>", "special": True}
    added |= dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    model = {"type": "BPE", "vocab": {letter: place for place, letter in enumerate("abcdefgh")}, "merges": []}
    return Tokenizer.from_str(json.dumps({"version": "1.0", "added_tokens": [added], "model": model}))


for id, expected in ((8, 8), (20, 8)):
    tokenizer = load(id)
    seen = (tokenizer.token_to_id("<x>"), tokenizer.encode("a<x>").ids)
    print(f"the file says {id}: look-up gives {seen[0]}, encoding {seen[1]}")
    assert seen == (expected, [0, expected]), "this behaviour changed"
PYTHON
