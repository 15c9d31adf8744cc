"""Gradients, as a user meets them: real checkpoints of transformers, and every bad input."""
import json
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest

import numpy as np

from pretrained.run import tiny_checkpoint

PROGRAM = pathlib.Path("pretrained/run/gradients").resolve()
CHECKPOINTS = pathlib.Path("pretrained/golden/checkpoints").resolve()
BARE, TEXT = (CHECKPOINTS / name for name in ("bare", "masked_lm"))


def run(*words):
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True)


def tensors(path):
    """Name to array, of F32 and F16."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    kinds = {"F32": np.float32, "F16": np.float16}
    return {name: np.frombuffer(data[8 + length:], kinds[entry["dtype"]],
                                (entry["data_offsets"][1] - entry["data_offsets"][0])
                                // np.dtype(kinds[entry["dtype"]]).itemsize,
                                entry["data_offsets"][0]).reshape(entry["shape"])
            for name, entry in header.items() if entry["dtype"] in kinds}


def weights(checkpoint):
    files = sorted(checkpoint.glob("model*.safetensors"))
    return {name: array for file in files for name, array in tensors(file).items()}


class GradientsTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.out = self.folder / "gradients.safetensors"

    def saved(self, name, array):
        np.save(self.folder / name, array)
        return self.folder / name

    def gradients(self, checkpoint, *words):
        result = run("--checkpoint", checkpoint, "--out", self.out, *words)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stderr, "")
        self.assertIn("the gradients of", result.stdout)
        return tensors(self.out)

    def assert_autograds(self, checkpoint, ours):
        theirs = tensors(checkpoint / "gradients.safetensors")
        most = max(abs(values).max() for values in theirs.values())
        shapes = {name: array.shape for name, array in weights(checkpoint).items()}
        self.assertEqual({name: array.shape for name, array in ours.items()},
                         {name: shapes[name] for name in ours})
        for name in theirs.keys() | ours.keys():
            zero = np.zeros(shapes[name], np.float32)
            expected = theirs.get(name, zero)
            # What cancels, as in biases of keys, leaves noise of the rest.
            allowed = 1e-4 * max(abs(expected).max(), 0.01 * most)
            self.assertLessEqual(abs(ours.get(name, zero) - expected).max(), allowed, name)


class Answered(GradientsTest):
    def test_as_autograd_does(self):
        for recompute in ([], ["--recompute"]):
            ours = self.gradients(BARE, "--input", BARE / "in.npy", "--cotangent",
                                  BARE / "cotangent.npy", *recompute)
            self.assertEqual(ours.keys(), weights(BARE).keys())
            self.assert_autograds(BARE, ours)

    def test_of_masked_text(self):
        ours = self.gradients(TEXT, "--input", TEXT / "in.npy", "--mask", TEXT / "mask.npy",
                              "--cotangent", f"logits={TEXT / 'cotangent.npy'}")
        self.assert_autograds(TEXT, ours)

    def test_of_several_outputs(self):
        checkpoint = self.folder / "autoencoder"
        tiny_checkpoint.autoencoder(checkpoint, frames=2, size=8, samples=96)
        draw = np.random.default_rng(2)

        def drawn(name, shape):
            return self.saved(f"{name}.npy", draw.normal(0, 1, shape).astype(np.float32))
        inputs = [word for name, shape in {"audio": (1, 96, 1), "image": (1, 2, 3, 8, 8)}.items()
                  for word in ("--input", f"{name}={drawn(name, shape)}")]
        asked = [word for name, shape in {"audio": (1, 96), "image": (1, 128, 3),
                                          "label": (1, 3)}.items()
                 for word in ("--cotangent", f"{name}={drawn('of_' + name, shape)}")]
        ours = self.gradients(checkpoint, *inputs, *asked)
        # No model reads them.
        unread = {f"perceiver.input_preprocessor.{name}"
                  for name in ("padding.label", "mask.audio", "mask.image")}
        self.assertEqual(ours.keys() | unread, weights(checkpoint).keys())
        for name, values in ours.items():
            # Softmax takes away what a bias of keys adds.
            self.assertTrue(np.isfinite(values).all() and
                            (abs(values).max() > 0 or name.endswith("key.bias")), name)

        self.out.unlink()
        result = run("--checkpoint", checkpoint, "--out", self.out, *inputs, *asked[:4])
        self.assertEqual(result.returncode, 2)
        self.assertIn("no cotangent of label: --cotangent OUTPUT=FILE.npy for each of audio, "
                      "image, label is allowed", result.stderr)
        self.assertFalse(self.out.exists())


class Refused(GradientsTest):
    def refused(self, said, *words):
        result = run(*words)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual((result.stderr.count("\n"), result.stdout), (1, ""), result.stderr)
        self.assertTrue(result.stderr.startswith("error: "), result.stderr)
        self.assertIn(said, result.stderr)
        self.assertEqual(list(self.folder.glob("*.safetensors*")), [])

    def bare(self, **changed):
        """The words of a good call, but for some."""
        words = {"checkpoint": BARE, "input": BARE / "in.npy",
                 "cotangent": BARE / "cotangent.npy", "out": self.out} | changed
        return [word for name, value in words.items() if value is not None
                for word in (f"--{name}", value)]

    def test_what_is_missing(self):
        self.refused("--checkpoint DIR is needed", *self.bare(checkpoint=None))
        self.refused("--cotangent FILE.npy is needed", *self.bare(cotangent=None))
        self.refused("ends with .safetensors is needed", *self.bare(out=None))
        self.refused("inputs given: none", *self.bare(input=None))
        self.refused("none.npy", *self.bare(cotangent=self.folder / "none.npy"))

    def test_cotangents_that_do_not_fit(self):
        other = self.saved("other.npy", np.zeros((2, 5, 9), np.float32))
        self.refused("a cotangent of shape [2, 5, 9]; the output has [2, 5, 8]",
                     *self.bare(cotangent=other))
        whole = self.saved("whole.npy", np.zeros((2, 5, 8), np.int64))
        self.refused("whole.npy", *self.bare(cotangent=whole))
        self.refused("no such output: --cotangent FILE.npy is allowed",
                     *self.bare(cotangent=f"audio={BARE / 'cotangent.npy'}"))
        self.refused("a second one of the output", *self.bare(), "--cotangent",
                     BARE / "cotangent.npy")

    def test_outputs_that_cannot_be_written(self):
        self.refused("ends with .safetensors", *self.bare(out=self.folder / "out.npy"))
        self.refused("there is no folder",
                     *self.bare(out=self.folder / "none" / "out.safetensors"))
        folder = self.folder / "folder"
        folder.mkdir()
        (folder / "a.safetensors").mkdir()
        self.refused("it is a folder", *self.bare(out=folder / "a.safetensors"))

    def test_what_was_there_stays(self):
        self.out.write_bytes(b"kept")
        result = run(*self.bare(input=self.folder / "none.npy"))
        self.assertEqual(result.returncode, 2)
        self.assertEqual(self.out.read_bytes(), b"kept")


if __name__ == "__main__":
    unittest.main()
