#!/usr/bin/python3
"""Plants bugs, one at a time, and asks which of them the tests find.

    tools/faults/mutants.py experiments/rows/journal.cc --tests experiments/rows:journal_test

All bugs of a file are compiled at once, as alternatives that an environment variable
chooses between (Untch et al. 1993, mutant schemata). So one compilation serves hundreds
of them; what of a header's users isn't named by --tests or --with is not compiled anew.
Prints each bug that no test finds.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FLAGS = ["-std=c++20", "-O1", "-march=native", "-fopenmp", "-w", "-fmax-errors=0"]
SWITCH = """#ifndef SUITE_PLANTED
#define SUITE_PLANTED
#include <cstdlib>
inline int suite_planted() {
  static const int bug = std::getenv("PLANTED") ? std::atoi(std::getenv("PLANTED")) : -1;
  return bug;
}
#endif
"""
# What becomes of one token: spaces tell the operators of numbers from others.
REPLACED = [(r" < ", " <= "), (r" < ", " > "), (r" <= ", " < "), (r" > ", " >= "),
            (r" > ", " < "), (r" >= ", " > "), (r" == ", " != "), (r" != ", " == "),
            (r" \+ ", " - "), (r" - ", " + "), (r" \* ", " / "), (r" / ", " * "),
            (r" % ", " / "), (r" && ", " || "), (r" \|\| ", " && "), (r"(?<![\w)])!(?=\w)", ""),
            (r"\bstd::min\b", "std::max"), (r"\bstd::max\b", "std::min"),
            (r"\btrue\b", "false"), (r"\bfalse\b", "true"),
            (r"\bfront\(\)", "back()"), (r"\bback\(\)", "front()"),
            (r"(?<![\w.\"'])0(?![\w.\"'])", "1"), (r"(?<![\w.\"'])1(?![\w.\"'])", "2"),
            (r"(?<![\w.\"'])2(?![\w.\"'])", "3"), (r"\.empty\(\)", ".size() == 1")]
# Where an expression stands whose value may be another's.
PLACES = re.compile(r"\breturn (?=[^;{])|(?<=[\w\])>]) [-+*/]?= |\b(?:if|while) \(|"
                    r"\bfor \([^;:]*; ")


def end_of(text, at, closers):
    """Where the expression from `at` on ends, or None if it holds more than one."""
    depth = 0
    for i in range(at, len(text)):
        if depth == 0 and text[i] in closers:
            return i
        if text[i] in "([":
            depth += 1
        elif text[i] in ")]":
            depth -= 1
            if depth < 0:
                return None
        elif text[i] in "{}\"#" or (text[i] == ";" and depth > 0):
            return None
    return None


def places(text):
    """[(begin, end)] of expressions, and [(begin, end)] of statements to leave out."""
    code = re.sub(r"//[^\n]*", lambda found: " " * len(found[0]), text)
    expressions, last = [], 0
    for found in PLACES.finditer(code):
        line = code[code.rfind("\n", 0, found.start()) + 1:found.start()]
        if found.end() < last or re.search(r"constexpr|static|using|template|#", line):
            continue
        end = end_of(code, found.end(), ")" if found[0].endswith("(") else ";")
        if end and not re.search(r"\[[&=\w]*\]\s*\(", code[found.end():end]):
            expressions.append((found.end(), end))
            last = end
    statements = [(m.start(1), m.end(1)) for m in re.finditer(
        r"(?<=[;{}\n]\n) +((?:std::)?[\w.>\[\]-]+(?:\([^;{}]*\)|(?: [-+*]?= |\+\+|--)[^;{}]*);)(?=\n)",
        code) if not re.match(r"(return|if|for|while|const|using|else|EXPECT|static)\b", m[1])]
    return code, expressions, statements


class Bugs:
    """Of one file, numbered."""

    def __init__(self, path):
        self.text = (ROOT / path).read_text(encoding="utf-8")
        code, expressions, statements = places(self.text)
        self.bugs = []  # (begin, end, what stands there instead, or None)
        for begin, end in expressions:
            for pattern, by in REPLACED:
                for found in re.finditer(pattern, code[begin:end]):
                    at, to = begin + found.start(), begin + found.end()
                    self.bugs.append((begin, end, code[begin:at] + by + code[to:end]))
        self.bugs += [(begin, end, None) for begin, end in statements
                      if not any(begin < e and b < end for b, e in expressions)]
        self.dropped = set()

    def planted(self):
        """(the file with all of them, {line: bug})"""
        by_place = {}
        for number, (begin, end, instead) in enumerate(self.bugs):
            if number not in self.dropped:
                by_place.setdefault((begin, end), []).append((number, instead))
        text, last, lines = SWITCH, 0, {}
        for (begin, end), here in sorted(by_place.items()):
            own = self.text[begin:end]
            text += self.text[last:begin]
            for number, instead in here:
                text += "\n"
                lines[text.count("\n") + 1] = number
                if instead is None:
                    text += f"if (suite_planted() != {number}) "
                else:
                    flat = " ".join(instead.split())
                    text += f"suite_planted() == {number} ? ({flat}) : "
            text += own if here[0][1] is None else f"\n({own})"
            last = end
        return text + self.text[last:], lines

    def shown(self, number):
        begin, end, instead = self.bugs[number]
        line = self.text.count("\n", 0, begin) + 1
        was = " ".join(self.text[begin:end].split())
        now = "left out" if instead is None else " ".join(instead.split())
        return f"{line}: {was}  →  {now}"


def compiled(source, path, overlay, out, only_check=False):
    words = ["g++", *FLAGS, "-iquote", str(overlay), "-iquote", ".", "-iquote", "bazel-bin",
             "-isystem", "/usr/include/eigen3", "-x", "c++", str(source)]
    words += ["-fsyntax-only"] if only_check else ["-c", "-o", str(out)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


def plant(path, units, folder):
    """The file's bugs, and the objects of the units with all that compile."""
    bugs, overlay = Bugs(path), folder / "overlay"
    target = overlay / path
    target.parent.mkdir(parents=True, exist_ok=True)
    while True:
        text, lines = bugs.planted()
        target.write_text(text, encoding="utf-8")
        said = ""
        for unit in units:
            source = target if unit == path else ROOT / unit
            said += compiled(source, unit, overlay, None, only_check=True).stderr
        at = {int(line) for line in re.findall(re.escape(path) + r":(\d+):", said)}
        wrong = {lines[line] for line in at if line in lines}
        if not wrong:
            break
        bugs.dropped |= wrong
    objects = []
    for unit in units:
        objects.append(folder / (unit.replace("/", "_") + ".o"))
        made = compiled(target if unit == path else ROOT / unit, unit, overlay, objects[-1])
        if made.returncode != 0:
            sys.exit(made.stderr)
    return bugs, objects


