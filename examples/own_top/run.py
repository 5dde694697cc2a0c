#!/usr/bin/env -S python3 -B
"""Runs one job on a generated unit in Icarus Verilog and compares every sum.

Usage: run.py DIR, the folder that `trine generate` wrote. Works in DIR/sim.
"""

import json
import subprocess
import sys
from pathlib import Path

import pack

X = [[1, -2, 3], [-128, 5, 127]]  # M x K
W = [[1, -1], [-1, -1], [0, 1]]  # K x N
M, K, N = len(X), len(W), len(W[0])


def beats(stream, size):
    return [stream[i : i + size] for i in range(0, len(stream), size)]


def simulate(folder, parameters):
    """Compiles top.v around the unit and runs it; returns the lines that it prints."""
    sources = [[f"-f{name}"] for name in ("trine_cells.f", "trine.f") if (folder / name).exists()]
    top = Path(__file__).resolve().parent / "top.v"
    sizes = [f"-Ptop.{name}={value}" for name, value in parameters.items()]
    compiler = ["iverilog", "-g2005", "-s", "top", *sizes, "-o", "sim/top.vvp", *sum(sources, []), str(top)]
    subprocess.run(compiler, cwd=folder, check=True)
    run = subprocess.run(["vvp", "-n", "top.vvp"], cwd=folder / "sim", check=True, capture_output=True, text=True)
    return [line.split() for line in run.stdout.splitlines()]


def main(folder):
    unit = json.loads((folder / "manifest.json").read_text())["config"]
    if unit["windows"]:
        sys.exit("the unit has windows and no streams: docs/reference/protocol.md, Windows")
    if unit.get("weights") == "memory":
        sys.exit("the unit reads its weights from memory: docs/how-to/own-top.md has its ports and a job")
    if unit["act_bits"] < 8:
        sys.exit("the job has activations of 8 bits, the unit takes fewer")
    lanes, columns, size = unit["lanes"], unit["columns"], unit["weight_bus"] // 8
    streams = {"act": beats(pack.activations(X, unit), lanes), "wgt": beats(pack.weights(W, unit), size)}
    (folder / "sim").mkdir(exist_ok=True)
    for name, stream in streams.items():
        # $readmemh wants the highest byte first.
        (folder / "sim" / f"{name}.hex").write_text("".join(f"{beat[::-1].hex()}\n" for beat in stream))
        print(f"s_axis_{name}:", *(beat.hex() for beat in stream))
    parameters = {"LANES": lanes, "COLUMNS": columns, "WGT_BYTES": size, "M": M, "K": K, "N": N}
    parameters |= {f"{name.upper()}_BEATS": len(stream) for name, stream in streams.items()}

    lines = simulate(folder, parameters)
    if lines[-1:] != [["done"]]:
        sys.exit("\n".join(" ".join(line) for line in lines))
    # What is not kept may be anything: zeros here.
    kept = [(bytes.fromhex(data)[::-1], keep[::-1], last) for _, data, keep, last in lines[:-1]]
    found = [bytes(byte if bit == "1" else 0 for byte, bit in zip(data, keep)) for data, keep, _ in kept]
    print("m_axis_res:", *(beat.hex() for beat in found))
    blocks = range(0, N, columns)
    keep = ["".join("1111" if n < N else "0000" for n in range(b, b + columns)) for b in blocks for _ in range(M)]
    if [beat[1] for beat in kept] != keep or [beat[2] for beat in kept] != ["0"] * (len(keep) - 1) + ["1"]:
        sys.exit(f"wrong tkeep or tlast: {kept}")
    sums = pack.results(b"".join(found), M, N, unit)
    expected = [[sum(X[m][k] * W[k][n] for k in range(K)) for n in range(N)] for m in range(M)]
    if sums != expected:
        sys.exit(f"wrong sums: {sums}, expected {expected}")
    print("right:", sums)


if len(sys.argv) != 2:
    sys.exit(__doc__)
main(Path(sys.argv[1]))
