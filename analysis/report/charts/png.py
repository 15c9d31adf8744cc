"""Pictures of few colours as PNG, for maps."""
import base64
import struct
import zlib

# Nine colours of Viridis, and PuOr from loss to gain: what lies between is mixed.
VIRIDIS = "440154 472d7b 3b528b 2c728e 21918c 28ae80 5ec962 addc30 fde725".split()
PURPLE_ORANGE = "2d004b 542788 998ec3 d8daeb f7f7f7 fee0b6 f1a340 b35806 7f3b08".split()


def ramp(colours):
    """256 colours (red, green, blue), from one to the next."""
    stops = [tuple(bytes.fromhex(colour)) for colour in colours]
    found = []
    for i in range(256):
        place = i / 255 * (len(stops) - 1)
        k = min(int(place), len(stops) - 2)
        found.append(tuple(round(a + (b - a) * (place - k)) for a, b in zip(stops[k], stops[k + 1])))
    return found


def png(shades, palette):
    """Bytes of a picture: rows of 0 … 255, each a colour of the palette."""
    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content \
            + struct.pack(">I", zlib.crc32(name + content))
    # An array's own bytes would be eight a number.
    rows = [bytes(int(shade) for shade in row) for row in shades]
    header = struct.pack(">2I5B", len(rows[0]), len(rows), 8, 3, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) \
        + chunk(b"PLTE", bytes(c for colour in palette for c in colour)) \
        + chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows), 9)) \
        + chunk(b"IEND", b"")


def data_uri(shades, palette):
    return "data:image/png;base64," + base64.b64encode(png(shades, palette)).decode()
