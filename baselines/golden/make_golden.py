"""What packages answer where baselines/ has the same attention, for parity_test.cc.

    python -m pip install -r baselines/golden/requirements.txt
    python -m baselines.golden.make_golden              # in the folder of the WORKSPACE
    python -m baselines.golden.make_golden --check      # writes nothing

Writes golden.json: the cases and their answers. The package mixes rows, block.py is
the block around it. Weights and inputs are made from their names: see
contract/golden/formula.py. --check asks the packages again and ends with 1 unless
they answer as the file says.

Where a package means something else than we do, the comments in peers/ say what, and
how the case avoids it. In short:
  performer-pytorch adds ε to features (turned off), and its masks leave hidden keys
  in the denominator (features are set to zero instead);
  linformer's share_kv makes values of keys; it has no masks (zeros before E);
  transformers' Nyströmformer begins all pseudo-inverses with one scale, unless told
  else, takes no N that landmarks do not divide, and hides keys from the landmarks
  alone; nystrom-attention begins with one scale too, pads in front up to a multiple
  of the landmarks, where ours cuts into near-equal segments, and leaves out landmarks
  of which nothing shows, which are zeros to us: such N and masks are not compared;
  Longformer has projections of its own for global rows (set alike), its softmax is in
  single precision;
  BigBird's last block is global (made padding), random blocks differ by head (alike);
  causal windows with global rows, global blocks other than one and neighbours other
  than one are in no package: torch's attention with a mask made by loops.
"""
import argparse
import json
import pathlib
import sys

import torch

from baselines.golden.block import answer
from baselines.golden.cases import CASES
# Each makes its peers known.
from baselines.golden.peers import (  # noqa: F401
    bigbird, explicit, features, low_rank, sets, windows)
from baselines.golden.peers.peer import PEERS

PATH = pathlib.Path(__file__).parent / "golden.json"


def _rows(case, values, all_rows):
    """[batch, N, D] → the rows that are compared, one after the other."""
    if case.mask is None or all_rows:
        return values.flatten(0, 1)
    return values[torch.tensor([[each == "1" for each in row] for row in case.mask])]


def golden(case):
    mix = PEERS[case.peer]
    values = _rows(case, answer(case, mix), mix.hidden_rows)
    assert values.isfinite().all(), case
    shape = {letter: getattr(case, letter) for letter in ("batch", "N", "B", "C", "D", "H")}
    row = {"contestant": case.contestant(), "peer": mix.source, "shape": shape}
    if case.mask is not None:
        row |= {"mask": case.mask, "hidden_rows": mix.hidden_rows}
    return row | {"tolerance": mix.tolerance, "answer": [
        float(f"{value:.11g}") for value in values.flatten().tolist()]}


def _near(a, b):
    """Alike, but for what another machine's rounding does."""
    theirs, ours = a.pop("answer"), b.pop("answer")
    largest = max(map(abs, ours))
    return a == b and len(theirs) == len(ours) and all(
        abs(x - y) <= a["tolerance"] * largest for x, y in zip(theirs, ours))


def check(rows):
    known = json.loads(PATH.read_text(encoding="utf-8"))
    wrong = sorted(known.keys() ^ rows.keys())
    wrong += [name for name in known.keys() & rows.keys()
              if not _near(known[name], rows[name])]
    for name in wrong:
        print(f"{PATH.name}: {name} is not what its package answers", file=sys.stderr)
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    arguments = parser.parse_args()
    torch.manual_seed(0)  # packages draw weights, which are then replaced
    rows = {name: golden(case) for name, case in CASES.items()}
    if arguments.check:
        return check(rows)
    lines = [f"{json.dumps(name)}:{json.dumps(row, separators=(',', ':'))}"
             for name, row in rows.items()]
    PATH.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
