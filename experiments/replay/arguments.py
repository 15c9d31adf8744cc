"""What a user may ask of a replay."""
import dataclasses
import pathlib

from tools.command_line import Parser, Refused

HERE = pathlib.Path(__file__).parent
DEFINITIONS = HERE.parent / "definitions"
OWN = HERE / "past_one_machine.toml"
SHIPPED = {name: HERE / f"platforms/{name}.xml" for name in ("cluster_10gbit", "cluster_100gbit")}


@dataclasses.dataclass(frozen=True)
class Arguments:
    definition: pathlib.Path
    ranks: str
    threads: str
    axes: list
    filter: str
    platforms: dict  # name: file
    results: pathlib.Path  # measured runs
    out: pathlib.Path | None


def parse(words, stands_in, workspace):
    """Paths start at `stands_in`; results are below the checkout, `workspace`."""
    parser = Parser(
        prog="replay",
        description="Simulates cells over more ranks than anybody has: traces of what they "
                    "compute and send, replayed by SimGrid on a platform.")
    parser.add_argument("definition", nargs="?", default=OWN.stem,
                        help="a name from experiments/definitions, or a file (%(default)s)")
    parser.add_argument("--ranks", required=True, metavar="P,…", help="as in 2,8,64,512,1024")
    parser.add_argument("--threads", default="1", metavar="T", help="of a rank (%(default)s)")
    parser.add_argument("--set", dest="axes", action="append", default=[], metavar="N=V,…",
                        help="values of a letter in place of the definition's")
    parser.add_argument("--filter", default="", metavar="REGEX",
                        help="only cells whose id this regular expression finds")
    parser.add_argument("--platform", action="append", default=[], metavar="FILE",
                        help=f"of SimGrid's, or a name: {', '.join(SHIPPED)} (both)")
    parser.add_argument("--results", metavar="DIR",
                        help="measured runs, whose times say how fast a rank computes "
                             "(results/local)")
    parser.add_argument("--out", metavar="DIR", help="folder for the results")
    given = parser.parse_args(words)
    here = pathlib.Path(stands_in)
    return Arguments(
        definition=_definition(given.definition, here), ranks=given.ranks, threads=given.threads,
        axes=given.axes, filter=given.filter,
        platforms=dict(_platform(each, here) for each in given.platform or SHIPPED),
        results=here / given.results if given.results else workspace / "results/local",
        out=here / given.out if given.out else None)


def _definition(text, here):
    own = OWN if text == OWN.stem else DEFINITIONS / f"{text}.toml"
    if own.is_file():
        return own.absolute()
    if text.endswith(".toml") and (here / text).is_file():
        return (here / text).absolute()
    known = sorted(path.stem for path in DEFINITIONS.glob("*.toml"))
    raise Refused(f"definition {text}: known are {', '.join([OWN.stem, *known])}, or give a "
                  ".toml file")


def _platform(text, here):
    path = SHIPPED.get(text, here / text)
    if not path.is_file():
        raise Refused(f"--platform {text}: no such file, and none of {', '.join(SHIPPED)}")
    return path.stem, path.absolute()
