"""The peers that can be asked for."""
import dataclasses
import pathlib

from tools.command_line import Refused

HERE = pathlib.Path(__file__).parent


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str
    program: pathlib.Path
    requirements: pathlib.Path | None = None  # what its interpreter must have installed


def _known(name, packages):
    return Peer(name, HERE / "workers" / f"{name}_peer.py",
                HERE / "requirements" / f"{packages}.txt")


KNOWN = {peer.name: peer for peer in (
    _known("torch", "torch"), _known("torch_compiled", "torch"), _known("huggingface", "torch"),
    _known("onnxruntime", "torch"), _known("onnxruntime_plain", "torch"), _known("jax", "jax"))}


def chosen(text, stands_in):
    """Peers of "torch,jax": known names, or files of one's own that end in .py."""
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if names.count(name) > 1:
            raise Refused(f"--with {text}: {name} is named twice")
    return [_peer(name, stands_in) for name in names]


def _peer(name, stands_in):
    if name in KNOWN:
        return KNOWN[name]
    if not name.endswith(".py"):
        raise Refused(f"--with {name}: no such peer; known are {', '.join(KNOWN)}, "
                      "or give a file that ends in .py")
    path = pathlib.Path(stands_in) / name
    if not path.is_file():
        raise Refused(f"--with {name}: no such file")
    return Peer(path.stem.removesuffix("_peer"), path)
