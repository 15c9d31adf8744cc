"""What ends a program, or a peer's part in it, with one line."""


class Refused(Exception):
    """Bad input: the line says what, where and what is allowed."""


class Failed(Exception):
    """A process didn't do what it was asked; the line says why."""
