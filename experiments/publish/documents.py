"""What documents quote of published runs, made anew."""
import json
import re

# What the README says before a block of code.
TABLE, VERDICTS = "It ends with this", "Then each claim"
EXPONENT = re.compile(r"(exponent\s+in\s+N\s+is\s+)\d+\.\d+")
LINEAR = ("scaling_n", "perceiver_linear_in_inputs_seconds")


class Missing(Exception):
    """What a document should quote, and cannot."""


def quickstart_table(said, run_id):
    """Of what a run of the quickstart said: its part on N, as the README shows it."""
    found = re.findall(r"^quickstart: .*?^transformer over perceiver at N=[^\n]*\n", said, re.M | re.S)
    rows = re.findall(r"^(\d+) rows in ", said, re.M)
    if not found or not rows:
        raise Missing("the quickstart's log has no table")
    # Other lines begin with the name, too.
    table = "quickstart: " + found[-1].rpartition("quickstart: ")[2]
    return (f"{table}\n             … the same for M and for B …\n\n"
            f"{rows[-1]} rows in results/local/quickstart/{run_id}\n")


def judged(said):
    """{claim: its lines} of what verify said."""
    found = {}
    for block in re.findall(r"^  (?:SUPPORTED|REFUTED|INCONCLUSIVE) .*\n(?: {16}.*\n)*", said, re.M):
        found[block.split()[1]] = block
    return found


def with_block(text, after, block):
    """`text` with the first code block after some words replaced."""
    before, words, rest = text.partition(after)
    opening, _, rest = rest.partition("```\n")
    _, closing, rest = rest.partition("```")
    if not closing:
        raise Missing(f'the README has no code block after "{after}"')
    return f"{before}{words}{opening}```\n{block}{closing}{rest}"


def block_after(text, after):
    return text.partition(after)[2].partition("```\n")[2].partition("```")[0]


def readme(text, table, said, verdicts):
    """The README with what it quotes of today's runs: `table` of the quickstart, the verdicts that
    it shows by `said` of verify, and the exponent of the wider sweep by verdicts.json."""
    text = with_block(text, TABLE, table)
    today = judged(said)
    shown = list(judged(block_after(text, VERDICTS)))
    lost = [claim for claim in shown if claim not in today]
    if lost or not shown:
        raise Missing(f"no verdict on {', '.join(lost) or 'anything'} in today's quickstart")
    text = with_block(text, VERDICTS, "".join(today[claim] for claim in shown))
    exponents = [each["estimate"] for each in verdicts["verdicts"]
                 if (each["experiment"], each["id"]) == LINEAR]
    if not exponents or not EXPONENT.search(text):
        raise Missing(f"no exponent of {LINEAR[0]}")
    return EXPONENT.sub(rf"\g<1>{exponents[0]:.2f}", text)


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))
