"""Writes the arrays beside it with NumPy itself:

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python make.py
"""
import pathlib

import numpy

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
