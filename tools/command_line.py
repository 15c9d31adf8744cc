"""How programs in Python start and end, as support/command_line.h has it for the others."""
import argparse
import io
import os
import sys

BAD_INPUT = 2


class Refused(Exception):
    """Bad input: the line says what, where and what is allowed."""


class Parser(argparse.ArgumentParser):
    """Raises Refused where another would print how it is used."""

    def __init__(self, **options):
        super().__init__(allow_abbrev=False, **options)

    def error(self, message):
        raise Refused(message)


def run_command(work, *refusals):
    """What `work()` returns, the exit status. Of Refused, of `refusals` and of files that can't be
    read or written a line is said, and it is 2; that a reader left, as `| head`, is no error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may know ASCII alone
    try:
        return work()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except (Refused, *refusals) as error:
        what = str(error)
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    print("error: " + " ".join(what.split()), file=sys.stderr)
    return BAD_INPUT
