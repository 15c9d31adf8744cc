"""What ends a peer's part in a contest with one line."""


class Failed(Exception):
    """A process didn't do what it was asked; the line says why."""
