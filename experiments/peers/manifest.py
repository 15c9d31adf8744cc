"""manifest.json of a contest: how every number of its cells.csv was made."""
import datetime
import json
import os


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def run_id():
    return f"{now():%Y%m%dT%H%M%SZ}-{os.getpid()}"


class Manifest:
    def __init__(self, folder, identity, command_line):
        self.path = folder / "manifest.json"
        self.json = {
            "schema": 1, "run_id": identity, "started": f"{now():%FT%TZ}", "finished": None,
            # Where files lay is nobody's.
            "command_line": [os.path.basename(word) if "/" in word else word
                             for word in command_line],
            "load": {"before": os.getloadavg(), "after": None},
            # None: a ratio needs no share of the machine's peak.
            "calibration": {"before": None, "after": None}, "resumed": [], "warnings": []}

    def ours(self, listing, settings):
        """What our side says of itself; `settings` are those that the user changed."""
        for key in ("experiment", "definition", "machine", "build"):
            self.json[key] = listing[key]
        self.json["settings"] = listing["settings"] | settings
        self.json["warnings"] += [w for w in listing["warnings"]
                                  if w not in self.json["warnings"]]

    def peer(self, name, versions):
        self.json.setdefault("peers", {})[name] = {"versions": versions}

    def finished(self):
        self.json["finished"] = f"{now():%FT%TZ}"
        self.json["load"]["after"] = os.getloadavg()

    def save(self):
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps(self.json, indent=2) + "\n", encoding="utf-8")
        os.replace(beside, self.path)
