# Shared by the cases of training: a text in $folder/text and a small recipe in $recipe.
folder=$(mktemp -d)
python3 - >"$folder/text" <<'PYTHON'
import random

random.seed(1)
print(" ".join(random.choice("the quick brown fox jumps over".split()) for _ in range(3000)))
PYTHON
recipe="--hidden 32 --layers 1 --heads 2 --kv-heads 1 --context 16 --batch 2 --steps 20 --warmup 2 --every 5"
