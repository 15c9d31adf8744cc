"""An experiment is one file: definitions/NAME.toml becomes //experiments:NAME."""

# What runs a definition, judges its rows, draws them, and compares variants.
_PROGRAMS = ["//experiments/run", "//analysis/verify", "//analysis/report", "//analysis/variants"]

# The same for the quickstart's two contestants: what it doesn't run isn't built.
_QUICKSTART = ["//experiments/run:run_two", "//analysis/verify:verify_two", "//analysis/report"]

def experiments(definitions):
    """A target for each definition, that runs, judges and draws it."""
    for definition in definitions:
        name = definition.split("/")[-1][:-len(".toml")]
        programs = _QUICKSTART if name == "quickstart" else _PROGRAMS
        native.sh_binary(
            name = name,
            srcs = ["run_definition.sh"],
            args = ["$(rootpath %s)" % path for path in [definition] + programs] + ["--"],
            data = [definition] + programs,
        )
