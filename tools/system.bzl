"""The libraries of the machine, as targets of one repository: @system//:fmt.

They are looked for under /usr, or under LIBRARY_PREFIX
(--repo_env=LIBRARY_PREFIX=DIR: conda, Homebrew, a cluster's modules). What is
missing or too old is said in one line, with the name of the Debian package.
"""

# name: Debian package, header, what the header is a part of (to be linked as a
# whole), version macros, least version.
_LIBRARIES = {
    "xtensor": struct(package = "libxtensor-dev", header = "xtensor/xtensor.hpp", folders = ["xtensor"], version = ("xtensor/xtensor_config.hpp", "XTENSOR_VERSION_", ["MAJOR", "MINOR"]), least = [0, 24]),
    "xtl": struct(package = "libxtl-dev", header = "xtl/xtl_config.hpp", folders = ["xtl"], version = None, least = []),
    "xtensor_blas": struct(package = "libxtensor-blas-dev", header = "xtensor-blas/xblas.hpp", folders = ["xtensor-blas", "xflens"], version = ("xtensor-blas/xblas_config.hpp", "XTENSOR_BLAS_VERSION_", ["MAJOR", "MINOR"]), least = [0, 20]),
    "xsimd": struct(package = "libxsimd-dev", header = "xsimd/xsimd.hpp", folders = ["xsimd"], version = ("xsimd/config/xsimd_config.hpp", "XSIMD_VERSION_", ["MAJOR"]), least = [8]),
    "benchmark": struct(package = "libbenchmark-dev", header = "benchmark/benchmark.h", folders = ["benchmark"], version = None, least = []),
    "fmt": struct(package = "libfmt-dev", header = "fmt/core.h", folders = ["fmt"], version = ("fmt/core.h", "FMT_VERSION", [""]), least = [90000]),
    "gtest": struct(package = "libgtest-dev", header = "gtest/gtest.h", folders = ["gtest"], version = None, least = []),
    "tomlplusplus": struct(package = "libtomlplusplus-dev", header = "toml++/toml.h", folders = ["toml++"], version = ("toml++/impl/version.h", "TOML_LIB_", ["MAJOR"]), least = [3]),
    "nlohmann_json": struct(package = "nlohmann-json3-dev", header = "nlohmann/json.hpp", folders = ["nlohmann"], version = ("nlohmann/detail/abi_macros.hpp|nlohmann/detail/macro_scope.hpp|nlohmann/json.hpp", "NLOHMANN_JSON_VERSION_", ["MAJOR"]), least = [3]),
    "cli11": struct(package = "libcli11-dev", header = "CLI/CLI.hpp", folders = ["CLI"], version = ("CLI/Version.hpp", "CLI11_VERSION_", ["MAJOR"]), least = [2]),
}

# Built libraries to link; the others are headers alone.
_LINKED = {"benchmark": ["benchmark"], "fmt": ["fmt"], "gtest": ["gtest"]}

_NEEDS = {
    "xtensor": ["xtl"],
    "xtensor_blas": ["xtensor", "openblas"],
}

_TARGET = """
cc_library(
    name = "{name}",
    hdrs = glob(["{name}/**"]),
    includes = ["{name}"],
    linkopts = {linkopts},
    deps = {deps},
)
"""

def _macro(text, name):
    """The number that a header defines a macro as, or -1."""
    for line in text.split("\n"):
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if words[:2] == ["#define", name] and len(words) > 2 and words[2].isdigit():
            return int(words[2])
        if words[:3] == ["#", "define", name] and len(words) > 3 and words[3].isdigit():
            return int(words[3])
    return -1

def _version(repository, include, version):
    files, prefix, parts = version
    for file in files.split("|"):
        path = repository.path(include + "/" + file)
        if not path.exists:
            continue
        text = repository.read(path)
        numbers = [_macro(text, prefix + part) for part in parts]
        if -1 not in numbers:
            return numbers
    return []

