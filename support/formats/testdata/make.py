"""Writes the files beside it with the packages that others use:

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python make.py
"""
import pathlib

import ml_dtypes
import numpy
from safetensors.numpy import save_file

FOLDER = pathlib.Path(__file__).resolve().parent


def write(name, array, version=(1, 0)):
    with open(FOLDER / (name + ".npy"), "wb") as file:
        numpy.lib.format.write_array(file, array, version)


write("float32", numpy.arange(6, dtype=numpy.float32).reshape(2, 3) / 4)
write("float64", numpy.arange(2, dtype=numpy.float64) / 3, (2, 0))
write("int64", numpy.array(-7, numpy.int64), (3, 0))
write("int32", numpy.zeros((0, 4), numpy.int32))
write("uint8", numpy.array([0, 255], numpy.uint8))
write("bool", numpy.array([[True], [False]]))
write("big_endian", numpy.arange(3, dtype=">f4"))
write("fortran", numpy.asfortranarray(numpy.ones((2, 2), numpy.float32)))
write("fields", numpy.zeros(2, [("a", "<f4"), ("b", "<i4")]))
write("float16", numpy.zeros(2, numpy.float16))

# Zeros, the least and the greatest subnormal and normal, and what has no value.
F16 = [0x0000, 0x8000, 0x0001, 0x03ff, 0x83ff, 0x0400, 0x3c00, 0xc000, 0x3555,
       0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0x7e2a]
BF16 = [0x0000, 0x8000, 0x0001, 0x007f, 0x807f, 0x0080, 0x3f80, 0xc000, 0x3eab,
        0x7f7f, 0xff7f, 0x7f80, 0xff80, 0x7fc0, 0x7fc5]


def floats():
    f16 = numpy.array(F16, numpy.uint16).view(numpy.float16)
    bf16 = numpy.array(BF16, numpy.uint16).view(ml_dtypes.bfloat16)
    return {
        "f16": f16, "f16_as_f32": f16.astype(numpy.float32),
        "bf16": bf16, "bf16_as_f32": bf16.astype(numpy.float32),
        "f32": numpy.arange(6, dtype=numpy.float32).reshape(2, 3) / 3,
        "f64": numpy.arange(6, dtype=numpy.float64).reshape(2, 3) / 3,
        "scalar": numpy.array(2.5, numpy.float32),
        "empty": numpy.zeros((0, 4), numpy.float32),
        "position_ids": numpy.arange(3, dtype=numpy.int64)[None],
    }


save_file(floats(), FOLDER / "floats.safetensors", metadata={"format": "pt"})
