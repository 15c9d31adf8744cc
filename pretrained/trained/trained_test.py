"""What //experiments:learn wrote, run and exported as a user does it, against the classifiers'
own answers."""
import json
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest
import zlib

import numpy as np

RUN = pathlib.Path("pretrained/run/run").resolve()
EXPORT = pathlib.Path("pretrained/trained/export").resolve()
CASES = pathlib.Path("experiments/learning/run/trained_cases").resolve()
GOLDEN = pathlib.Path("pretrained/golden/trained").resolve()
REFUSED = {
    "own_positions": "positions of its own are not read",
    "own_map": "its input_map is not read",
    "table_fourier": "Fourier positions on a grid of 2 dimensions: of inputs that are no pixels",
}


def run(program, *words):
    return subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=False)


def as_model_takes(given, config):
    """The program's input, from what the task handed out, [batch, N, channels]."""
    if config["inputs"]["vocabulary"]:
        return given[..., 0].astype(np.int64)
    if "pixels" not in config:
        return given
    (rows, columns), patch = config["inputs"]["grid"], config["pixels"]["patch"]
    places = config["inputs"]["places"] or range(rows * columns)
    picture = np.zeros((len(given), 1, rows * patch, columns * patch), np.float32)
    for n, place in enumerate(places):
        top, left = place // columns * patch, place % columns * patch
        picture[:, 0, top:top + patch, left:left + patch] = given[:, n].reshape(-1, patch, patch)
    return picture


