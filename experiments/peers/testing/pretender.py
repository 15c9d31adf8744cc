"""A peer for tests, without packages: copies our answer, or does worse.

PRETENDER says what it does: "right", "wrong", "nan", "short", "skips", "dies", "dies_late",
"throws" or "speed". What it is asked for is appended to the file PRETENDER_DIARY.
"""
import os
import struct
import sys

from experiments.peers.workers.cell import Skipped
from experiments.peers.workers.serve import Model, Peer, serve

BEHAVIOUR = os.environ.get("PRETENDER", "right")


def note(text):
    if diary := os.environ.get("PRETENDER_DIARY"):
        with open(diary, "a", encoding="utf-8") as file:
            file.write(text + "\n")


def start(threads):
    note(f"start {threads}")
    print("libraries may print what they like", flush=True)
    if BEHAVIOUR == "no_start":
        raise ImportError("no module named pretender")


def build(cell):
    note("build")
    if BEHAVIOUR == "skips":
        raise Skipped("it only pretends")
    if BEHAVIOUR == "throws":
        raise ValueError("two\nlines")
    if BEHAVIOUR == "dies":
        print("last words", file=sys.stderr)
        os._exit(3)
    output = bytearray((cell.folder / "output.f32").read_bytes())
    if BEHAVIOUR in ("wrong", "speed"):
        middle = len(output) // 8 * 4  # one value, by a hundredth
        value, = struct.unpack_from("<f", output, middle)
        struct.pack_into("<f", output, middle, value + 0.01)
    elif BEHAVIOUR == "nan":
        struct.pack_into("<f", output, 0, float("nan"))
    elif BEHAVIOUR == "short":
        del output[-4:]
    done = []

    def forward():
        done.append(1)
        note("forward")
        if BEHAVIOUR == "dies_late" and len(done) > 3:
            os._exit(3)
        return bytes(output)
    if BEHAVIOUR == "speed":
        return Model(forward, contestant="mime", speed_only="only as fast")
    return Model(forward)


if __name__ == "__main__":
    serve(Peer((), start, build))
