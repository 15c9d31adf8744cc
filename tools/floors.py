#!/usr/bin/python3
"""Redraws the picture of floors in the README from Bazel's own graph.

    tools/floors.py
"""
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
# From the roof down. Neighbours stand side by side.
HOLDS = {
    "analysis": "what rows mean; never runs a model",
    "results": "data only: rows and manifests",
    "experiments": "definitions, machine, check → count → time, rows",
    "pretrained": "released weights: names, inputs, pictures",
    "training": "tasks, classifiers, losses, optimisers, trainer",
    "perceiver": "contestants: Perceiver, Perceiver IO",
    "baselines": "contestants: transformer, attention variants",
    "contract": "what a contestant signs, oracle, conformance",
    "primitives": "tensors, products, layers, attention, ledger",
    "support": "what knows no tensors: files, TOML, CSV",
}
FLOORS = list(HOLDS)


def edges_of_bazel():
    """{(folder, folder it uses)} over all targets but tests."""
    graph = subprocess.run(
        [ROOT / "bazelw", "query", "--noshow_progress", "--noimplicit_deps",
         "--nograph:factored", "--output=graph",
         # What calls programs one after the other is no part of them.
         "kind('cc_|py_', //...) except kind('_test', //...)"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout
    edges = set()
    for a, b in re.findall(r'"//([\w/]+):[^"]*" -> "//([\w/]+):', graph):
        edges.add((a.split("/")[0], b.split("/")[0]))
    return {(a, b) for a, b in edges if a != b and b in FLOORS}


def picture(edges):
    lines = []
    for floor in FLOORS:
        used = [other for other in FLOORS if (floor, other) in edges]
        arrow = "  → " + ", ".join(used) if used else ""
        lines.append(f"{floor + '/':13} {HOLDS[floor]:50}{arrow}".rstrip())
    return "\n".join(lines)


def drawn_in(readme):
    """(text before, picture, text after)"""
    return re.match(r"(.*<!-- floors:[^\n]*\n```\n)(.*?)(\n```\n.*)", readme, re.S).groups()


def main():
    path = ROOT / "README.md"
    before, _, after = drawn_in(path.read_text())
    path.write_text(before + picture(edges_of_bazel()) + after)


if __name__ == "__main__":
    main()
