"""The one place of compiler flags for the suite's own code."""

# Warnings that find mistakes in numeric code, less those that GCC 12 raises
# inside its own AVX-512 headers (GCC bug 105593) and inside fmt 9.
COPTS = [
    "-fopenmp",
    "-Wall",
    "-Wextra",
    "-Wshadow",
    "-Wnon-virtual-dtor",
    "-Wno-maybe-uninitialized",
    "-Wno-uninitialized",
    "-Wno-stringop-overflow",
    "-Wno-missing-field-initializers",
]

LINKOPTS = ["-fopenmp"]

def suite_library(name, copts = [], linkopts = [], **attributes):
    """cc_library with the suite's flags."""
    native.cc_library(name = name, copts = COPTS + copts, linkopts = LINKOPTS + linkopts, **attributes)

def suite_binary(name, copts = [], linkopts = [], **attributes):
    """cc_binary with the suite's flags."""
    native.cc_binary(name = name, copts = COPTS + copts, linkopts = LINKOPTS + linkopts, **attributes)

def suite_test(name, copts = [], linkopts = [], deps = [], **attributes):
    """cc_test with the suite's flags and GoogleTest's main."""
    native.cc_test(
        name = name,
        copts = COPTS + copts,
        linkopts = LINKOPTS + linkopts,
        deps = deps + ["@system//:gtest_main"],
        size = attributes.pop("size", "small"),
        **attributes
    )

def _build_flags_header(ctx):
    cpp = ctx.fragments.cpp
    flags = ["--compilation_mode=" + ctx.var["COMPILATION_MODE"]] + cpp.copts + cpp.cxxopts + COPTS
    header = ctx.actions.declare_file(ctx.attr.name + ".h")
    ctx.actions.write(header, """// Generated: the flags that this build was compiled with.
#pragma once

namespace suite {
inline constexpr char kCompilerFlags[] = "%s";
}
""" % " ".join(flags).replace("\\", "\\\\").replace("\"", "\\\""))
    return [DefaultInfo(files = depset([header]))]

build_flags_header = rule(
    implementation = _build_flags_header,
    fragments = ["cpp"],
    doc = "NAME.h with suite::kCompilerFlags, for the manifest of a run.",
)
