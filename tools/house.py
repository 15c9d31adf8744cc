"""What must hold of the checkout as a whole. Each check yields "path: problem"."""
import re

from tools import build_files, loads, systems
from tools.faults import mutants

SOURCES = (".h", ".cc", ".py", ".sh", ".bzl", ".toml")
CODE = (".h", ".cc")
MOST_LINES = 400
MOST_SOURCES = 16  # of a folder: a header, its source and its test are one

# The floors, from the roof down; neighbours share a line and don't know each other.
FLOORS = [["analysis"], ["experiments"], ["pretrained", "training"],
          ["perceiver", "baselines"], ["contract"], ["primitives"], ["support"]]
# Who may include whom: what is below, but for what runs released weights. Rows are
# read and made without it.
MAY_USE = {floor: {below for lower in FLOORS[i + 1:] for below in lower} - {"pretrained"}
           for i, floors in enumerate(FLOORS) for floor in floors}
# What trains takes any encoder.
MAY_USE["training"] -= {"perceiver", "baselines"}
# What only these files may include: products are measured, fits are not.
OWNERS = {r"xtensor/|xtl/": {"primitives/tensor.h"},
          r"xtensor-blas/|cblas": {"primitives/gemm.cc",
                                    "analysis/statistics/least_squares.cc"}}


def files(root, endings):
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.startswith((".git/", "bazel-", "results/local/")):
            continue
        if path.is_file() and path.name.endswith(endings):
            yield name, path.read_text(encoding="utf-8")


def includes(root):
    """(file, included path) over all code."""
    for name, text in files(root, CODE):
        for included in re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.M):
            yield name, included


def edges(root, of_tests=True):
    """{(folder, folder it includes from)}"""
    found = set()
    for name, included in includes(root):
        a, b = name.split("/")[0], included.split("/")[0]
        if a != b and a in MAY_USE and b in MAY_USE:
            if of_tests or "_test." not in name:
                found.add((a, b))
    return found


def arrows_point_down(root):
    for name, included in includes(root):
        a, b = name.split("/")[0], included.split("/")[0]
        if a in MAY_USE and b in MAY_USE and a != b and b not in MAY_USE[a]:
            yield f"{name}: includes {included}, which is not below it"


def each_library_has_its_place(root):
    for name, included in includes(root):
        for pattern, owners in OWNERS.items():
            if re.match(pattern, included) and name not in owners:
                yield f"{name}: includes {included}, which only {', '.join(sorted(owners))} may"


def targets_depend_on_what_they_include(root):
    targets = list(build_files.targets(root))
    owner = {path: target.label for target in targets for path in target.headers}
    for target in targets:
        for path in target.sources:
            # Other sources are made by a rule.
            text = (root / path).read_text() if (root / path).is_file() else ""
            for included in build_files.includes(text):
                label = owner.get(included, target.label)
                if label not in [target.label, *target.deps]:
                    yield (f"{target.package}/BUILD: {target.name} includes {included} "
                           f"and does not depend on {label}")


def folders_are_not_crowded(root):
    stems = {}
    for name, _ in files(root, CODE):
        folder, _, file = name.rpartition("/")
        stem = re.sub(r"(_test|_fuzz)?\.\w+$", "", file)
        stems.setdefault(folder, set()).add(stem)
    for folder, found in sorted(stems.items()):
        if len(found) > MOST_SOURCES:
            yield (f"{folder}: {len(found)} sources beside each other, allowed are "
                   f"{MOST_SOURCES}")


def files_hold_one_thing(root):
    for name, text in files(root, CODE + (".py", ".sh", ".bzl")):
        lines = text.count("\n")
        if lines > MOST_LINES:
            yield f"{name}: {lines} lines, allowed are {MOST_LINES}"


def nothing_names_this_machine(root):
    for name, text in files(root, SOURCES + (".md", "BUILD", "WORKSPACE", ".bazelrc")):
        for path in re.findall(r"(?<![\w.])/(?:home|root|work)/\w+", text):
            yield f"{name}: names {path}"


def paths_in_documents_exist(root):
    for name, text in files(root, (".md",)):
        folder = (root / name).parent
        for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
            if not (folder / link).exists():
                yield f"{name}: links to {link}, which is not there"
        for path in re.findall(r"`((?:[\w-]+/)+[\w.-]*)`", text):
            first = path.split("/")[0]
            if first in MAY_USE or first in ("tools", "docs", "results"):
                # my_sweep and the like are the reader's.
                own = "my_" in path or path.startswith("results/local")
                if not own and not (root / path).exists():
                    yield f"{name}: names {path}, which is not there"


def targets_in_documents_exist(root):
    for name, text in files(root, (".md",)):
        for folder, target in re.findall(r"//(\w+(?:/\w+)*):(\w+)", text):
            build = root / folder / "BUILD"
            known = build.is_file() and f'name = "{target}"' in build.read_text()
            if folder == "experiments" and not known:
                stem = target.removeprefix("learn_")
                room = "definitions" if stem == target else "learning"
                known = (root / folder / room / f"{stem}.toml").is_file()
            if not known and not target.startswith("my_"):
                yield f"{name}: names //{folder}:{target}, which is not there"


