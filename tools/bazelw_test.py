"""bazelw takes a Bazel that is there, and installs Debian's where there is none."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

TOOLS = ("bash", "basename", "cat", "comm", "dirname", "env", "grep", "id", "mktemp", "readlink",
         "rm", "sed", "sort", "tail", "tr")
# dpkg-query lists as installed what $FOLDER/installed has.
DPKG = '''while read -r each; do echo "$each install ok installed"; done <"$FOLDER/installed"'''
APT = '''echo "apt-get $*" >>"$FOLDER/log"
case "$*" in *bazel-bootstrap*) cp "$FOLDER/other" "$FOLDER/bin/bazel" ;; esac'''
BAZEL = '''if [ "$*" = --version ]; then echo "VERSION"; else echo "NAME $*" >>"$FOLDER/log"; fi'''


class BazelwTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "bin").mkdir()
        (self.folder / "tools").mkdir()
        for name in ("bazelw", "tools/debian_packages.sh", "tools/packages.txt",
                     "tools/mpi_packages.txt", "tools/simgrid_packages.txt"):
            shutil.copy(name, self.folder / name)
        for name in TOOLS + ("cp",):
            (self.folder / "bin" / name).symlink_to(shutil.which(name))
        self.program("dpkg-query", DPKG)
        self.program("apt-get", APT)
        self.program("sudo", 'exec "$@"')
        self.program("../other", BAZEL.replace("NAME", "Debian's"))
        packages = [line.split("#")[0].strip() for line in
                    (self.folder / "tools/packages.txt").read_text().splitlines()]
        self.packages = [each for each in packages if each]
        self.installed(self.packages)

    def program(self, name, text):
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/bash\n{text}\n")
        path.chmod(0o755)

    def installed(self, packages):
        (self.folder / "installed").write_text("".join(f"{each}\n" for each in packages))

    def bazel(self, name="bazel", version="bazel 8.1.0"):
        self.program(name, BAZEL.replace("NAME", name).replace("VERSION", version))

    def run_it(self, *words):
        return subprocess.run(
            [self.folder / "bazelw", *(words or ["test", "//..."])], text=True, capture_output=True, check=False,
            env={"PATH": str(self.folder / "bin"), "FOLDER": str(self.folder)}, cwd=self.folder)

    def did(self, *words, status=0):
        result = self.run_it(*words)
        self.assertEqual(result.returncode, status, result.stderr)
        log = self.folder / "log"
        self.said = result.stderr
        return log.read_text().splitlines() if log.exists() else []

    def test_debians_is_silent(self):
        self.bazel(version="bazel no_version")
        self.assertEqual(self.did(), ["bazel test //..."])
        self.assertEqual(self.said, "")

    def test_another_is_taken_as_it_is_and_none_installed_beside_it(self):
        self.bazel()
        self.installed(set(self.packages) - {"libfmt-dev", "bazel-bootstrap", "bazel-platforms"})
        did = self.did()
        self.assertEqual(did[-1], "bazel test //...")
        self.assertIn("libfmt-dev", did[1])
        self.assertNotIn("bazel-", " ".join(did))
        self.assertIn("tried with Bazel 4.2.3 (Debian's)", self.said)

    def test_bazelisk_too(self):
        self.bazel("bazelisk")
        self.installed(set(self.packages) - {"bazel-bootstrap"})
        self.assertEqual(self.did(), ["bazelisk test //..."])
        self.assertIn("by bazelisk", self.said)

    def test_debians_is_installed_where_there_is_none(self):
        self.installed([each for each in self.packages if not each.startswith("bazel-")])
        did = self.did()
        self.assertIn("bazel-bootstrap", did[1])
        self.assertEqual(did[-1], "Debian's test //...")

    def test_what_few_need_is_installed_where_it_is_named(self):
        self.bazel(version="bazel no_version")
        for target, package in (("//experiments:ranks", "libopenmpi-dev"),
                                ("//experiments/replay:replay_test", "libsimgrid-dev"),
                                ("//experiments:run", None)):
            (self.folder / "log").unlink(missing_ok=True)
            did = self.did("run", target, "--", "--ranks", "2")
            self.assertEqual(did[-1], f"bazel run {target} -- --ranks 2")
            installs = [line for line in did if " install " in line]
            self.assertEqual(len(installs), 1 if package else 0, did)
            if package:
                self.assertIn(package, installs[0].split())

    def test_versions_between_are_refused(self):
        self.bazel(version="bazel 6.4.0")
        self.installed(set(self.packages) - {"bazel-bootstrap"})
        self.assertEqual(self.did(status=1), [])
        self.assertIn("take 7 or newer", self.said)

    def test_elsewhere_what_is_needed_is_said(self):
        (self.folder / "bin/apt-get").unlink()
        self.assertEqual(self.did(status=1), [])
        self.assertIn("libfmt-dev", self.said)
        self.bazel()
        self.assertEqual(self.did(), ["bazel test //..."])
        self.assertIn("no Debian system", self.said)
        self.assertNotIn("bazel-rules-java", self.said)


if __name__ == "__main__":
    unittest.main()
