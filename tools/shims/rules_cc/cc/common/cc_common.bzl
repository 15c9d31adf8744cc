"""Hands rules_cc's name on to Bazel's native module."""

load(":native.bzl", "native_cc_common")

cc_common = native_cc_common
