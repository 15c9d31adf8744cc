"""What a user may ask of a contest."""
import argparse
import dataclasses
import os
import pathlib
import re

from experiments.peers import roster
from experiments.peers.refused import Refused

MOST_THREADS = 1024


@dataclasses.dataclass(frozen=True)
class Arguments:
    definition: pathlib.Path
    peers: list           # of roster.Peer
    threads: list         # counts, one table each; 0: as the definition says
    repetitions: int | None
    filter: re.Pattern
    out: pathlib.Path | None
    python: pathlib.Path | None
    budget: float


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Refused(message)


def parse(words, definitions, stands_in):
    """`definitions` is the folder of the suite's own; paths start at `stands_in`."""
    parser = _Parser(prog="peers", description="Times peers beside ours, cell by cell: the same "
                     "definitions, weights, inputs and rows.")
    parser.add_argument("definition", help="a name from experiments/definitions, or a file")
    parser.add_argument("--with", dest="peers", default="torch,onnxruntime", metavar="PEERS",
                        help=f"of {', '.join(roster.KNOWN)}, or a file of your own (%(default)s)")
    parser.add_argument("--threads", default="0", metavar="T",
                        help="or several, as in 1,2; 0: as the definition says (%(default)s)")
    parser.add_argument("--repetitions", metavar="R", help="of each cell (the definition's)")
    parser.add_argument("--filter", default="", metavar="REGEX",
                        help="only cells whose id this regular expression finds")
    parser.add_argument("--out", metavar="DIR", help="folder for the results")
    parser.add_argument("--python", metavar="FILE",
                        help="an interpreter that has the peers' packages; nothing is installed")
    parser.add_argument("--budget", type=float, default=0, metavar="SECONDS",
                        help="no cell begins later; 0: no limit (%(default)s)")
    given = parser.parse_args(words)
    here = pathlib.Path(stands_in)
    return Arguments(
        definition=_definition(given.definition, definitions, here),
        peers=roster.chosen(given.peers, here),
        threads=_thread_counts(given.threads),
        repetitions=given.repetitions and _whole("--repetitions", given.repetitions, 1, 10000),
        filter=_pattern(given.filter),
        out=here / given.out if given.out else None,
        python=_file("--python", here / given.python) if given.python else None,
        budget=given.budget)


def _definition(text, definitions, here):
    own = definitions / f"{text}.toml"
    if own.is_file():
        return own
    if text.endswith(".toml"):
        return _file("definition", here / text)
    known = ", ".join(sorted(path.stem for path in definitions.glob("*.toml")))
    raise Refused(f"definition {text}: known are {known}, or give a .toml file")


def _file(what, path):
    if not path.is_file():
        raise Refused(f"{what} {path}: no such file")
    return pathlib.Path(os.path.abspath(path))  # not resolve(): an environment's is a link


def _whole(what, text, least, most):
    if not text.strip().isdecimal() or not least <= int(text) <= most:
        raise Refused(f"{what} {text}: allowed are whole numbers from {least} to {most}")
    return int(text)


def _thread_counts(text):
    counts = [_whole("--threads", each, 0, MOST_THREADS) for each in text.split(",")]
    if len(counts) > 1 and (0 in counts or len(set(counts)) < len(counts)):
        raise Refused(f"--threads {text}: of several, each is from 1 on and given once")
    return counts


def _pattern(text):
    try:
        return re.compile(text)
    except re.error:
        raise Refused(f"--filter {text}: not a regular expression") from None
