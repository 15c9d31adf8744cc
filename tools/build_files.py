"""The C++ targets of the BUILD files, read as the Python that these nearly are."""
import dataclasses
import re


@dataclasses.dataclass
class Target:
    package: str
    name: str
    sources: list  # paths from the root, headers among them
    headers: list  # those that others may include
    deps: list     # labels, whole: "//support:check"

    @property
    def label(self):
        return f"//{self.package}:{self.name}"


def whole(label, package):
    """"//a/b" and ":c" as //package:name."""
    if label.startswith("@"):
        return label
    if not label.startswith("//"):
        return f"//{package}:{label.removeprefix(':')}"
    return label if ":" in label else f"{label}:{label.rsplit('/', 1)[-1]}"


class _Reader:
    """Runs one BUILD file; the rules that it calls become targets."""

    def __init__(self, root, package):
        self.root, self.package = root, package
        self.targets = []

    def __getitem__(self, name):
        known = {"glob": self.glob, "select": lambda choices: [], "repr": repr,
                 "suite_tests": self.tests, "range": range, "len": len}
        if name in known:
            return known[name]
        if name.startswith("suite_"):
            return self.target
        if name[0].isupper():
            raise KeyError(name)  # a variable of the file's own
        return lambda *given, **attributes: None

    def glob(self, patterns, exclude=()):
        folder = self.root / self.package
        def found(all_of):
            return {path.relative_to(folder).as_posix() for pattern in all_of
                    for path in folder.glob(pattern)}
        return sorted(found(patterns) - found(exclude))

    def target(self, name, srcs=(), hdrs=(), deps=(), **attributes):
        at = [f"{self.package}/{path}" for path in [*srcs, *hdrs]]
        self.targets.append(Target(
            self.package, name, at, [f"{self.package}/{path}" for path in hdrs],
            [whole(label, self.package) for label in deps]))

    def tests(self, tests, deps=(), **attributes):
        for stem, own in tests.items():
            self.target(stem + "_test", [stem + "_test.cc"], deps=[*own, *deps])


def targets(root):
    """All suite_* targets below `root`."""
    for path in sorted(root.rglob("BUILD")):
        package = path.parent.relative_to(root).as_posix()
        if package.startswith(("bazel-", "tools", "results", ".")):
            continue
        reader = _Reader(root, package)
        # Comprehensions look their names up among the globals.
        code = compile(path.read_text(), str(path), "exec")
        exec(code, _Globals(reader))
        yield from reader.targets


class _Globals(dict):
    def __init__(self, reader):
        super().__init__(__builtins__={})
        self._reader = reader

    def __missing__(self, name):
        return self._reader[name]


def includes(text):
    return re.findall(r'^\s*#\s*include\s*"([^"]+)"', text, re.M)
