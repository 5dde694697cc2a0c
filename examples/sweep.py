#!/usr/bin/env python3
"""Prints the JSON results of several `trine estimate --json FILE` as one CSV, sorted by tokens a second."""

import csv
import json
import sys



def joules(energy):
    """The value of an energy; empty where the die has no prices."""
    return energy and round(energy["value"], 5)


rows = []
for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        estimate = json.load(file)
    config, head = estimate["config"], estimate["head"]
    rows.append({
        "lanes": config["lanes"],
        "columns": config["columns"],
        "weight_bus": config["weight_bus"],
        "memory": estimate["memory"]["name"],
        "tokens_per_second": round(estimate["tokens_per_second"], 2),
        "joules_per_token": joules(estimate["energy_per_token_j"]),
        "tokens_per_second_with_head": round(head["tokens_per_second"], 2),
        "joules_per_token_with_head": joules(head["energy_per_token_j"]),
        "bytes_per_token": estimate["bytes_per_token"],
    })
table = csv.DictWriter(sys.stdout, rows[0].keys(), lineterminator="\n")
table.writeheader()
table.writerows(sorted(rows, key=lambda row: row["tokens_per_second"]))
