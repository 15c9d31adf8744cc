"""A hash of what is measured, so that a run can say which code it was of."""

load("//tools:flags.bzl", "MEASURED_FLAGS", "suite_library")

# What numbers depend on: what runs while a cell's clock does, what asks for it and
# what holds the clock.
_FLOORS = [
    "primitives",
    "contract",
    "perceiver",
    "baselines",
    "training",
    "experiments/measurement",
]

_Sources = provider(fields = ["files"])

def _sources(_target, ctx):
    own = []
    for name in ["srcs", "hdrs", "textual_hdrs"]:
        own += [file for file in getattr(ctx.rule.files, name, []) if file.is_source]
    below = [label[_Sources].files for label in getattr(ctx.rule.attr, "deps", []) if _Sources in label]
    return [_Sources(files = depset(own, transitive = below))]

_sources_aspect = aspect(implementation = _sources, attr_aspects = ["deps"])

def _measured_sources(ctx):
    files = depset(ctx.files.beside, transitive = [label[_Sources].files for label in ctx.attr.of])
    paths = sorted([file.path for file in files.to_list()])
    hashes = []
    used = []
    for floor in _FLOORS:
        own = [path for path in paths if path.startswith(floor + "/")]
        if not own:
            fail("of %s nothing is measured" % floor)
        used += own
        hashes.append("printf '\"%s\": \"%%s\", ' \"$(sum '%s')\"" % (floor, "' '".join(own)))
    out = ctx.actions.declare_file(ctx.attr.stem + ".json")

    # Names and hashes of files, from the checkout's root: wherever that is.
    ctx.actions.run_shell(
        outputs = [out],
        inputs = [file for file in files.to_list() if file.path in used],
        command = """set -euo pipefail
command -v sha256sum >/dev/null || sha256sum() { shasum -a 256 "$@"; }
sum() { sha256sum "$@" | sha256sum | cut -d ' ' -f 1; }
{ printf '{'; %s
printf '"flags": "%%s"}\\n' "$(printf '%%s' '%s' | sha256sum | cut -d ' ' -f 1)"; } > '%s'
""" % ("\n".join(hashes), " ".join(MEASURED_FLAGS), out.path),
        mnemonic = "MeasuredCode",
    )
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles([out]))]

measured_sources = rule(
    implementation = _measured_sources,
    attrs = {
        "stem": attr.string(doc = "of the file"),
        "of": attr.label_list(
            doc = "whose sources, and those of all that they depend on",
            aspects = [_sources_aspect],
        ),
        "beside": attr.label_list(
            doc = "sources that only other machines' libraries build",
            allow_files = True,
        ),
    },
    doc = "STEM.json: {floor: SHA-256 of its sources}, and of the suite's own flags.",
)

def measured_code(name, of, beside, **attributes):
    """A library that has suite::kMeasuredCode, as NAME.h declares it: NAME.json."""
    measured_sources(
        name = name + "_json",
        stem = name,
        of = of,
        beside = beside,
        visibility = attributes["visibility"],
    )
    native.genrule(
        name = name + "_source",
        srcs = [name + "_json"],
        outs = [name + ".cc"],
        cmd = """{ printf '#include "%s/%s.h"\\n\\nconst char suite::kMeasuredCode[] = R"(';
            cat $<; printf ')";\\n'; } > $@""" % (native.package_name(), name),
    )
    suite_library(name = name, srcs = [name + ".cc"], hdrs = [name + ".h"], **attributes)
