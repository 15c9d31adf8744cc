"""Hands rules_shell's name on to Bazel's native rule."""

def sh_binary(**attributes):
    native.sh_binary(**attributes)
