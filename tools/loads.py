#!/usr/bin/python3
"""Which file brings which rule: since Bazel 8 none is Bazel's own. Debian's Bazel 4 has all of
them itself; tools/shims hand on to those under the same names.

    tools/loads.py        writes the missing loads into BUILD files
"""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
_CC, _PYTHON = "@rules_cc//cc:defs.bzl", "@rules_python//python:defs.bzl"
BRINGS = {
    "cc_library": _CC, "cc_binary": _CC, "cc_test": _CC,
    "py_library": _PYTHON, "py_binary": _PYTHON, "py_test": _PYTHON,
    "py_runtime": _PYTHON, "py_runtime_pair": _PYTHON,
    "sh_binary": "@rules_shell//shell:sh_binary.bzl",
    "sh_library": "@rules_shell//shell:sh_library.bzl",
    "sh_test": "@rules_shell//shell:sh_test.bzl",
    "CcInfo": "@rules_cc//cc/common:cc_info.bzl",
    "cc_common": "@rules_cc//cc/common:cc_common.bzl",
}
_LOAD = re.compile(r'^load\(\s*("[^"]+")((?:\s*,\s*"\w+")+)\s*,?\s*\)\n', re.M)


def files(root):
    """BUILD and .bzl files of the suite's own."""
    for path in sorted([*root.rglob("BUILD"), *root.rglob("*.bzl")]):
        if not path.relative_to(root).as_posix().startswith((".", "bazel-", "tools/shims/")):
            yield path


def loaded(text):
    """{file: its symbols} of the loads in `text`."""
    return {file.strip('"'): re.findall(r'"(\w+)"', names) for file, names in _LOAD.findall(text)}


def used(text):
    """Symbols of BRINGS that `text` calls or names, outside of comments, strings and loads."""
    bare = re.sub(r'""".*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*', "", _LOAD.sub("", text), flags=re.S)
    return {name for name in BRINGS if re.search(rf"(?<![\w.@]){name}\b(?!\s*=[^=])", bare)}


def missing(text):
    """{file: symbols} that `text` uses and doesn't load."""
    lacks = {}
    for name in sorted(used(text)):
        if name not in loaded(text).get(BRINGS[name], []):
            lacks.setdefault(BRINGS[name], []).append(name)
    return lacks


def with_loads(text):
    """`text` with all loads that it needs, in Buildifier's order."""
    loads = loaded(text)
    for file, names in missing(text).items():
        loads[file] = sorted({*loads.get(file, []), *names})
    lines = "".join("load({})\n".format(", ".join(f'"{each}"' for each in [file, *names]))
                    for file, names in sorted(loads.items()))
    rest = _LOAD.sub("", text)
    # A .bzl's docstring stays on top.
    head = re.match(r'""".*?"""\n', rest, re.S)
    head = head[0] if head else ""
    return head + ("\n" if head else "") + lines + "\n" + rest[len(head):].lstrip("\n")


def main():
    for path in files(ROOT):
        text = path.read_text(encoding="utf-8")
        if missing(text):
            path.write_text(with_loads(text), encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
