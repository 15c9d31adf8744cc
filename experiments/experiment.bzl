"""An experiment is one file: definitions/NAME.toml becomes //experiments:NAME."""

_PROGRAMS = [":run", "//analysis/verify", "//analysis/variants", "//analysis/report"]

def experiments(definitions):
    """A target for each definition, that runs, judges and draws it."""
    for definition in definitions:
        paths = [_PROGRAMS[0], definition] + _PROGRAMS[1:]
        native.sh_binary(
            name = definition.split("/")[-1][:-len(".toml")],
            srcs = ["run_definition.sh"],
            args = ["$(rootpath %s)" % path for path in paths],
            data = [definition] + _PROGRAMS,
        )
