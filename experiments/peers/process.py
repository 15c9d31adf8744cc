"""A child process that answers a request, a line of JSON, with a line of JSON."""
import json
import pathlib
import subprocess

from experiments.peers.failed import Failed

PATIENCE_SECONDS = 10  # for a child that was told to end


class Process:
    """Starts when it is first asked, and anew after it died. stderr goes to `log`."""

    def __init__(self, command, log, environment):
        self.command = [str(word) for word in command]
        self.log = pathlib.Path(log)
        self.environment = environment
        self.child = None

    @property
    def alive(self):
        return self.child is not None and self.child.poll() is None

    def ask(self, do, **details):
        """The answer as a dict. Raises Failed if there is none, or it is an error."""
        if not self.alive:
            self._start()
        try:
            self.child.stdin.write(json.dumps({"do": do, **details}) + "\n")
            self.child.stdin.flush()
            line = self.child.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line.endswith("\n"):
            raise Failed(self._epitaph())
        try:
            answer = json.loads(line)
        except ValueError:
            self.stop()  # what comes next would answer something else
            raise Failed(f"its process answered {line.strip()[:80]!r}, which is not JSON") from None
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def stop(self):
        """Ends the child: its input ends, and if that isn't enough it is killed."""
        if self.child is None:
            return
        self._end_input()
        try:
            self.child.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child.stdout.close()
        self.child = None

    def _start(self):
        self.stop()
        with open(self.log, "a", encoding="utf-8") as log:
            self.child = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                text=True, env=self.environment)

    def _epitaph(self):
        """Why a child that gave no answer is gone: its last words, or its signal."""
        self._end_input()
        code = self.child.wait()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
        words = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return f"its process {how}" + (f": {words[-1].strip()}" if words else "")

    def _end_input(self):
        try:
            self.child.stdin.close()
        except BrokenPipeError:
            pass  # it is dead already
