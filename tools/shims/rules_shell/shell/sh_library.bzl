"""Hands rules_shell's name on to Bazel's native rule."""

def sh_library(**attributes):
    native.sh_library(**attributes)
