"""The one place of compiler flags for the suite's own code."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

# Warnings that find mistakes in numeric code, less those that GCC 12 raises
# inside its own headers (GCC bugs 105593 and 105329) and inside fmt 9.
COPTS = [
    "-fopenmp",
    "-Wall",
    "-Wextra",
    "-Wshadow",
    "-Wnon-virtual-dtor",
    "-Wno-maybe-uninitialized",
    "-Wno-uninitialized",
    "-Wno-restrict",
    "-Wno-stringop-overflow",
    "-Wno-missing-field-initializers",
]

LINKOPTS = ["-fopenmp"]

# How hard the compiler works on what a floor holds: most on what runs while a
# cell's clock does, little on what starts, reads and prints. Newcomers wait for
# it. The first folder that a package lies in counts.
_MEASURED = ["-O3"]
_LIGHT = ["-Og"]
_LEVELS = [
    ("primitives", _MEASURED),
    ("perceiver", _MEASURED),
    ("baselines", _MEASURED),
    ("training", _MEASURED),
    ("experiments/machine", _MEASURED),
    # Naive loops, and many resamplings.
    ("contract", ["-O2"]),
    ("analysis/statistics", ["-O2"]),
    ("", _LIGHT),
]

# With a sanitizer. Each check left out costs up to a quarter of the compiler's time.
# Addresses that overflow ASan sees when they are used; ends of scopes, in what is
# measured, cost most, as its blocks unroll to thousands of them. Types behind
# virtual tables are watched nowhere, alignments where bytes of files are read.
# Only where the loops are is code optimised, and then half as much.
_UNWATCHED = ["vptr", "pointer-overflow"]
_MEASURED_INSTRUMENTED = ["-fno-sanitize-address-use-after-scope"]
_LIGHT_INSTRUMENTED = ["-O0", "-U_FORTIFY_SOURCE"]
_READS_BYTES = ["support", "pretrained"]
_LOOPS = ["primitives", "experiments/machine", "contract", "analysis/statistics"]

def _lies_in(folders, package):
    return any([package.startswith(folder + "/") for folder in folders])

def _instrumented(package, level):
    unwatched = _UNWATCHED + ([] if _lies_in(_READS_BYTES, package) else ["alignment"])
    flags = ["-fno-sanitize=" + ",".join(unwatched)]
    if level == _LIGHT or not _lies_in(_LOOPS, package):
        return flags + _LIGHT_INSTRUMENTED
    return flags + (_MEASURED_INSTRUMENTED if level == _MEASURED else [])

def _level(testonly):
    """The package's level; what is instrumented or debugged has one of its own."""
    package = native.package_name() + "/"
    level = [flags for folder, flags in _LEVELS if not folder or package.startswith(folder + "/")][0]
    if testonly:
        level = _LIGHT
    return select({
        "//tools:own_level": _instrumented(package, level),
        "//conditions:default": level,
    })

# Of the suite's own, what numbers depend on.
MEASURED_FLAGS = COPTS + LINKOPTS + _MEASURED

_RUNTIME = select({
    "//tools/tsan:on": ["//tools/tsan:openmp"],
    "//conditions:default": [],
})

def suite_library(name, copts = [], linkopts = [], **attributes):
    """cc_library with the suite's flags."""
    cc_library(
        name = name,
        copts = COPTS + _level(False) + copts,
        linkopts = LINKOPTS + linkopts,
        **attributes
    )

def suite_binary(name, copts = [], linkopts = [], deps = [], **attributes):
    """cc_binary with the suite's flags."""
    cc_binary(
        name = name,
        copts = COPTS + _level(False) + copts,
        linkopts = LINKOPTS + linkopts,
        deps = deps + _RUNTIME,
        **attributes
    )

def suite_test(name, copts = [], linkopts = [], deps = [], own_main = False, **attributes):
    """cc_test with the suite's flags, and GoogleTest's main unless it has its own."""
    cc_test(
        name = name,
        copts = COPTS + _level(True) + copts,
        linkopts = LINKOPTS + linkopts,
        deps = deps + ([] if own_main else ["@system//:gtest_main"]) + _RUNTIME,
        size = attributes.pop("size", "small"),
        **attributes
    )

def _without_repeats(labels):
    return [each for at, each in enumerate(labels) if each not in labels[:at]]

def suite_tests(tests, deps = [], tags = [], apart = False, **attributes):
    """For each stem of tests, {stem: what stem_test.cc includes}, a suite_test.

    What all of them need beside, their data and the like, is given once.

    Several stems become one program, :tests, of one source: most of what a test
    costs is its headers, which the compiler reads once then. A stem_test is still
    there to be named, //... leaves it out. apart: stems whose files give one name to
    two things keep programs of their own.
    """
    together = len(tests) > 1 and not apart
    for stem, own in tests.items():
        suite_test(
            name = stem + "_test",
            srcs = [stem + "_test.cc"],
            deps = _without_repeats(own + deps),
            tags = tags + (["manual"] if together else []),
            **attributes
        )
    if together:
        native.genrule(
            name = "tests_source",
            testonly = True,
            srcs = [stem + "_test.cc" for stem in tests],
            outs = ["tests.cc"],
            cmd = "for source in $(SRCS); do echo \"#line 1 \\\"$$source\\\"\"; cat $$source; done > $@",
        )
        suite_test(
            name = "tests",
            srcs = ["tests.cc"],
            deps = _without_repeats([label for own in tests.values() for label in own] + deps),
            tags = tags,
            **attributes
        )

def _build_flags_header(ctx):
    cpp = ctx.fragments.cpp
    flags = ["--compilation_mode=" + ctx.var["COMPILATION_MODE"]] + cpp.copts + cpp.cxxopts + COPTS + ctx.attr.level
    header = ctx.actions.declare_file((ctx.attr.stem or ctx.attr.name) + ".h")
    ctx.actions.write(header, """// Generated: the flags that what is measured was compiled with.
#pragma once

namespace suite {
inline constexpr char kCompilerFlags[] = "%s";
}
""" % " ".join(flags).replace("\\", "\\\\").replace("\"", "\\\""))
    return [DefaultInfo(files = depset([header]))]

build_flags_header = rule(
    implementation = _build_flags_header,
    fragments = ["cpp"],
    attrs = {
        "stem": attr.string(doc = "of the file; the target's name if empty"),
        "level": attr.string_list(doc = "of what is measured"),
    },
    doc = "NAME.h with suite::kCompilerFlags, for the manifest of a run.",
)

def build_flags(name, **attributes):
    """A library whose header PACKAGE/NAME.h has suite::kCompilerFlags."""
    build_flags_header(
        name = name + "_header",
        stem = name,
        level = select({
            "//tools:own_level": [],
            "//conditions:default": _MEASURED,
        }),
    )
    cc_library(name = name, hdrs = [name + "_header"], **attributes)
