"""Encode, as a user meets it: real checkpoints of transformers, and every bad input."""
import json
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile
import unittest
import wave
import zlib

import numpy as np

from pretrained.run import tiny_checkpoint

PROGRAM = pathlib.Path("pretrained/run/run").resolve()
CHECKPOINTS = pathlib.Path("pretrained/golden/checkpoints").resolve()
PICTURE = pathlib.Path("pretrained/inputs/pictures/testdata/scene.png").resolve()
BARE, TEXT, IMAGE = (CHECKPOINTS / name for name in ("bare", "masked_lm", "image_conv"))


def run(*words):
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True)


def save_picture(path, rgb):
    """uint8 [height, width, 3], as PNG."""
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))
    height, width, _ = rgb.shape
    rows = b"".join(b"\0" + row.tobytes() for row in rgb)
    path.write_bytes(b"\x89PNG\r\n\x1a\n"
                     + chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def pictures(count, height, width):
    return np.random.default_rng(5).integers(0, 256, (count, height, width, 3), np.uint8)


def size_of(path):
    """Height and width of a PNG."""
    width, height = struct.unpack(">2I", path.read_bytes()[16:24])
    return height, width


class EncodeTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.out = self.folder / "out.npy"

    def answer(self, checkpoint, *words):
        """What it prints; its answer is in self.out."""
        result = run("--checkpoint", checkpoint, "--out", self.out, *words)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stderr, "")
        return result.stdout

    def assert_answer(self, checkpoint):
        theirs, ours = np.load(checkpoint / "out.npy"), np.load(self.out)
        self.assertEqual((ours.dtype, ours.shape), (theirs.dtype, theirs.shape))
        self.assertGreater(abs(theirs).max(), 0.001)
        self.assertLessEqual(abs(ours - theirs).max(), 1e-4 * abs(theirs).max())

    def saved(self, name, array):
        np.save(self.folder / name, array)
        return self.folder / name

    def refused(self, said, *words):
        result = run(*words)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual((result.stderr.count("\n"), result.stdout), (1, ""), result.stderr)
        self.assertTrue(result.stderr.startswith("error: "), result.stderr)
        self.assertIn(said, result.stderr)
        self.assertFalse(self.out.exists())


class Answers(EncodeTest):
    def test_a_sharded_checkpoint_answers_as_transformers_did(self):
        said = self.answer(BARE, "--input", BARE / "in.npy", "--parts", "--repetitions", 2)
        self.assert_answer(BARE)
        for line in ("PerceiverModel, 886 parameters", "array [2, 9, 6]", "latents [2, 5, 8]",
                     "median of 2", "GMACs", "MB of tensors", "key_value_projection"):
            self.assertIn(line, said)

    def test_several_counts_of_threads_are_timed(self):
        said = self.answer(BARE, "--input", BARE / "in.npy", "--threads", "1,2", "--parts")
        self.assert_answer(BARE)
        self.assertEqual(re.findall(r"time +\S+ ms, (\d threads?)\n", said),
                         ["1 thread", "2 threads"])
        self.assertEqual(said.count("key_value_projection"), 2)

    def test_ids_with_a_mask_of_each_dtype(self):
        mask = np.load(TEXT / "mask.npy")
        for dtype in (np.int64, np.int32, np.uint8, np.bool_):
            self.answer(TEXT, "--input", TEXT / "in.npy", "--mask",
                        self.saved("mask.npy", mask.astype(dtype)))
            self.assert_answer(TEXT)

    def test_the_mask_has_an_effect(self):
        self.answer(TEXT, "--input", TEXT / "in.npy")
        theirs = np.load(TEXT / "out.npy")
        self.assertGreater(abs(np.load(self.out) - theirs).max(), 1e-3 * abs(theirs).max())

    def test_pictures_get_classes_with_names(self):
        said = self.answer(IMAGE, "--input", IMAGE / "in.npy")
        self.assert_answer(IMAGE)
        best = np.load(IMAGE / "out.npy").argmax(axis=1)
        names = ["tabby", "otter", "teapot"]
        first_lines = [said.split(f"example {b}:\n")[1].splitlines()[0] for b in range(2)]
        self.assertEqual([line.split()[-1] for line in first_lines],
                         [names[index] for index in best])

    def test_chunks_change_nothing(self):
        self.answer(TEXT, "--input", TEXT / "in.npy", "--mask", TEXT / "mask.npy", "--chunk", 3)
        self.assert_answer(TEXT)

    def test_semantics_have_an_effect(self):
        self.answer(BARE, "--input", BARE / "in.npy", "--semantics", "deepmind")
        theirs = np.load(BARE / "out.npy")
        self.assertGreater(abs(np.load(self.out) - theirs).max(), 1e-5)