def linked(test, objects, folder):
    """The test's program, by Bazel's own parameters, with these objects first."""
    package, name = test.split(":")
    parameters = (ROOT / f"bazel-bin/{package}/{name}-2.params").read_text().splitlines()
    own = f"/{package}/_objs/{name}/"
    kept = [word for word in parameters if own not in word]
    at = kept.index("-o")
    program = folder / name
    kept[at + 1] = str(program)
    execroot = (ROOT / "bazel-bin").resolve().parent.parent.parent
    # An object that comes first takes its place in the archives.
    made = subprocess.run(["g++", "-Wl,--allow-multiple-definition", *map(str, objects), *kept], cwd=execroot,
                          capture_output=True, text=True, check=False)
    if made.returncode != 0:
        sys.exit(made.stderr)
    return program


def finds(program, bug, seconds):
    with tempfile.TemporaryDirectory() as scratch:
        environment = {**os.environ, "PLANTED": str(bug), "TEST_TMPDIR": scratch,
                       "GTEST_FAIL_FAST": "1", "OMP_NUM_THREADS": "2"}
        try:
            return subprocess.run([program], cwd=ROOT, env=environment, check=False,
                                  capture_output=True, timeout=seconds).returncode != 0
        except subprocess.TimeoutExpired:
            return True


def main(words):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--tests", nargs="+", required=True, help="PACKAGE:NAME, built")
    parser.add_argument("--with", dest="units", nargs="*", default=[],
                        help="other sources that include the file")
    parser.add_argument("--seconds", type=float, default=60, help="that a test may take")
    parser.add_argument("--every", type=int, default=1)
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        own = [test.replace(":", "/") + ".cc" for test in given.tests]
        units = [unit for unit in [given.file, *given.units] if unit.endswith(".cc")]
        bugs, objects = plant(given.file, units + own, folder)
        shared = objects[:len(units)]
        programs = [linked(test, shared + [objects[len(units) + i]], folder)
                    for i, test in enumerate(given.tests)]
        for program in programs:
            if finds(program, -1, given.seconds):
                sys.exit(f"{program.name} fails without a bug")
        tried = [number for number in range(0, len(bugs.bugs), given.every)
                 if number not in bugs.dropped]
        survivors = [number for number in tried
                     if not any(finds(program, number, given.seconds) for program in programs)]
    for number in survivors:
        print(f"{given.file}:{bugs.shown(number)}")
    print(f"{given.file}: {len(tried)} bugs, {len(tried) - len(survivors)} found")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
