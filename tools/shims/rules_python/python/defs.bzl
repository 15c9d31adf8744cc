"""Hands rules_python's names on to Bazel's native rules."""

load("@bazel_tools//tools/python:toolchain.bzl", _py_runtime_pair = "py_runtime_pair")

py_runtime_pair = _py_runtime_pair

def py_library(**attributes):
    native.py_library(**attributes)

def py_binary(**attributes):
    native.py_binary(**attributes)

def py_test(**attributes):
    native.py_test(**attributes)

def py_runtime(**attributes):
    native.py_runtime(**attributes)