class Observations(EncodeTest):
    def test_text_is_what_its_ids_are(self):
        # [CLS], "a", [MASK], "c", [SEP], and two of padding.
        ids = np.array([[4, 6 + 97, 3, 6 + 99, 5, 0, 0]])
        mask = np.array([[1, 1, 1, 1, 1, 0, 0]])
        self.answer(TEXT, "--input", self.saved("ids.npy", ids), "--mask",
                    self.saved("mask.npy", mask))
        by_ids = np.load(self.out)
        said = self.answer(TEXT, "--text", "a[MASK]c")
        np.testing.assert_array_equal(np.load(self.out), by_ids)
        self.assertIn("token    2", said)
        self.assertRegex(said, r"\[CLS\]a\[.+\]c\[SEP\]")
        (self.folder / "text.txt").write_text("a[MASK]c")
        self.answer(TEXT, "--text-file", self.folder / "text.txt")
        np.testing.assert_array_equal(np.load(self.out), by_ids)

    def test_a_picture_is_read_and_its_attention_drawn(self):
        drawn = self.folder / "attention.png"
        said = self.answer(IMAGE, "--image", PICTURE, "--attention-map", drawn)
        self.assertIn("image [1, 3, 224, 224]", said)
        self.assertIn("teapot", said)
        with_map = np.load(self.out)
        self.answer(IMAGE, "--image", PICTURE)
        np.testing.assert_allclose(np.load(self.out), with_map, atol=1e-5)
        self.assertEqual(drawn.read_bytes()[:4], b"\x89PNG")

    def test_attention_to_an_array_is_drawn_as_bands(self):
        drawn = self.folder / "bands.png"
        self.answer(BARE, "--input", BARE / "in.npy", "--attention-map", drawn)
        self.assert_answer(BARE)
        self.assertEqual(drawn.read_bytes()[:4], b"\x89PNG")


    def test_two_frames_become_neighbourhoods_and_motion_a_picture(self):
        checkpoint, drawn = self.folder / "flow", self.folder / "flow.png"
        tiny_checkpoint.flow(checkpoint, 12, 30)
        frames = pictures(2, 12, 30)
        words = []
        for index, frame in enumerate(frames):
            save_picture(self.folder / f"{index}.png", frame)
            words += ["--image", self.folder / f"{index}.png"]
        said = self.answer(checkpoint, *words, "--flow", drawn)
        by_pictures = np.load(self.out)
        self.assertEqual((by_pictures.shape, size_of(drawn)), ((1, 12, 30, 2), (12, 30)))

        padded = np.pad(frames / 255 * 2 - 1, ((0, 0), (1, 1), (1, 1), (0, 0)))
        patches = np.concatenate([padded[:, y:y + 12, x:x + 30] for y in range(3)
                                  for x in range(3)], axis=-1).transpose(0, 3, 1, 2)
        self.answer(checkpoint, "--input",
                    self.saved("patches.npy", patches[None].astype(np.float32)))
        largest = abs(by_pictures).max()
        self.assertLessEqual(abs(np.load(self.out) - by_pictures).max(), 1e-5 * largest)

        lengths = 20 * np.hypot(by_pictures[..., 0], by_pictures[..., 1])
        self.assertIn(f"motion of {lengths.mean():.2f} pixels on average, "
                      f"{lengths.max():.2f} at most", said)
        self.answer(checkpoint, *words[:2], *words[:2])
        self.assertGreater(abs(np.load(self.out) - by_pictures).max(), 1e-3 * largest)

    def test_a_film_with_sound_is_told_again(self):
        checkpoint, film = self.folder / "autoencoder", self.folder / "film"
        tiny_checkpoint.autoencoder(checkpoint, frames=2, size=8, samples=64)
        film.mkdir()
        frames = pictures(2, 8, 8)
        for index, frame in enumerate(frames):
            save_picture(film / f"{index}.png", frame)
        samples = np.random.default_rng(6).integers(-30000, 30000, 64).astype("<i2")
        with wave.open(str(self.folder / "sound.wav"), "wb") as file:
            file.setparams((1, 2, 48000, 0, "NONE", ""))
            file.writeframes(samples.tobytes())
        points = np.array([127, 0, 64, 5])
        said = self.answer(checkpoint, "--audio", self.folder / "sound.wav", "--video", film,
                           "--points", f"image={self.saved('points.npy', points)}",
                           "--attention-map", self.folder / "map.png")
        names = ("audio", "image", "label")
        first = {name: np.load(self.folder / f"out.{name}.npy") for name in names}
        self.assertEqual([first[name].shape for name in names], [(1, 64), (1, 4, 3), (1, 3)])

        sound, seen = samples / 32768, frames / 255
        errors = {"sound": (sound - first["audio"][0], 4),
                  "film": (seen.reshape(-1, 3)[points] - first["image"][0], 1)}
        for what, (error, peak) in errors.items():
            told = float(re.search(rf"{what}: PSNR (\S+) dB", said)[1])
            self.assertAlmostEqual(told, 10 * np.log10(peak / (error**2).mean()), delta=0.01)
        self.assertRegex(said, "drum|flute|rain")

        sound = self.saved("sound.npy", sound[None, :, None].astype(np.float32))
        seen = self.saved("film.npy", seen.transpose(0, 3, 1, 2)[None].astype(np.float32))
        self.answer(checkpoint, "--input", f"audio={sound}", "--input", f"image={seen}",
                    "--chunk", 7)
        whole = np.load(self.folder / "out.image.npy")
        self.assertEqual(whole.shape, (1, 128, 3))
        np.testing.assert_allclose(np.load(self.folder / "out.audio.npy"), first["audio"],
                                   rtol=1e-4, atol=1e-5)


