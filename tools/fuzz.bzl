"""Fuzzers: libFuzzer under ASan and UBSan, which only Clang has.

The suite itself is built by the machine's own compiler. A fuzzer is a build
beside it: the sources of what it tests, compiled anew by clang++.
"""

load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load("@rules_shell//shell:sh_test.bzl", "sh_test")

_FLAGS = [
    "-std=c++20",
    "-O1",
    "-g",
    "-Wall",
    "-Wextra",
    "-fno-omit-frame-pointer",
    "-fsanitize=fuzzer,address,undefined",
    "-fno-sanitize-recover=all",
]

_Sources = provider(fields = ["files"])

def _sources_of(target, ctx):
    """The .cc files of a library and of those that it uses."""
    own = [file for each in getattr(ctx.rule.attr, "srcs", []) for file in each.files.to_list()]
    uses = [each[_Sources].files for each in getattr(ctx.rule.attr, "deps", []) if _Sources in each]
    return [_Sources(files = depset([file for file in own if file.extension == "cc"], transitive = uses))]

_sources = aspect(implementation = _sources_of, attr_aspects = ["deps"])

def _repository_of(label):
    """The name of the repository that a label is of; "" for the suite's own."""
    return label.repo_name if hasattr(label, "repo_name") else label.workspace_name

def _fuzzer(ctx):
    sources = depset(ctx.files.srcs, transitive = [dep[_Sources].files for dep in ctx.attr.deps])
    libraries = cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in ctx.attr.deps])
    compiled = libraries.compilation_context
    arguments = ctx.actions.args()
    arguments.add_all(_FLAGS)
    arguments.add_all(compiled.quote_includes, before_each = "-iquote")
    arguments.add_all(compiled.system_includes, before_each = "-isystem")
    arguments.add_all(compiled.includes, before_each = "-isystem")
    arguments.add_all(sources)
    for input in libraries.linking_context.linker_inputs.to_list():
        # Those of libraries; the suite's own are for its own compiler.
        if _repository_of(input.owner):
            arguments.add_all(input.user_link_flags)
    program = ctx.actions.declare_file(ctx.label.name)
    arguments.add("-o", program)
    ctx.actions.run_shell(
        inputs = depset(transitive = [sources, compiled.headers]),
        outputs = [program],
        arguments = [arguments],
        command = """command -v clang++ >/dev/null || {
  echo 'fuzzers need clang++ (Debian: clang, libclang-rt-dev)' >&2; exit 1; }
exec clang++ "$@"
""",
        mnemonic = "Fuzzer",
        progress_message = "Building fuzzer %s" % ctx.label,
        use_default_shell_env = True,
    )
    return [DefaultInfo(executable = program)]

_fuzzer_program = rule(
    implementation = _fuzzer,
    executable = True,
    attrs = {
        "srcs": attr.label_list(allow_files = [".cc"]),
        "deps": attr.label_list(providers = [CcInfo], aspects = [_sources]),
    },
)

def suite_fuzzer(name, srcs, corpus, seconds, deps):
    """NAME, a fuzzer to run by hand, and NAME_test, which runs it for a while.

    Args:
      name: of the fuzzer.
      srcs: with LLVMFuzzerTestOneInput.
      corpus: files of one folder, to start from.
      seconds: that the test goes on looking for what breaks it.
      deps: the libraries that it tests.
    """
    _fuzzer_program(name = name, testonly = True, srcs = srcs, deps = deps)
    sh_test(
        name = name + "_test",
        size = "medium",
        srcs = ["//tools:fuzz_test.sh"],
        args = ["$(rootpath :%s)" % name, str(seconds), "$(rootpaths :%s_corpus)" % name],
        data = [":" + name, ":" + name + "_corpus"],
        # It has its own sanitizers.
        tags = ["no_sanitize"],
    )
    native.filegroup(name = name + "_corpus", srcs = corpus)