def _problem(repository, include, name, library):
    """What is wrong with a library, in a few words, or None."""
    if not repository.path(include + "/" + library.header).exists:
        return "%s (no %s/%s)" % (library.package, include, library.header)
    if not library.version:
        return None
    found = _version(repository, include, library.version)
    if found >= library.least:
        return None
    shown = [".".join([str(number) for number in numbers]) for numbers in (found, library.least)]
    return "%s (found version %s, at least %s is needed)" % (library.package, shown[0] or "unknown", shown[1])

def _openblas(repository, prefix):
    """The folders of cblas-compatible OpenBLAS: (headers, library), or None.

    On Debian the OpenMP build is named outright: the alternatives system may
    point at the pthread build, with which products inside parallel regions
    run ten times slower.
    """
    triplet = repository.execute(["uname", "-m"]).stdout.strip() + "-linux-gnu"
    for headers, library in [
        ("/include/%s/openblas-openmp" % triplet, "/lib/%s/openblas-openmp" % triplet),
        ("/include/openblas", "/lib"),
        ("/include", "/lib"),
    ]:
        for ending in ["so", "dylib"]:
            if repository.path(prefix + headers + "/cblas.h").exists and repository.path(prefix + library + "/libopenblas." + ending).exists:
                return prefix + headers, prefix + library
    return None

def _refuse(repository, message):
    """Targets that all lead to one error, said once and when one is needed.

    A repository that fails to load would repeat it for every target.
    """
    repository.file("missing.bzl", """
def _missing(ctx):
    fail(ctx.attr.message)

missing = rule(implementation = _missing, attrs = {"message": attr.string()})
""")
    build = "package(default_visibility = [\"//visibility:public\"])\n"
    build += "load(\":missing.bzl\", \"missing\")\n"
    build += "missing(name = \"missing\", message = %s)\n" % repr(message)
    for name in list(_LIBRARIES) + ["openblas", "gtest_main"]:
        build += "alias(name = %s, actual = \":missing\")\n" % repr(name)
    repository.file("BUILD", build)

def _system_libraries(repository):
    prefix = repository.os.environ.get("LIBRARY_PREFIX", "/usr").rstrip("/")
    include = prefix + "/include"
    problems = []
    for name, library in _LIBRARIES.items():
        problem = _problem(repository, include, name, library)
        if problem:
            problems.append(problem)
    openblas = _openblas(repository, prefix)
    if not openblas:
        problems.append("libopenblas-openmp-dev (no cblas.h and libopenblas under %s)" % prefix)
    if problems:
        _refuse(repository, "missing: %s. Install these Debian packages, or point --repo_env=LIBRARY_PREFIX at another prefix." % "; ".join(problems))
        return

    search = [] if prefix == "/usr" else ["-L%s/lib" % prefix, "-Wl,-rpath,%s/lib" % prefix]
    build = "package(default_visibility = [\"//visibility:public\"])\n"
    for name, library in _LIBRARIES.items():
        for folder in library.folders:
            repository.symlink(include + "/" + folder, name + "/" + folder)
        build += _TARGET.format(
            name = name,
            linkopts = repr((search if name in _LINKED else []) + ["-l" + each for each in _LINKED.get(name, [])] + (["-lpthread"] if name in _LINKED else [])),
            deps = repr([":" + each for each in _NEEDS.get(name, [])]),
        )
    repository.symlink(openblas[0], "openblas")
    build += _TARGET.format(
        name = "openblas",
        linkopts = repr(["-L" + openblas[1], "-Wl,-rpath," + openblas[1], "-lopenblas"]),
        deps = "[]",
    )
    build += """
cc_library(
    name = "gtest_main",
    linkopts = {search} + ["-lgtest_main"],
    deps = [":gtest"],
)
""".format(search = repr(search))
    repository.file("BUILD", build)

system_libraries = repository_rule(
    implementation = _system_libraries,
    environ = ["LIBRARY_PREFIX", "LIBRARY_STAMP"],
    local = True,  # looked at again when the server starts, or bazelw says so
    configure = True,
)