class Records(EncodeTest):
    def test_a_record_runs_without_weights(self):
        words = ("--model", "perceiver_io_starcraft", "--out", self.out)
        result = run(*words, "--seed", 3)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("units [1, 512, 128]", result.stdout)
        first = np.load(self.out)
        self.assertEqual(first.shape, (1, 512, 128))
        run(*words, "--seed", 4)
        self.assertFalse(np.array_equal(np.load(self.out), first))
        run(*words, "--seed", 3)
        np.testing.assert_allclose(np.load(self.out), first, rtol=1e-5, atol=1e-6)

        units = np.zeros((1, 512, 128), np.float32)
        run(*words, "--seed", 3, "--input", self.saved("units.npy", units))
        self.assertGreater(abs(np.load(self.out) - first).max(), 1e-3)

    def test_refusals(self):
        self.refused("perceiver_io_starcraft", "--model", "perceiver_io_starcrafts")
        self.refused("one of --checkpoint DIR and --model", "--model", "a", "--checkpoint", "b")
        self.refused("one of --checkpoint DIR and --model")
        self.refused("--model goes with", "--model", "perceiver_io_starcraft", "--text", "a")
        self.refused("the model takes [1, 512, 128]", "--model", "perceiver_io_starcraft",
                     "--input", self.saved("units.npy", np.zeros((1, 511, 128), np.float32)))


