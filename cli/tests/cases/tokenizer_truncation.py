"""Truncation and padding of an earlier call are stored in `tokenizer.json`.

transformers switches both off unless a call asks for them. Right: the same number of tokens in all three models.
"""
import os

from tiny import model, path, tokenizer, trine, verdict

CHANGES = {
    "plain": lambda made: None,
    "truncation": lambda made: made.enable_truncation(max_length=8),
    "padding": lambda made: made.enable_padding(length=512, pad_id=259, pad_token="<pad>"),
}
text = path("text.txt")
with open(text, "w") as out:
    out.write("so shaken as we are, so wan with care " * 9 + "find we a time fo")
seen = {}
for name, change in CHANGES.items():
    folder = model(name)
    changed = tokenizer()
    change(changed)
    changed.save(os.path.join(folder, "tokenizer.json"))
    code, out, error = trine("perplexity", "--model", folder, "--text", text)
    seen[name] = out.splitlines()[0] if code == 0 else error
verdict(len(set(seen.values())) == 1, "; ".join(f"{name}: {line}" for name, line in seen.items()))
