"""One run of the shards that machines of a cluster made, and how much the machines differ."""
import argparse
import os
import pathlib
import shutil
import sys

from analysis.join import spread
from analysis.join.joined import Joined
from analysis.join.shard import read_shards
from analysis.report.run import Refused

BAD_INPUT = 2


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Refused(message)


def arguments(words):
    parser = Parser(prog="join", description=__doc__, allow_abbrev=False)
    parser.add_argument("shards", nargs="+", metavar="DIR",
                        help="a run made with --shard, or a folder that holds several")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the one run")
    return parser.parse_args(words)


def write(joined, out):
    """The folder, once it is whole."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refused(f"{out}: exists")
    part = out.with_name(out.name + ".new")
    shutil.rmtree(part, ignore_errors=True)  # of a process that was killed
    try:
        part.mkdir(parents=True)
        for name, text in joined.files().items():
            (part / name).write_text(text, encoding="utf-8", newline="")
        part.rename(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def join(given, here):
    out = pathlib.Path(os.path.abspath(here / given.out))
    joined = Joined(read_shards([here / each for each in given.shards]))
    write(joined, out)
    for line in spread.text(joined.cells, joined.shards):
        print(line)
    print(f"\n{joined.summary()} in {given.out}")
    for warning in joined.warnings:
        print(f"warning: {warning}", file=sys.stderr)


def main(words):
    try:
        join(arguments(words), pathlib.Path(os.environ.get("BUILD_WORKING_DIRECTORY", ".")))
        return 0
    except Refused as error:
        what = str(error)
    except OSError as error:
        what = f"{error.filename}: {error.strerror}"
    print("error: " + " ".join(what.split()), file=sys.stderr)
    return BAD_INPUT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