class Refusals(EncodeTest):
    def test_of_files(self):
        self.refused("nowhere", "--checkpoint", self.folder / "nowhere", "--input", "in.npy")
        self.refused("nothing.npy", "--checkpoint", BARE, "--input", "nothing.npy")
        self.refused("no folder", "--checkpoint", BARE, "--input", BARE / "in.npy",
                     "--out", self.folder / "nowhere" / "out.npy")
        self.refused("it is a folder", "--checkpoint", BARE, "--input", BARE / "in.npy",
                     "--attention-map", self.folder)
        self.refused(".npy is allowed", "--checkpoint", BARE, "--input", BARE / "in.npy",
                     "--out", self.folder / "out.txt")

    def test_of_arrays(self):
        def given(array, checkpoint=BARE):
            return ("--checkpoint", checkpoint, "--out", self.out, "--input",
                    self.saved("in.npy", array))
        self.refused("float32 expected", *given(np.zeros((2, 9, 6))))
        self.refused("shape [9, 6]", *given(np.zeros((9, 6), np.float32)))
        self.refused("d_model = 6", *given(np.zeros((2, 9, 5), np.float32)))
        self.refused("is empty", *given(np.zeros((0, 9, 6), np.float32)))
        self.refused("int64 expected", *given(np.zeros((1, 7), np.int32), TEXT))
        self.refused("id [0, 3] is 262; 0 to 261",
                     *given(np.array([[1, 2, 3, 262]]), TEXT))
        self.refused("id [1, 0] is -1", *given(np.array([[1], [-1]]), TEXT))
        self.refused("8 ids; 1 to 7", *given(np.zeros((1, 8), np.int64), TEXT))
        self.refused("4 channels", *given(np.zeros((1, 4, 9, 9), np.float32), IMAGE))

    def test_of_masks(self):
        def masked(array):
            return ("--checkpoint", TEXT, "--input", TEXT / "in.npy", "--out", self.out,
                    "--mask", self.saved("mask.npy", array))
        self.refused("a mask of shape [1, 6]", *masked(np.ones((1, 6), np.int64)))
        self.refused("a mask of floats", *masked(np.ones((1, 7))))
        self.refused("value 0 is 2; 0 and 1", *masked(np.full((1, 7), 2)))

    def test_of_films(self):
        checkpoint, film = self.folder / "autoencoder", self.folder / "film"
        tiny_checkpoint.autoencoder(checkpoint, frames=2, size=8, samples=64)
        film.mkdir()
        save_picture(film / "0.png", pictures(1, 8, 8)[0])
        sound = self.saved("sound.npy", np.zeros((1, 64, 1), np.float32))
        given = ("--checkpoint", checkpoint, "--input", f"audio={sound}")
        self.refused("holds 1 frames, the model takes 2", *given, "--video", film)
        self.refused("inputs given: audio: Perceiver", *given)
        self.refused("MODALITY=FILE.npy", *given, "--input", sound)
        seen = self.saved("film.npy", np.zeros((2, 2, 3, 8, 8), np.float32))
        self.refused("a batch of 2, of audio one of 1", *given, "--input", f"image={seen}")
        seen = self.saved("film.npy", np.zeros((1, 2, 3, 8, 8), np.float32))
        given += ("--input", f"image={seen}", "--points")
        points = self.saved("points.npy", np.array([3, 128]))
        self.refused("point 1 is 128; 0 to 127", *given, f"image={points}")
        self.refused("audio and image are allowed", *given, f"label={points}")
        empty = self.saved("empty.npy", np.zeros(0, np.int64))
        self.refused("one dimension of 1 or more", *given, f"image={empty}")

    def test_of_frames_of_another_size(self):
        checkpoint = self.folder / "flow"
        tiny_checkpoint.flow(checkpoint, 12, 31)
        save_picture(self.folder / "a.png", pictures(1, 12, 30)[0])
        frame = ("--image", self.folder / "a.png")
        self.refused("12 × 30", "--checkpoint", checkpoint, *frame, *frame)
        self.refused("--image 1 times", "--checkpoint", checkpoint, *frame)

    def test_of_threads(self):
        for counts in ("0,1", "1,", "two", "1,1"):
            self.refused(f"--threads {counts}: allowed are", "--checkpoint", BARE, "--input",
                         BARE / "in.npy", "--threads", counts)

    def test_of_options_that_do_not_go_together(self):
        self.refused("PerceiverModel takes --input", "--checkpoint", BARE, "--text", "a")
        self.refused("inputs given: none", "--checkpoint", TEXT)
        self.refused("inputs given: text, text", "--checkpoint", TEXT, "--input",
                     TEXT / "in.npy", "--text", "a")
        self.refused("--text and --text-file", "--checkpoint", TEXT, "--text", "a",
                     "--text-file", "b")
        self.refused("--mask goes with", "--checkpoint", TEXT, "--text", "a", "--mask",
                     TEXT / "mask.npy")
        self.refused("--image 2 times", "--checkpoint", IMAGE, "--image", PICTURE, "--image",
                     PICTURE)
        self.refused("--flow goes with", "--checkpoint", IMAGE, "--image", PICTURE, "--flow",
                     "f.png")
        self.refused("--points goes with", "--checkpoint", BARE, "--input", BARE / "in.npy",
                     "--points", "image=p.npy")
        self.refused("allowed are", "--checkpoint", BARE, "--input", BARE / "in.npy",
                     "--semantics", "google")
        self.refused("allowed are", "--checkpoint", BARE, "--input", BARE / "in.npy",
                     "--architecture", "BertModel")

    def test_of_texts_that_are_too_long(self):
        self.refused("the model takes 7", "--checkpoint", TEXT, "--text", "too long a text")

    def test_of_checkpoints_of_another_model(self):
        copy = self.folder / "copy"
        shutil.copytree(BARE, copy)
        config = json.loads((copy / "config.json").read_text())
        config["num_latents"] = 6
        (copy / "config.json").write_text(json.dumps(config))
        given = ("--checkpoint", copy, "--input", BARE / "in.npy", "--out", self.out)
        self.refused("embeddings.latents", *given)
        for name, value, said in (("num_self_attends_per_block", 2**31, "tensors in all"),
                                  ("num_blocks", 2**31, "up to 10000"),
                                  ("num_latents", 10**8, "100000000 latents of 8 channels"),
                                  ("d_latents", 10**5, "of 100000 channels by config.json, "
                                                       "and 886 values in all")):
            changed = config | {name: value}
            (copy / "config.json").write_text(json.dumps(changed))
            self.refused(said, *given)
        config.update(num_latents=5, num_self_attends_per_block=2)
        (copy / "config.json").write_text(json.dumps(config))
        self.refused("missing", *given)
        self.refused("missing", "--checkpoint", BARE, "--input", TEXT / "in.npy",
                     "--architecture", "PerceiverForSequenceClassification")

    def test_what_was_there_stays(self):
        kept = self.saved("kept.npy", np.arange(3))
        result = run("--checkpoint", BARE, "--input", self.folder / "none.npy",
                        "--out", kept)
        self.assertEqual(result.returncode, 2)
        np.testing.assert_array_equal(np.load(kept), np.arange(3))


if __name__ == "__main__":
    unittest.main()
