"""The machine code of attention's two hottest loops: nothing of the block of sums
leaves its registers, and nothing is loaded twice."""
import pathlib
import re
import shutil
import subprocess
import unittest

LIBRARY = next(pathlib.Path("primitives/attention").glob("libattention.*"))
# By the widest registers that the code uses: rows and vectors of a block, as
# primitives/panels/block_shape.h has them.
BLOCKS = {"zmm": (8, 3), "ymm": (6, 2)}


def functions(text):
    """Each function's instructions, [(address, words)]."""
    found, current = [], []
    for line in text.splitlines():
        if re.match(r"[0-9a-f]+ <.*>:$", line):
            current = []
            found.append(current)
        elif match := re.match(r"\s+([0-9a-f]+):\t(.*)", line):
            current.append((int(match[1], 16), match[2].split("#")[0].strip()))
    return found


def innermost_loops(code):
    """What lies between a jump backwards and where it leads, without another jump."""
    at = {address: i for i, (address, _) in enumerate(code)}
    for i, (_, words) in enumerate(code):
        target = re.match(r"j\w+\s+([0-9a-f]+)", words)
        first = at.get(int(target[1], 16), i) if target else i
        body = [words for _, words in code[first:i]]
        if body and not any(words.startswith("j") for words in body):
            yield body


def multiply_adds(body):
    return [words for words in body if re.match(r"vfn?madd\w+ps\b", words)]


def loads(body):
    """Instructions that read memory."""
    return [words for words in body
            if "(" in words and not re.match(r"lea|prefetch|nop", words)]


class DepthLoopTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("objdump"):
            raise unittest.SkipTest("no objdump (Debian: binutils)")
        text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", LIBRARY],
                              check=True, capture_output=True, text=True).stdout
        widest = next((name for name in BLOCKS if f"%{name}" in text), None)
        if widest is None:
            raise unittest.SkipTest("code without AVX")
        cls.rows, cls.vectors = BLOCKS[widest]
        cls.loops = [body for code in functions(text) for body in innermost_loops(code)]

    def whole_blocks(self):
        return [body for body in self.loops
                if len(multiply_adds(body)) == self.rows * self.vectors]

    def test_scores_and_values_have_whole_blocks(self):
        # Scores that become weights, scores alone, and values.
        self.assertGreaterEqual(len(self.whole_blocks()), 3)

    def test_no_block_is_larger(self):
        most = max(len(multiply_adds(body)) for body in self.loops
                   if len(multiply_adds(body)) > len(body) / 3)
        self.assertEqual(most, self.rows * self.vectors)

    def test_sums_stay_in_registers(self):
        for body in self.whole_blocks():
            self.assertEqual([words for words in body if "%rsp" in words or "%rbp" in words],
                             [], "\n".join(body))

    def test_each_value_is_loaded_once(self):
        for body in self.whole_blocks():
            self.assertEqual(len(loads(body)), self.rows + self.vectors,
                             "\n".join(body))


if __name__ == "__main__":
    unittest.main()
