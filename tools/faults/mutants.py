#!/usr/bin/python3
r"""Plants bugs, one at a time, and asks which of them the tests find.

    tools/faults/mutants.py experiments/ranks/handshake.cc \
        --tests experiments/ranks:handshake_test

The bugs of a file are compiled at once, as alternatives that an environment variable
chooses between (Untch et al. 1993, mutant schemata): one compilation serves hundreds of
them. Bazel builds the tests; what of their programs is made of the file is compiled anew
and takes its place. Prints each bug that no test finds, with what survivors.toml says of
it, and ends in 1 if that says nothing.
"""
import argparse
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SURVIVORS = ROOT / "tools/faults/survivors.toml"
FLAGS = ["-std=c++20", "-O1", "-march=native", "-fno-math-errno", "-fopenmp", "-fPIC", "-w",
         "-fmax-errors=0"]
MOST_BYTES = 4 << 30  # of a test
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
        in_braces = re.search(r"(?<![\w\])])\.\w+$", line)  # {.macs = …, .logits = …}
        end = end_of(code, found.end(),
                     ")" if found[0].endswith("(") else ",}" if in_braces else ";")
        if end and not re.search(r"\[[&=\w]*\]\s*\(", code[found.end():end]):
            expressions.append((found.end(), end))
            last = end
    statements = [(m.start(1), m.end(1)) for m in re.finditer(
        r"(?<=[;{}\n]\n) +((?:std::)?[\w.>\[\]-]+(?:\([^;{}]*\)|(?: [-+*]?= |\+\+|--)[^;{}]*);)(?=\n)",
        code) if not re.match(r"(return|if|for|while|const|using|else|EXPECT|static)\b", m[1])]
    return code, expressions, statements


class Bugs:
    """Of one file, numbered: every so-manieth of them."""

    def __init__(self, path, text, every=1):
        self.path, self.text = path, text
        code, expressions, statements = places(self.text)
        bugs = []  # (begin, end, what stands there instead, or None)
        for begin, end in expressions:
            for pattern, by in REPLACED:
                for found in re.finditer(pattern, code[begin:end]):
                    at, to = begin + found.start(), begin + found.end()
                    bugs.append((begin, end, code[begin:at] + by + code[to:end]))
        bugs += [(begin, end, None) for begin, end in statements
                 if not any(begin < e and b < end for b, e in expressions)]
        self.bugs = dict(enumerate(bugs[::every]))

    def planted(self):
        """(the file with all of them, {line: bug})"""
        by_place = {}
        for number, (begin, end, instead) in self.bugs.items():
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

    def line(self, number):
        return self.text.count("\n", 0, self.bugs[number][0]) + 1

    def shown(self, number):
        begin, end, instead = self.bugs[number]
        was = " ".join(self.text[begin:end].split())
        return f"{was} → " + ("left out" if instead is None else " ".join(instead.split()))


class Program:
    """A test's, as Bazel links it."""

    def __init__(self, test):
        package, self.name = test.removeprefix("//").split(":")
        # What Bazel calls bazel-out lies beside the sources as it sees them.
        self.root = (ROOT / "bazel-bin").resolve().parents[2]
        words = (ROOT / f"bazel-bin/{package}/{self.name}-2.params").read_text().splitlines()
        at = words.index("-o")
        self.words = words[:at] + words[at + 2:]

    def made_of(self, path):
        """{object: its source} of those that read the file."""
        found = {}
        for word in self.words:
            list_of_read = self.root / (word.removesuffix(".o") + ".d")
            if word.endswith(".o") and list_of_read.is_file():
                read = list_of_read.read_text().replace("\\\n", " ").split()[1:]
                if path in read:
                    found[word] = read[0]
        return found

    def linked(self, instead, folder):
        """With objects in place of others."""
        program = folder / self.name
        parameters = folder / f"{self.name}.params"
        parameters.write_text("\n".join(str(instead.get(word, word)) for word in self.words))
        run_or_exit(["g++", "-o", str(program), f"@{parameters}"], self.root)
        return program


