"""Hands rules_shell's name on to Bazel's native rule."""

def sh_test(**attributes):
    native.sh_test(**attributes)
