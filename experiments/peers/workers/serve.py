"""The side of a peer: its process answers one JSON request a line with one line.

    {"do": "hello", "threads": T}   versions of what it runs on
    {"do": "build", "cell": {…}, "shapes": {…}, "folder": F, "answer": FILE}
        the model from F's tensors; its first output into FILE, values alone
    {"do": "time", "forwards": n}   seconds and cpu_seconds of one forward
    {"do": "drop"}                  frees what was built
{"skipped": reason} answers a cell that the peer can't express, {"error": reason}
all that goes wrong.
"""
import dataclasses
import gc
import importlib.metadata
import json
import os
import pathlib
import sys
import time
import traceback
import typing

from experiments.peers.workers.cell import Cell, Skipped


@dataclasses.dataclass
class Model:
    forward: typing.Callable  # () -> output, an array or bytes, when it is computed; or a training
                              # phase in its place
    prepare: typing.Callable = None  # (): what goes before each and is not timed
    answer: typing.Callable = None   # () -> what is compared, if it isn't forward's output
    contestant: str = ""      # if it isn't our contestant's model: which is it?
    speed_only: str = ""      # why its answer is not to be compared, if it isn't


@dataclasses.dataclass
class Peer:
    packages: tuple            # whose versions the manifest keeps
    start: typing.Callable     # (threads): imports, and takes so many threads
    build: typing.Callable     # (Cell) -> Model; raises Skipped
    trains: bool = False       # does it build phases of training too?


class Server:
    def __init__(self, peer):
        self.peer = peer
        self.model = None

    def answer(self, request):
        do = {"hello": self.hello, "build": self.build, "time": self.time,
              "drop": self.drop}[request.pop("do")]
        try:
            return do(**request)
        except Skipped as reason:
            return {"skipped": str(reason)}
        except Exception as error:  # whatever a peer throws, the contest goes on
            traceback.print_exc()
            return {"error": " ".join(f"{type(error).__name__}: {error}".split())[:400]}

    def hello(self, threads):
        self.peer.start(threads)
        versions = {name: importlib.metadata.version(name) for name in self.peer.packages}
        return {"versions": versions | {"python": sys.version.split()[0]}}

    def build(self, cell, shapes, folder, answer):
        self.drop()
        asked = Cell(cell["contestant"], cell["options"], cell["letters"], shapes,
                     pathlib.Path(folder), cell.get("phase", "forward"), cell.get("optimiser", ""))
        if asked.phase != "forward" and not self.peer.trains:
            raise Skipped(f"no {asked.phase} is written for this peer")
        self.model = self.peer.build(asked)
        output = (self.model.answer or self.model.forward)()
        if not self.model.speed_only:
            pathlib.Path(answer).write_bytes(_values(output))
        return {"contestant": self.model.contestant, "speed_only": self.model.speed_only}

    def time(self, forwards):
        forward, prepare = self.model.forward, self.model.prepare
        seconds = cpu_seconds = 0
        for _ in range(forwards):
            if prepare:
                prepare()
            cpu, start = time.process_time(), time.perf_counter()
            forward()
            seconds += time.perf_counter() - start
            cpu_seconds += time.process_time() - cpu
        return {"seconds": seconds / forwards, "cpu_seconds": cpu_seconds / forwards}

    def drop(self):
        self.model = None
        gc.collect()
        return {}


def _values(output):
    if isinstance(output, bytes):
        return output
    import numpy
    return numpy.ascontiguousarray(output, dtype=numpy.float32).tobytes()


def serve(peer):
    """Answers until stdin ends."""
    # Libraries print what they like; answers have a stream of their own.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    server = Server(peer)
    for line in sys.stdin:
        print(json.dumps(server.answer(json.loads(line))), file=answers, flush=True)
