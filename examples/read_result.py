"""Reads a result folder with pandas: python3 examples/read_result.py results/first"""
import json, pathlib, sys
import pandas

folder = pathlib.Path(sys.argv[1])
run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
print(run["scenario"], "seed", run["seed"], "again:", run["command"])
for name, stored in run["tables"].items():
    table = pandas.read_csv(folder / f"{name}.csv", float_precision="round_trip")
    print(name, len(table), "rows:", ", ".join(f"{c['name']} [{c['unit']}]" for c in stored["columns"]))
