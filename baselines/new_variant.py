"""Begins an attention variant: one file that compiles and passes its conformance.

    ./bazelw run //baselines:new -- my_variant
"""
import argparse
import os
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
TEMPLATE = HERE / "template" / "my_variant.cc"
# What rows from before call softmax attention's option `form`.
FORMS = ("streaming", "materialised")


def text_for(name):
    """The template, with `name` where it says my_variant."""
    camel = "".join(word.capitalize() for word in name.split("_"))
    return (TEMPLATE.read_text(encoding="utf-8")
            .replace("my_variant", name).replace("MyVariant", camel))


def refuse(message):
    sys.exit(f"new: {message}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("name", help="as in transformer(attention=NAME)")
    parser.add_argument("--out", type=pathlib.Path, help="a file elsewhere")
    arguments = parser.parse_args()
    name = arguments.name
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        refuse(f"{name}: allowed are small letters, digits and single underscores")
    if name in FORMS:
        refuse(f"{name}: is a form of softmax attention, transformer(form={name})")
    if arguments.out:
        arguments.out.write_text(text_for(name), encoding="utf-8")
        return
    checkout = pathlib.Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."))
    path = checkout / "baselines" / "attention" / f"{name}.cc"
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text_for(name))
    except FileExistsError:
        refuse(f"{path.relative_to(checkout)} is there already")
    except FileNotFoundError:
        refuse(f"{checkout} is no checkout: it has no folder baselines/attention")
    print(f"wrote baselines/attention/{name}.cc: fill in what it says, then\n"
          f"  ./bazelw test //baselines:{name}_conformance_test")


if __name__ == "__main__":
    main()
