"""Counts tests in Bazel's build events: count.py BROKEN RUN...

BROKEN is 1 if Bazel failed, so that a failure without tests is never a pass.
RUN.tests lists the tests there are, RUN.json has the events.
"""
import collections
import json
import sys


def lines(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().splitlines()
    except OSError:
        return []


def outcomes(run):
    """{label: PASSED, FAILED, TIMEOUT, ... or NOT RUN} for each test of a run."""
    tests = {label: "NOT RUN" for label in lines(run + ".tests") if label}
    for line in lines(run + ".json"):
        try:
            event = json.loads(line)
        except ValueError:
            continue  # cut off when Bazel was stopped
        label = event.get("id", {}).get("testSummary", {}).get("label")
        if label:
            tests[label] = event.get("testSummary", {}).get("overallStatus", "NOT RUN")
    return tests


def main():
    broken, runs = sys.argv[1] != "0", sys.argv[2:]
    counts = collections.Counter()
    for run in runs:
        for label, status in sorted(outcomes(run).items()):
            counts[status] += 1
            # A flaky test failed at least once: it is no pass.
            if status != "PASSED":
                print(f"{status}: {label} ({run.rsplit('/', 1)[-1]})")
    passed = counts["PASSED"]
    failed = sum(counts.values()) - passed
    if failed == 0 and (broken or passed == 0):
        print("the build failed" if broken else "no test was found")
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
