"""The libraries of the machine, as targets of one repository: @system//:fmt.

They are looked for under /usr, or under LIBRARY_PREFIX
(--repo_env=LIBRARY_PREFIX=DIR: conda, Homebrew, a cluster's modules). What is
missing or too old is said in one line, with the name of the Debian package.
"""

def _library(package, header, folders, least, pc = None, macros = None, link = [], deps = [], whole = False):
    """A library to look for.

    Args:
      package: the Debian package that brings it.
      header: a header that must be there.
      folders: what under include/ belongs to it.
      least: the least version that serves; [] where the library tells none.
      pc: its pkg-config name, which knows the version, or
      macros: a header and the prefix of its MAJOR, MINOR, PATCH macros.
      link: libraries to link; none for headers alone.
      deps: other libraries here that it needs.
      whole: take its folders as one input each. Boost has 14,000 headers: naming
        them one by one costs each action seconds.
    """
    return struct(package = package, header = header, folders = folders, least = least, pc = pc, macros = macros, link = link, deps = deps, whole = whole)

_LIBRARIES = {
    "xtl": _library("xtl-dev", "xtl/xtl_config.hpp", ["xtl"], [0, 7], pc = "xtl"),
    "xtensor": _library("libxtensor-dev", "xtensor/xtensor.hpp", ["xtensor"], [0, 24], pc = "xtensor", deps = ["xtl"]),
    "xtensor_blas": _library(
        "libxtensor-blas-dev",
        "xtensor-blas/xblas.hpp",
        ["xtensor-blas", "xflens"],
        [0, 20],
        macros = ("xtensor-blas/xblas_config.hpp", "XTENSOR_BLAS_VERSION_"),
        deps = ["xtensor", "openblas"],
    ),
    "xsimd": _library("libxsimd-dev", "xsimd/xsimd.hpp", ["xsimd"], [8], pc = "xsimd"),
    "benchmark": _library("libbenchmark-dev", "benchmark/benchmark.h", ["benchmark"], [1, 7], pc = "benchmark", link = ["benchmark", "pthread"]),
    "fmt": _library("libfmt-dev", "fmt/format.h", ["fmt"], [9], pc = "fmt", link = ["fmt"]),
    "tomlplusplus": _library("libtomlplusplus-dev", "toml++/toml.h", ["toml++"], [3], pc = "tomlplusplus"),
    "nlohmann_json": _library("nlohmann-json3-dev", "nlohmann/json.hpp", ["nlohmann"], [3, 11], pc = "nlohmann_json"),
    "boost_math": _library("libboost-math-dev", "boost/math/distributions.hpp", ["boost"], [1, 74], macros = ("boost/version.hpp", "BOOST_VERSION"), whole = True),
    "cli11": _library("libcli11-dev", "CLI/CLI.hpp", ["CLI"], [2, 1], pc = "CLI11"),
    "openssl": _library("libssl-dev", "openssl/sha.h", ["openssl"], [3], pc = "libcrypto", link = ["crypto"]),
    "stb": _library("libstb-dev", "stb/stb_image.h", ["stb"], [], pc = "stb"),
    "sndfile": _library("libsndfile1-dev", "sndfile.h", ["sndfile.h"], [1, 0], pc = "sndfile", link = ["sndfile"]),
    "zlib": _library("zlib1g-dev", "zlib.h", ["zlib.h", "zconf.h"], [1, 2], pc = "zlib", link = ["z"]),
    "gtest": _library("libgtest-dev", "gtest/gtest.h", ["gtest"], [1, 12], pc = "gtest", link = ["gtest", "pthread"]),
}

_TARGET = """
cc_library(
    name = "{name}",
    {headers},
    includes = ["{name}"],
    linkopts = {linkopts},
    deps = {deps},
)
"""

def _triplet(repository):
    return repository.execute(["uname", "-m"]).stdout.strip() + "-linux-gnu"

def _numbers(text):
    """[1, 12] of "1.12.0+git"; stops at what is no number."""
    numbers = []
    for part in text.strip().split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return numbers

