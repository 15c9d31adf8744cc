"""Hands rules_cc's name on to Bazel's native provider."""

load(":native.bzl", "native_cc_info")

CcInfo = native_cc_info
