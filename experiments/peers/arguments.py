"""What a user may ask of a contest."""
import dataclasses
import difflib
import os
import pathlib
import re

from experiments.peers import roster
from tools.command_line import Parser, Refused

MOST_THREADS = 1024
UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
YEAR = 366 * 86400


@dataclasses.dataclass(frozen=True)
class Arguments:
    definition: pathlib.Path
    peers: list           # of roster.Peer
    threads: list         # counts, one table each; 0: as the definition says
    repetitions: int | None
    axes: list            # as "N=1024,2048", in place of the definition's
    filter: re.Pattern
    out: pathlib.Path | None
    python: pathlib.Path | None
    budget: float         # seconds; 0: no limit


def parse(words, definitions, stands_in):
    """`definitions` is the folder of the suite's own; paths start at `stands_in`."""
    parser = Parser(prog="peers", description="Times peers beside ours, cell by cell: the same "
                     "definitions, weights, inputs and rows.")
    parser.add_argument("definition", help="a name from experiments/definitions, or a file")
    parser.add_argument("--with", dest="peers", default="torch,onnxruntime", metavar="PEERS",
                        help=f"of {', '.join(roster.KNOWN)}, or a file of your own (%(default)s)")
    parser.add_argument("--threads", default="0", metavar="T",
                        help="or several, as in 1,2; 0: as the definition says (%(default)s)")
    parser.add_argument("--set", dest="axes", action="append", default=[], metavar="N=V,…",
                        help="values of a letter in place of the definition's")
    parser.add_argument("--repetitions", metavar="R", help="of each cell (the definition's)")
    parser.add_argument("--filter", default="", metavar="REGEX",
                        help="only cells whose id this regular expression finds")
    parser.add_argument("--out", metavar="DIR", help="folder for the results")
    parser.add_argument("--python", metavar="FILE",
                        help="an interpreter that has the peers' packages; nothing is installed")
    parser.add_argument("--budget", default="0", metavar="TIME",
                        help="as 300 or 5m: no cell begins later; 0: no limit (%(default)s)")
    given = parser.parse_args(words)
    here = pathlib.Path(stands_in)
    return Arguments(
        definition=_definition(given.definition, definitions, here),
        peers=roster.chosen(given.peers, here),
        threads=_thread_counts(given.threads),
        repetitions=given.repetitions and _whole("--repetitions", given.repetitions, 1, 10000),
        axes=given.axes,
        filter=_pattern(given.filter),
        out=here / given.out if given.out else None,
        python=_file("--python", here / given.python) if given.python else None,
        budget=seconds(given.budget))


def _definition(text, definitions, here):
    own = definitions / f"{text}.toml"
    if own.is_file():
        return own
    if text.endswith(".toml"):
        return _file("definition", here / text)
    known = sorted(path.stem for path in definitions.glob("*.toml"))
    near = difflib.get_close_matches(text, known, 1)
    meant = f"; did you mean {near[0]}?" if near else ""
    raise Refused(f"definition {text}: known are {', '.join(known)}, or give a .toml file{meant}")


def _file(what, path):
    if not path.is_file():
        raise Refused(f"{what} {path}: no such file")
    return pathlib.Path(os.path.abspath(path))  # not resolve(): an environment's is a link


def _whole(what, text, least, most):
    if not text.strip().isdecimal() or not least <= int(text) <= most:
        raise Refused(f"{what} {text}: allowed are whole numbers from {least} to {most}")
    return int(text)


def seconds(text):
    """Of "300", "90s", "5m", "1.5h" and "2d", as support/quantities.h has it."""
    found = re.fullmatch(r"([-+.\deE]+) ?(s|m|min|h|d|)", text)
    try:
        value = float(found[1]) * UNITS[found[2]] if found else -1
    except ValueError:
        value = -1
    if not 0 <= value <= YEAR:
        raise Refused(f"--budget {text}: allowed are 0 to a year, in seconds or with a unit, as in "
                      "90s, 5m, 1.5h, 2d")
    return value


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