def _pc_version(repository, prefix, name):
    for folder in ["lib/" + _triplet(repository), "lib", "share"]:
        path = repository.path("%s/%s/pkgconfig/%s.pc" % (prefix, folder, name))
        if path.exists:
            for line in repository.read(path).split("\n"):
                if line.startswith("Version:"):
                    return _numbers(line[len("Version:"):])
    return []

def _macro_version(repository, prefix, header, macro_prefix):
    values = {}
    for line in repository.read(repository.path(prefix + "/include/" + header)).split("\n"):
        words = [word for word in line.split(" ") if word]
        if len(words) == 3 and words[0] == "#define" and words[2].isdigit():
            values[words[1]] = int(words[2])
    if macro_prefix in values:  # Boost's 107400 is 1.74
        return [values[macro_prefix] // 100000, values[macro_prefix] // 100 % 1000]
    return [values.get(macro_prefix + part, 0) for part in ["MAJOR", "MINOR", "PATCH"]]

def _dotted(numbers):
    return ".".join([str(number) for number in numbers])

def _openblas(repository, prefix):
    """(folder of cblas.h, folder of the library), or None.

    On Debian the OpenMP build is named outright: the alternatives system may
    point at the pthread build, with which products inside parallel regions
    run ten times slower.
    """
    for headers, library in [
        ("/include/%s/openblas-openmp" % _triplet(repository), "/lib/%s/openblas-openmp" % _triplet(repository)),
        ("/include/openblas", "/lib"),
        ("/include", "/lib"),
    ]:
        for ending in ["so", "dylib"]:
            if repository.path(prefix + headers + "/cblas.h").exists and repository.path(prefix + library + "/libopenblas." + ending).exists:
                return prefix + headers, prefix + library
    return None

def _refuse(repository, message, names):
    """Targets that all lead to one error, said once, when one is needed.

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
    for name in names:
        build += "alias(name = %s, actual = \":missing\")\n" % repr(name)
    repository.file("BUILD", build)

def _system_libraries(repository):
    # Looks again when a package comes or goes.
    repository.path(Label("@package_state//:status"))
    prefix = repository.os.environ.get("LIBRARY_PREFIX", "/usr").rstrip("/")
    search = [] if prefix == "/usr" else ["-L%s/lib" % prefix, "-Wl,-rpath,%s/lib" % prefix]
    build = "load(\"@rules_cc//cc:defs.bzl\", \"cc_library\")\n"
    build += "package(default_visibility = [\"//visibility:public\"])\n"
    problems = []
    versions = {}
    for name, library in _LIBRARIES.items():
        if not repository.path("%s/include/%s" % (prefix, library.header)).exists:
            problems.append("%s (no %s/include/%s)" % (library.package, prefix, library.header))
            continue
        found = _pc_version(repository, prefix, library.pc) if library.pc else _macro_version(repository, prefix, *library.macros)
        if found < library.least:
            problems.append("%s (version %s found, %s needed)" % (library.package, _dotted(found) or "unknown", _dotted(library.least)))
        versions[name] = _dotted(found)
        for folder in library.folders:
            repository.symlink("%s/include/%s" % (prefix, folder), "%s/%s" % (name, folder))
        folders = ["%s/%s" % (name, folder) for folder in library.folders]
        build += _TARGET.format(
            name = name,
            headers = "textual_hdrs = %s" % repr(folders) if library.whole else "hdrs = glob([\"%s/**\"])" % name,
            linkopts = repr((search if library.link else []) + ["-l" + each for each in library.link]),
            deps = repr([":" + each for each in library.deps]),
        )
    openblas = _openblas(repository, prefix)
    if not openblas:
        problems.append("libopenblas-openmp-dev (no cblas.h and libopenblas under %s)" % prefix)
    if problems:
        _refuse(repository, "missing: %s. Install these Debian packages, or point --repo_env=LIBRARY_PREFIX at another prefix." % "; ".join(problems), list(_LIBRARIES) + ["openblas", "gtest_main", "versions"])
        return

    repository.symlink(openblas[0], "openblas")
    build += _TARGET.format(
        name = "openblas",
        headers = "hdrs = glob([\"openblas/**\"])",
        linkopts = repr(["-L" + openblas[1], "-Wl,-rpath," + openblas[1], "-lopenblas"]),
        deps = "[]",
    )
    build += "cc_library(name = \"gtest_main\", linkopts = %s, deps = [\":gtest\"])\n" % repr(search + ["-lgtest_main"])
    repository.file("versions/library_versions.h", """#pragma once
struct LibraryVersion { const char* name; const char* version; };
inline constexpr LibraryVersion kLibraryVersions[] = {
%s};
""" % "".join(["  {\"%s\", \"%s\"},\n" % item for item in versions.items()]))
    build += _TARGET.format(name = "versions", headers = "hdrs = glob([\"versions/**\"])", linkopts = "[]", deps = "[]")
    repository.file("BUILD", build)

system_libraries = repository_rule(
    implementation = _system_libraries,
    environ = ["LIBRARY_PREFIX"],
    local = True,  # another prefix is looked at again when the server starts
    configure = True,
)

def _optional(repository, name, packages, header, places, headers, link, folders = []):
    """A library that few targets need: what is missing is said when one is built.

    Args:
      repository: its context; of @NAME//state:found.bzl where_found(labels) is [] without it.
      name: of the one target.
      packages: the Debian packages that bring it, for the message.
      header: one that must be there.
      places: (folder of headers, folder of libraries) to look at, below the prefix.
      headers: which of the headers there belong to it, as glob() has it.
      link: the library.
      folders: what to look for them in; [] for all that is there.
    """
    repository.path(Label("@package_state//:status"))
    prefix = repository.os.environ.get("LIBRARY_PREFIX", "/usr").rstrip("/")
    found = [place for place in places if repository.path("%s%s/%s" % (prefix, place[0], header)).exists]
    repository.file("state/BUILD", "")
    repository.file("state/found.bzl", "def where_found(labels):\n    return %s\n" % ("labels" if found else "[]"))
    if not found:
        _refuse(repository, "missing: %s (no %s under %s). Install these Debian packages, or point --repo_env=LIBRARY_PREFIX at another prefix." % (packages, header, prefix), [name])
        return
    folder, library = [prefix + part for part in found[0]]
    for each in folders:
        repository.symlink("%s/%s" % (folder, each), "%s/%s" % (name, each))
    if not folders:
        repository.symlink(folder, name)
    repository.file("BUILD", "load(\"@rules_cc//cc:defs.bzl\", \"cc_library\")\npackage(default_visibility = [\"//visibility:public\"])\n" + _TARGET.format(
        name = name,
        headers = "hdrs = glob(%s)" % repr(["%s/%s" % (name, each) for each in headers]),
        linkopts = repr(["-L" + library, "-Wl,-rpath," + library, "-l" + link]),
        deps = "[]",
    ))

def _mpi(repository):
    _optional(
        repository,
        name = "mpi",
        packages = "libopenmpi-dev and openmpi-bin",
        header = "mpi.h",
        places = [
            ("/lib/%s/openmpi/include" % _triplet(repository), "/lib/%s" % _triplet(repository)),
            ("/include", "/lib"),
        ],
        headers = ["*.h"],
        link = "mpi",
    )

mpi_library = repository_rule(
    implementation = _mpi,
    environ = ["LIBRARY_PREFIX"],
    local = True,
    configure = True,
)

def _simgrid(repository):
    _optional(
        repository,
        name = "simgrid",
        packages = "libsimgrid-dev",
        header = "simgrid/s4u.hpp",
        places = [("/include", "/lib")],
        headers = ["**"],
        link = "simgrid",
        folders = ["simgrid", "xbt", "xbt.h"],
    )

simgrid_library = repository_rule(
    implementation = _simgrid,
    environ = ["LIBRARY_PREFIX"],
    local = True,
    configure = True,
)

def _package_state(repository):
    """The file that dpkg changes with every package; elsewhere an empty one."""
    repository.file("BUILD", "exports_files([\"status\"])")
    if repository.path("/var/lib/dpkg/status").exists:
        repository.symlink("/var/lib/dpkg/status", "status")
    else:
        repository.file("status", "")

package_state = repository_rule(implementation = _package_state)