def columns_are_explained(root):
    explained = (root / "results/README.md").read_text()
    for heading, header, name in (
            ("cells.csv", "experiments/rows/record.h", "kColumns"),
            ("curves.csv", "experiments/learning/run/curve.h", "kCurveColumns"),
            ("simulated.csv", "experiments/replay/table.py", "COLUMNS")):
        block = re.search(name + r"\s*=?[^{(]*[{(](.*?)(?:\};|\)$)", (root / header).read_text(),
                          re.S | re.M).group(1)
        columns = re.findall(r'"(\w+)"', block)
        table = explained.split(f"## {heading}\n")[1].split("\n## ")[0]
        rows = re.findall(r"^\| ([\w, ]+) \|", table, re.M)[1:]
        found = [column for row in rows for column in row.split(", ")]
        if columns != found:
            yield f"results/README.md: of {heading} explains {found}, the columns are {columns}"


def the_picture_is_true(root):
    text = (root / "README.md").read_text()
    picture = re.search(r"<!-- floors:[^\n]*\n```\n(.*?)\n```", text, re.S).group(1)
    drawn = set()
    for line in picture.splitlines():
        floor = line.split("/")[0]
        drawn |= {(floor, used) for used in line.partition("  → ")[2].split(", ") if used}
    # More may be drawn than is included: contestants are linked by their names.
    for a, b in sorted(edges(root, of_tests=False) - drawn):
        yield f"README.md: the picture lacks {a} → {b}; run tools/floors.py"
    for a, b in sorted(drawn):
        if b not in MAY_USE.get(a, ()):
            yield f"README.md: the picture has {a} → {b}, which may not be"


def rules_are_loaded(root):
    """Bazel 8 and newer have none of their own; tools/shims has the same for Debian's 4.2."""
    for path in loads.files(root):
        name, text = path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
        for file, symbols in loads.missing(text).items():
            yield f"{name}: lacks load(\"{file}\", {', '.join(symbols)}); run tools/loads.py"
        for rule in re.findall(r"native\.((?:cc|py|sh)_\w+)", text):
            yield f"{name}: native.{rule} is none in Bazel 9; load it"
        for file, symbols in loads.loaded(text).items():
            repository, _, rest = file.partition("//")
            shim = root / "tools/shims" / repository.strip("@") / rest.replace(":", "/")
            if not repository or not shim.parent.parent.exists():
                continue
            known = shim.read_text(encoding="utf-8") if shim.exists() else ""
            for symbol in symbols:
                if not re.search(rf"^(?:def )?{symbol}\b", known, re.M):
                    yield f"{name}: loads {symbol} of {file}, which tools/shims lacks"


def both_bazels_have_the_same_repositories(root):
    old, new = ((root / name).read_text(encoding="utf-8") for name in ("WORKSPACE", "MODULE.bazel"))
    def named(pattern, text):
        return set(re.findall(pattern + r'\(\s*name = "(\w+)"', text))
    rules = named("bazel_dep", new)
    shimmed = {name for name in named("local_repository", old)
               if (root / "tools/shims" / name / "WORKSPACE").exists()} - {"remote_coverage_tools"}
    for name in sorted(rules ^ shimmed):
        yield f"MODULE.bazel: {name} is not in both, as a bazel_dep and as a shim of WORKSPACE"
    for rule in ("package_state", "system_libraries", "mpi_library", "simgrid_library"):
        if named(rf"^{rule}", old) == named(rf"^{rule}", new):
            continue
        yield f"MODULE.bazel: has not WORKSPACE's {rule}"
    toolchains = r"register_toolchains\([^)]*\)"
    if re.findall(toolchains, old) != re.findall(toolchains, new):
        yield "MODULE.bazel: registers other toolchains than WORKSPACE"


def there_is_one_version(root):
    """MODULE.bazel's; a release is tagged with it."""
    version = re.search(r'^    version = "([\d.]+)"', (root / "MODULE.bazel").read_text(), re.M).group(1)
    for name, pattern in (("CITATION.cff", r"^version: (\S+)$"),
                          ("CHANGELOG.md", r"^## (\S+), (?:unreleased|\d{4}-\d\d-\d\d)$")):
        found = re.search(pattern, (root / name).read_text(encoding="utf-8"), re.M)
        if not found or found.group(1) != version:
            yield f"{name}: the version is not MODULE.bazel's {version}"


def made_files_are_of_today(root):
    for package in systems.packages(root):
        if f"{package}]" not in (root / "tools/systems.toml").read_text().replace('"', ""):
            yield f"tools/systems.toml: lacks {package} of tools/packages.txt"
            return
    for name, made in systems.FILES.items():
        path = root / name
        if not path.exists() or path.read_text(encoding="utf-8") != made(root):
            yield f"{name}: is not what tools/systems.py makes; run it"


def survivors_are_planted(root):
    name = "tools/faults/survivors.toml"
    tests = "".join(text for _, text in files(root, ("_test.cc",)))
    planted = {}
    for file, bug, alike, test in mutants.survivors_of((root / name).read_text()):
        if file not in planted:
            text = (root / file).read_text() if (root / file).is_file() else ""
            bugs = mutants.Bugs(file, text)
            planted[file] = {bugs.shown(number) for number in bugs.bugs}
        if bug not in planted[file]:
            yield f"{name}: {file}: no bug is planted there as {bug}"
        if not alike and f"({test.replace('.', ', ')})" not in tests:
            yield f"{name}: {file}: {bug}: no test is called {test}"


CHECKS = [rules_are_loaded, both_bazels_have_the_same_repositories, there_is_one_version,
          made_files_are_of_today, arrows_point_down, each_library_has_its_place,
          targets_depend_on_what_they_include, folders_are_not_crowded,
          files_hold_one_thing, nothing_names_this_machine, paths_in_documents_exist,
          targets_in_documents_exist, columns_are_explained, the_picture_is_true,
          survivors_are_planted]
