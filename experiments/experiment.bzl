"""An experiment is one file: definitions/NAME.toml becomes //experiments:NAME."""

def experiments(definitions):
    """A target for each definition, that runs it with the user's flags."""
    for definition in definitions:
        native.sh_binary(
            name = definition.split("/")[-1][:-len(".toml")],
            srcs = ["run_definition.sh"],
            args = ["$(rootpath :run)", "$(rootpath %s)" % definition],
            data = [definition, ":run"],
        )
