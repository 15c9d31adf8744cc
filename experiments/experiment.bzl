"""An experiment is one file: definitions/NAME.toml becomes //experiments:NAME, and
learning/NAME.toml becomes //experiments:learn_NAME."""

load("@rules_shell//shell:sh_binary.bzl", "sh_binary")

# What runs a definition, judges its rows, draws them, and compares variants.
_PROGRAMS = ["//experiments/run", "//analysis/verify", "//analysis/report", "//analysis/variants"]

# The same for the quickstart's two contestants: what it doesn't run isn't built.
_QUICKSTART = ["//experiments/run:run_two", "//analysis/verify:verify_two", "//analysis/report"]

# The same for what learns.
_LEARNING = [
    "//experiments/learning/run:learn",
    "//analysis/learning:judge_curves",
    "//analysis/report",
]

def experiments(definitions):
    """A target for each definition, that runs, judges and draws it."""
    for definition in definitions:
        name = definition.split("/")[-1][:-len(".toml")]
        programs = _QUICKSTART if name == "quickstart" else _PROGRAMS
        sh_binary(
            name = name,
            srcs = ["run_definition.sh"],
            args = ["$(rootpath %s)" % path for path in [definition] + programs] + ["--"],
            data = [definition] + programs,
        )

def learning_experiments(definitions):
    """A target for each definition, that fetches its data, learns, judges and draws."""
    for definition in definitions:
        data = [definition, "//tools:debian_packages.sh"] + _LEARNING
        sh_binary(
            name = "learn_" + definition.split("/")[-1][:-len(".toml")],
            srcs = ["learn_definition.sh"],
            args = ["$(rootpath %s)" % path for path in data] + ["--"],
            data = data,
        )
