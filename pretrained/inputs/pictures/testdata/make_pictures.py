"""Makes the pictures here, with Pillow and Hugging Face's image processor.

  pip install -r ../../testdata/requirements.txt && python3 make_pictures.py

scene.png is a slope, stripes and noise; the tests compare with what Pillow
makes of it. The small ones have one sample a channel:
(97·x + 41·y + 160·c) mod 256, of 16 bit (9973·x + 4421·y + 16001·c) mod 65536.
"""
import pathlib
import struct
import zlib

import numpy
from PIL import Image
from transformers.models.perceiver.image_processing_pil_perceiver import (
    PerceiverImageProcessorPil)

FOLDER = pathlib.Path(__file__).parent
SIZES = [(13, 9), (36, 12), (12, 30)]  # width, height


def scene():
    y, x = numpy.mgrid[0:22, 0:32]
    slope = numpy.stack([8 * x, 11 * y, 128 + 0 * x], -1)
    slope[:, 12:20] = 255 * ((y + x)[:, 12:20, None] // 2 % 2)
    noise = numpy.random.default_rng(1).integers(0, 256, (11, 12, 3))
    slope[:11, 20:] = noise
    return slope.astype(numpy.uint8)


def samples(channels, bits):
    y, x, c = numpy.mgrid[0:4, 0:6, 0:channels]
    if bits == 8:
        return ((97 * x + 41 * y + 160 * c) % 256).astype(numpy.uint8)
    return ((9973 * x + 4421 * y + 16001 * c) % 65536).astype(">u2")


def write_deep(name, values, colour_type):
    """A PNG of 16 bit, which Pillow reads but does not write."""
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))

    height, width, _ = values.shape
    rows = b"".join(b"\0" + row.tobytes() for row in values)
    head = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    (FOLDER / name).write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) +
        chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def save(picture, name, **options):
    picture.save(FOLDER / name, optimize=True, **options)


def small_ones():
    for name, channels, mode in [("grey", 1, "L"), ("grey_alpha", 2, "LA"),
                                 ("rgb", 3, "RGB"), ("rgb_alpha", 4, "RGBA")]:
        values = samples(channels, 8)
        save(Image.fromarray(values.squeeze(), mode=mode), name + ".png")
    save(Image.fromarray(samples(3, 8)).quantize(24), "palette.png")
    for name, channels, kind in [("grey16", 1, 0), ("rgb16", 3, 2),
                                 ("rgb_alpha16", 4, 6)]:
        write_deep(name + ".png", samples(channels, 16), kind)
    for name in ["rgb16", "rgb_alpha16"]:
        read = numpy.array(Image.open(FOLDER / (name + ".png")).convert("RGB"))
        assert (read == samples(3, 16) >> 8).all(), name


def processed(picture):
    """What the processor makes of it, put back to the 8 bit that it had."""
    processor = PerceiverImageProcessorPil(
        size={"height": 12, "width": 10}, crop_size={"height": 15, "width": 14})
    pixels = processor(picture, return_tensors="np")["pixel_values"][0]
    mean = numpy.array(processor.image_mean)[:, None, None]
    deviation = numpy.array(processor.image_std)[:, None, None]
    values = numpy.rint((pixels * deviation + mean) * 255).astype(numpy.uint8)
    save(Image.fromarray(values.transpose(1, 2, 0)), "scene_processed.png")


def scaled_values():
    """For image_test.cc: what 0, 1, 127 and 255 become, channel by channel."""
    levels = numpy.array([[[v] * 3 for v in (0, 1, 127, 255)]], numpy.uint8)
    processor = PerceiverImageProcessorPil(do_resize=False, do_center_crop=False)
    pixels = processor(Image.fromarray(levels), return_tensors="np")
    for channel in pixels["pixel_values"][0, :, 0, :]:
        print(", ".join(float(value).hex() for value in channel))


def main():
    picture = Image.fromarray(scene())
    save(picture, "scene.png")
    for width, height in SIZES:
        resized = picture.resize((width, height), Image.Resampling.BICUBIC)
        save(resized, f"scene_{width}x{height}.png")
    for name, progressive in [("scene", False), ("scene_progressive", True)]:
        save(picture, name + ".jpg", quality=80, progressive=progressive)
    save(Image.open(FOLDER / "scene.jpg"), "scene_jpg.png")
    small_ones()
    processed(picture)
    scaled_values()


if __name__ == "__main__":
    main()
