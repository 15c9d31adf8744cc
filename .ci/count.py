"""Counts tests in Bazel's build events: count.py BROKEN EVENTS.json...

BROKEN is 1 if Bazel failed, so that a failure without tests is never a pass.
"""
import collections
import json
import sys


def outcomes(path):
    """{label: PASSED, FAILED, TIMEOUT, ... or NO_STATUS} for each test of a run."""
    tests = {}
    try:
        lines = open(path, encoding="utf-8").read().splitlines()
    except OSError:
        return tests
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue  # cut off when Bazel was stopped
        identity = event.get("id", {})
        if "targetConfigured" in identity:
            if event.get("configured", {}).get("testSize"):
                tests.setdefault(identity["targetConfigured"]["label"], "NO_STATUS")
        elif "testSummary" in identity:
            label = identity["testSummary"]["label"]
            tests[label] = event.get("testSummary", {}).get("overallStatus", "NO_STATUS")
    return tests


def main():
    broken, files = sys.argv[1] != "0", sys.argv[2:]
    counts = collections.Counter()
    for path in files:
        for label, status in sorted(outcomes(path).items()):
            counts[status] += 1
            # A flaky test failed at least once: it is no pass.
            if status != "PASSED":
                print(f"{status}: {label} ({path.rsplit('/', 1)[-1][:-5]})")
    passed = counts["PASSED"]
    failed = sum(counts.values()) - passed
    if failed == 0 and (broken or passed == 0):
        print("the build failed or held no test" if broken else "no test was found")
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
