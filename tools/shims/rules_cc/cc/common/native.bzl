"""Bazel's own providers, under names that hide none of them."""

native_cc_common = cc_common
native_cc_info = CcInfo
