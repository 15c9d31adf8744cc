#!/usr/bin/python3
"""Files for systems other than Debian, and for containers, from tools/packages.txt.

    tools/systems.py        writes them anew; a test compares
"""
import json
import pathlib
import re
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
MADE = "Made by tools/systems.py from tools/packages.txt."
SYSTEMS = {"conda": "conda", "fedora": "Fedora", "homebrew": "Homebrew"}


def packages(root):
    """Debian's names, in the order of the list."""
    text = re.sub(r"#.*", "", (root / "tools/packages.txt").read_text(encoding="utf-8"))
    return text.split()


def called(root):
    """{Debian's name: {system: its names, or None where it has none}}"""
    table = tomllib.loads((root / "tools/systems.toml").read_text(encoding="utf-8"))
    return {package: {system: None if names == "-" else names.split()
                      for system, names in table[package].items()}
            for package in packages(root)}


def containerfile(root):
    lines = " \\\n".join(f"    {each}" for each in packages(root))
    return (f"# {MADE}\n"
            "#   podman build -t perceiver-benchmark .\n"
            "#   podman run --rm -it -v .:/suite perceiver-benchmark\n"
            "FROM debian:12\n"
            "RUN apt-get update \\\n"
            " && apt-get install -y --no-install-recommends \\\n"
            f"{lines} \\\n"
            " && rm -rf /var/lib/apt/lists/*\n"
            "WORKDIR /suite\n"
            'CMD ["./bazelw", "run", "//experiments:quickstart"]\n')


def devcontainer(_):
    return json.dumps({"name": "Perceiver benchmark suite",
                       "build": {"dockerfile": "../Containerfile", "context": ".."}}, indent=2) + "\n"


def environment(root):
    names = [name for each in called(root).values() for name in each["conda"] or []]
    lines = "".join(f"  - {name}\n" for name in names)
    return (f"# {MADE} What conda-forge lacks, docs/systems.md says.\n"
            "#   conda env create -f environment.yml && conda activate perceiver-benchmark\n"
            "#   ./bazelw test --repo_env=LIBRARY_PREFIX=$CONDA_PREFIX //...\n"
            f"name: perceiver-benchmark\nchannels:\n  - conda-forge\ndependencies:\n{lines}")


def table(root):
    """Markdown: a line a package."""
    def shown(names):
        return "by hand" if names is None else ", ".join(f"`{each}`" for each in names) or "–"
    lines = [f"| `{package}` | " + " | ".join(shown(by[system]) for system in SYSTEMS) + " |\n"
             for package, by in called(root).items()]
    return ("| Debian | " + " | ".join(SYSTEMS.values()) + " |\n"
            + "|---" * (1 + len(SYSTEMS)) + "|\n" + "".join(lines))


def document(root):
    """docs/systems.md with its table made anew."""
    text = (root / "docs/systems.md").read_text(encoding="utf-8")
    before, _, after = re.match(r"(.*<!-- packages:[^\n]*\n)(.*?)(<!-- end of packages -->.*)",
                                text, re.S).groups()
    return before + table(root) + after


FILES = {"Containerfile": containerfile, ".devcontainer/devcontainer.json": devcontainer,
         "environment.yml": environment, "docs/systems.md": document}


def main():
    for name, made in FILES.items():
        path = ROOT / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(made(ROOT), encoding="utf-8")


if __name__ == "__main__":
    main()