def save_grey(path, bytes_of):
    """uint8 [height, width], as PNG."""
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))
    height, width = bytes_of.shape
    rows = b"".join(b"\0" + row.tobytes() for row in bytes_of)
    path.write_bytes(b"\x89PNG\r\n\x1a\n"
                     + chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def tensors(path):
    """{name: values} of a safetensors file."""
    data = path.read_bytes()
    end = 8 + struct.unpack("<Q", data[:8])[0]
    return {name: np.frombuffer(data[end:][slice(*entry["data_offsets"])], "<f4")
            .reshape(entry["shape"])
            for name, entry in json.loads(data[8:end]).items() if name != "__metadata__"}


def save_tensors(path, arrays):
    header, data = {}, b""
    for name, array in arrays.items():
        values = np.ascontiguousarray(array, "<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": array.shape,
                        "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


class TrainedTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.written = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.written)
        made = run(CASES, cls.written)
        assert made.returncode == 0, made.stderr

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.out = self.folder / "out.npy"

    def copy(self, case):
        return pathlib.Path(shutil.copytree(self.written / case, self.folder / case))

    def words(self, case):
        """The options that give a case its inputs."""
        config = json.loads((case / "config.json").read_text())
        np.save(self.folder / "in.npy", as_model_takes(np.load(case / "in.npy"), config))
        words = ["--input", self.folder / "in.npy"]
        if (case / "mask.npy").exists():
            np.save(self.folder / "mask.npy", np.load(case / "mask.npy")[..., 0].astype(np.int64))
            words += ["--mask", self.folder / "mask.npy"]
        return words

    def difference(self, case, checkpoint=None):
        """Of the program's answer from the classifier's own, in shares of the largest."""
        said = run(RUN, "--checkpoint", checkpoint or case, "--out", self.out,
                   *self.words(case))
        self.assertEqual((said.returncode, said.stderr), (0, ""))
        theirs, ours = np.load(case / "out.npy"), np.load(self.out)
        self.assertEqual(ours.size, theirs.size)
        return abs(ours.reshape(theirs.shape) - theirs).max() / abs(theirs).max()

    def refused(self, complaint, program, *words):
        said = run(program, *words)
        self.assertEqual((said.returncode, said.stdout), (2, ""), said.stderr)
        self.assertEqual(said.stderr.count("\n"), 1, said.stderr)
        self.assertIn(complaint, said.stderr)


class Answers(TrainedTest):
    def test_every_kind_answers_as_its_classifier_did(self):
        cases = sorted(self.written.iterdir())
        self.assertGreaterEqual(len(cases), 20)
        for case in cases:
            if case.name in REFUSED:
                continue
            with self.subTest(case.name):
                self.assertLess(self.difference(case), 1e-5)

    def test_what_cannot_be_said_is_refused(self):
        for name, complaint in REFUSED.items():
            with self.subTest(name):
                case = self.written / name
                self.refused(complaint, RUN, "--checkpoint", case, *self.words(case))

    def test_a_wrong_transposition_shows(self):
        for name, tensor in (("line_fourier", "cross0.query.weight"), ("text_alike", "embedding"),
                             ("picture", "block0.layer0.mlp_in.weight")):
            case = self.copy(name)
            arrays = tensors(case / "model.safetensors")
            found = arrays[tensor]
            arrays[tensor] = found.T.reshape(found.shape)
            save_tensors(case / "model.safetensors", arrays)
            with self.subTest(name):
                self.assertGreater(self.difference(case), 1e-3)

    def test_a_picture_is_scaled_as_the_task_scaled_it(self):
        case = self.written / "picture"
        ink = np.random.default_rng(1).integers(0, 17, (8, 8))
        np.save(self.folder / "in.npy", ((ink.astype(np.float32) - 5) / 6)[None, None])
        run(RUN, "--checkpoint", case, "--out", self.out, "--input", self.folder / "in.npy")
        by_values = np.load(self.out)
        save_grey(self.folder / "in.png", np.rint(ink * 255 / 16).astype(np.uint8))
        said = run(RUN, "--checkpoint", case, "--out", self.out, "--image",
                   self.folder / "in.png")
        self.assertEqual((said.returncode, said.stderr), (0, ""))
        np.testing.assert_array_equal(np.load(self.out), by_values)
        said = run(RUN, "--checkpoint", case, "--image", self.folder / "in.png",
                   "--attention-map", self.folder / "map.png")
        self.assertEqual((said.returncode, said.stderr), (0, ""))
        self.assertIn("image [1, 1, 8, 8]", said.stdout)
        self.assertRegex(said.stdout, r"\d %.*(ant|bee|cat)")
        self.assertEqual((self.folder / "map.png").read_bytes()[:4], b"\x89PNG")

    def test_text_is_its_bytes(self):
        case = self.written / "text_alike"
        np.save(self.folder / "in.npy", np.frombuffer("Käse!".encode(), np.uint8)
                .astype(np.int64)[None])
        by_ids = run(RUN, "--checkpoint", case, "--out", self.out, "--input",
                     self.folder / "in.npy")
        self.assertEqual((by_ids.returncode, by_ids.stderr), (0, ""))
        ids = np.load(self.out)
        by_text = run(RUN, "--checkpoint", case, "--out", self.out, "--text", "Käse!")
        self.assertEqual((by_text.returncode, by_text.stderr), (0, ""))
        np.testing.assert_array_equal(np.load(self.out), ids)
        self.assertIn("text [1, 6]", by_text.stdout)
        self.assertRegex(by_text.stdout, r"\d %.*(ant|bee|cat)")
        self.refused("a text of 13 bytes; the model takes 1 to 12", RUN, "--checkpoint", case,
                     "--text", "a" * 13)


class Exports(TrainedTest):
    def export(self, name):
        said = run(EXPORT, "--checkpoint", self.written / name, "--out", self.folder / "theirs")
        self.assertEqual((said.returncode, said.stderr), (0, ""))
        return said.stdout

    def test_a_text_classifier_answers_the_same(self):
        self.assertIn("PerceiverForSequenceClassification: tokens [batch, up to 12]",
                      self.export("text_alike"))
        self.assertLess(self.difference(self.written / "text_alike", self.folder / "theirs"), 1e-5)

    def test_what_is_no_classifier_of_theirs_is_an_encoder(self):
        for name, why in (("first_read", "transformers classify texts"),
                          ("text_fourier", "perceiver_io(decoder_heads=1, decoder_residual=true)"),
                          ("several", "transformers classify texts")):
            with self.subTest(name):
                said = self.export(name)
                self.assertIn("PerceiverModel: the encoder alone", said)
                self.assertIn(why, said)
                rows = json.loads((self.folder / "theirs/config.json").read_text())["d_model"]
                np.save(self.folder / "rows.npy", np.ones((2, 12, rows), np.float32))
                ran = run(RUN, "--checkpoint", self.folder / "theirs", "--input",
                          self.folder / "rows.npy")
                self.assertIn("latents [2, 4, 8]", ran.stdout, ran.stderr)

    def test_what_is_no_encoder_of_theirs_is_refused(self):
        for name, why in (("line_learned", "cross_attends=first"),
                          ("picture", "reads its inputs once")):
            with self.subTest(name):
                self.refused(why, EXPORT, "--checkpoint", self.written / name, "--out",
                             self.folder / "theirs")
                self.assertFalse((self.folder / "theirs").exists())


    def test_they_answer_as_transformers_did(self):
        cases = sorted(GOLDEN.iterdir())
        self.assertEqual([case.name for case in cases], ["first_read", "text_alike"])
        for case in cases:
            said = run(EXPORT, "--checkpoint", case, "--out", self.folder / case.name)
            self.assertEqual((said.returncode, said.stderr), (0, ""))
            theirs = np.load(case / "out.npy")
            # A classifier of theirs answers so before it was exported, too.
            for checkpoint in [self.folder / case.name, case][:1 + (case.name == "text_alike")]:
                with self.subTest(checkpoint):
                    ran = run(RUN, "--checkpoint", checkpoint, "--input", case / "in.npy",
                              "--out", self.out)
                    self.assertEqual((ran.returncode, ran.stderr), (0, ""))
                    ours = np.load(self.out)
                    self.assertEqual(ours.shape, theirs.shape)
                    self.assertLess(abs(ours - theirs).max(), 1e-5 * abs(theirs).max())


class Refusals(TrainedTest):
    def refused_with(self, complaint, change, name="picture"):
        case = self.copy(name)
        config = json.loads((case / "config.json").read_text())
        words = self.words(case)
        change(config)
        (case / "config.json").write_text(json.dumps(config))
        with self.subTest(complaint):
            self.refused(complaint, RUN, "--checkpoint", case, *words)
        shutil.rmtree(case)

    def test_of_config(self):
        def change(*path, to=None):
            def apply(config):
                for key in path[:-1]:
                    config = config[key]
                if to is None:
                    del config[path[-1]]
                else:
                    config[path[-1]] = to
            return apply
        for complaint, how in (
                ("config.json: shape is missing", change("shape")),
                ("config.json: shape: an object", change("shape", to=3)),
                ("config.json: M is missing", change("shape", "M")),
                ("config.json: D = -8", change("shape", "D", to=-8)),
                ("B = 20000: up to 10000", change("shape", "B", to=20000)),
                ("20000 layers a block", change("shape", "L", to=20000)),
                ("H = 3 heads do not divide", change("shape", "H", to=3)),
                ("config.json: C = 15: inputs and positions make 14", change("shape", "C", to=15)),
                ('contestant = "transformer": allowed are', change("contestant", to="transformer")),
                ("perceiver(", change("contestant", to="perceiver(")),
                ("unknown option depth", change("contestant", to="perceiver(depth=4)")),
                ("config.json: contestant = 7", change("contestant", to=7)),
                ("outputs = 2: the mean", change("outputs", to=2)),
                ("id2label: its classes are missing", change("id2label")),
                ("id2label has 3 entries", change("id2label", to={"0": "a", "1": "b", "3": "c"})),
                ('kind = "sines": allowed are', change("positions", "kind", to="sines")),
                ('kind = "a\\x0a\\x1b[31m": allowed are',
                 change("positions", "kind", to="a\n\x1b[31m")),
                ("config.json: bands is missing", change("positions", "bands")),
                ("grid = [3, 5]: its product must be N = 16", change("inputs", "grid", to=[3, 5])),
                ("grid: a list", change("inputs", "grid", to="3x4")),
                ("grid: whole numbers", change("inputs", "grid", to=[3.5, 4])),
                ("places: each of 0 to 15 once", change("inputs", "places", to=[0] * 16)),
                ("pixels in patches of 3", change("pixels", "patch", to=3)),
                ("a unit above 0", change("pixels", "unit", to=0)),
                ("middle: a finite number", change("pixels", "middle", to="dark")),
                ('"head.bias" is [3], wanted [2]',
                 change("id2label", to={"0": "a", "1": "b"}))):
            self.refused_with(complaint, how)
        self.refused_with("tokens of 1 channels and an embedding of 0",
                          change("inputs", "embedding", to=0), "text")
        self.refused_with("beside 2 coordinates", change("inputs", "coordinates", to=2), "points")

    def test_of_weights(self):
        case = self.copy("picture")
        words = self.words(case)
        arrays = tensors(case / "model.safetensors")
        for complaint, changed in (
                ('missing: "latents"', {n: a for n, a in arrays.items() if n != "latents"}),
                ('left over: "more"', {**arrays, "more": arrays["latents"]}),
                ('"latents" is [8, 4], wanted [4, 8]', {**arrays, "latents": arrays["latents"].T})):
            save_tensors(case / "model.safetensors", changed)
            with self.subTest(complaint):
                self.refused(complaint, RUN, "--checkpoint", case, *words)

    def test_of_inputs(self):
        case = self.written / "picture"
        np.save(self.folder / "in.npy", np.zeros((1, 1, 4, 16), np.float32))
        given = ("--input", self.folder / "in.npy")
        self.refused("shape [1, 1, 4, 16]; the model takes [batch, 1, 8, 8]", RUN, "--checkpoint",
                     case, *given)
        self.refused("--input FILE.npy or --image", RUN, "--checkpoint", case, "--text", "a")
        self.refused("PerceiverClassifier takes --input FILE.npy", RUN, "--checkpoint",
                     self.written / "points", "--image", "a.png")
        np.save(self.folder / "in.npy", np.full((1, 3), 256))
        self.refused("id [0, 0] is 256; 0 to 255", RUN, "--checkpoint", self.written / "text",
                     *given)


if __name__ == "__main__":
    unittest.main()
