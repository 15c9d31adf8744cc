"""Interpreters that have what peers need, made once and kept outside of the checkout."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

from experiments.peers.refused import Refused


def cache_folder():
    try:
        base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    except RuntimeError as error:  # a user of no name
        raise Refused("there is no home folder to keep interpreters in: set XDG_CACHE_HOME, or "
                      "give --python FILE, an interpreter that has what is needed") from error
    return pathlib.Path(base) / "perceiver_benchmark"


def python_with(requirements, cache, of="peers"):
    """An interpreter with what the list `requirements` pins; installs it if needed. `of`
    begins its folder's name."""
    text = requirements.read_text(encoding="utf-8")
    folder = cache / f"{of}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    python, complete = folder / "bin" / "python", folder / "complete"
    if complete.is_file():
        return python
    print(f"installing {requirements.name} into {folder}", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)  # of an installation that was cut short
    cache.mkdir(parents=True, exist_ok=True)
    log = cache / f"{folder.name}.log"
    _run([sys.executable, "-m", "venv", folder], log, "cannot make an environment")
    _run([python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input",
          "-r", requirements], log, f"cannot install {requirements.name}")
    complete.write_text(text, encoding="utf-8")
    return python


def _run(command, log, failure):
    with open(log, "w", encoding="utf-8") as output:
        status = subprocess.run([str(word) for word in command], stdout=output,
                                stderr=subprocess.STDOUT, check=False).returncode
    if status != 0:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        # The last of pip's errors is the reason; hints may follow.
        errors = [line for line in lines if line.startswith("ERROR")]
        said = (errors or lines or [""])[-1]
        raise Refused(f"{failure}: {said.strip()}; the log is {log}. "
                      "--python FILE takes an interpreter that has what is needed")