def run_or_exit(words, folder):
    made = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        sys.exit(made.stderr or made.stdout)


def compiled(source, bugs, overlay, out):
    """What the compiler complains of; if of nothing, `out` is made."""
    target = overlay / bugs.path
    own = target if source == bugs.path else source
    words = ["g++", *FLAGS, *(word for each in (overlay, ROOT, "bazel-bin")
                              for word in ("-iquote", str(each)))]
    return subprocess.run([*words, "-x", "c++", "-c", str(own), "-o", str(out)], cwd=ROOT,
                          capture_output=True, text=True, check=False)


def plant(bugs, objects, folder):
    """{object: the same with the bugs}; those that don't compile are dropped."""
    overlay = folder / "overlay"
    target = overlay / bugs.path
    target.parent.mkdir(parents=True, exist_ok=True)
    made, left = {}, dict(objects)
    while left:
        text, lines = bugs.planted()
        target.write_text(text, encoding="utf-8")
        word, source = next(iter(left.items()))
        out = folder / word.replace("/", "_")
        said = compiled(source, bugs, overlay, out)
        at = {int(line) for line in re.findall(re.escape(bugs.path) + r":(\d+):", said.stderr)}
        wrong = {lines[line] for line in at if line in lines}
        if said.returncode == 0:
            made[word] = out
            del left[word]
        elif wrong:
            bugs.bugs = {n: bug for n, bug in bugs.bugs.items() if n not in wrong}
            made, left = {}, dict(objects)
        else:
            sys.exit(said.stderr)
    return made


def limited():
    """A bug may ask for memory without end."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def finds(program, bug, seconds):
    with tempfile.TemporaryDirectory() as scratch:
        environment = {**os.environ, "PLANTED": str(bug), "TEST_TMPDIR": scratch,
                       "GTEST_FAIL_FAST": "1", "OMP_NUM_THREADS": "2"}
        try:
            return subprocess.run([program], cwd=ROOT, env=environment, check=False,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  preexec_fn=limited, timeout=seconds).returncode != 0
        except subprocess.TimeoutExpired:
            return True


def survivors_of(text):
    """[(file, bug, why it changes nothing or "", the test that finds it since or "")]"""
    return [(each["file"], each["bug"], each.get("alike", ""), each.get("test", ""))
            for each in tomllib.loads(text)["survivor"]]


def main(words):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--tests", nargs="+", required=True, help="PACKAGE:NAME")
    parser.add_argument("--seconds", type=float, default=60, help="that a test may take")
    parser.add_argument("--every", type=int, default=1, help="so-manieth bug is planted")
    parser.add_argument("--bazel", default="./bazelw", help="what builds the tests")
    given = parser.parse_args(words)
    run_or_exit([given.bazel, "build", *(f"//{test.removeprefix('//')}" for test in given.tests)],
                ROOT)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        bugs = Bugs(given.file, (ROOT / given.file).read_text(encoding="utf-8"), given.every)
        tests = [Program(test) for test in given.tests]
        objects = {word: source for test in tests
                   for word, source in test.made_of(given.file).items()}
        if not objects:
            sys.exit(f"no test is made of {given.file}")
        made = plant(bugs, objects, folder)
        programs = [test.linked(made, folder) for test in tests]
        for program in programs:
            if finds(program, -1, given.seconds):
                sys.exit(f"{program.name} fails without a bug")
        survivors = [number for number in bugs.bugs
                     if not any(finds(program, number, given.seconds) for program in programs)]
    said = {(file, bug): why for file, bug, why, _ in
            survivors_of(SURVIVORS.read_text(encoding="utf-8")) if why}
    alike = 0
    for number in survivors:
        why = said.get((given.file, bugs.shown(number)))
        alike += why is not None
        print(f"{given.file}:{bugs.line(number)}: {bugs.shown(number)}\n"
              f"    {'alike: ' + why if why else 'OPEN'}")
    left = len(survivors) - alike
    print(f"{given.file}: {len(bugs.bugs)} bugs, {len(bugs.bugs) - len(survivors)} found, "
          f"{alike} alike, {left} open")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
