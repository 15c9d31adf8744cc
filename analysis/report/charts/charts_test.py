"""Ticks that keep apart, colours that stand out, and files that say what was drawn."""
import struct
import unittest
import xml.etree.ElementTree
import zlib

from analysis.report import texts
from analysis.report.charts import colours, layout, png, svg, ticks
from analysis.report.charts.chart import (
    Area, Axis, Bars, Drawing, Grid, Line, Look, Mark, Panel, Rule)

SVG = "{http://www.w3.org/2000/svg}"


def axis(**how):
    return Axis("inputs N", lambda value: f"{value:,.6g}", letter="N", **how)


def seconds():
    return Axis("time", texts.seconds_text)


def light(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055)**2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear))


def contrast(one, other):
    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


class TicksTest(unittest.TestCase):
    def texts(self, low, high):
        return [text for _, text in ticks.decimal(low, high, texts.seconds_text)]

    def test_decades_where_they_are_many_and_steps_where_they_are_few(self):
        self.assertEqual(self.texts(0.9e-3, 1.2), ["1 ms", "10 ms", "100 ms", "1 s"])
        self.assertEqual(self.texts(0.9e-3, 0.012), ["1 ms", "2 ms", "5 ms", "10 ms"])
        self.assertGreaterEqual(len(self.texts(0.026, 0.12)), 3)
        self.assertLess(len(self.texts(1e-9, 1e6)), 10)

    def test_linear_steps_are_round(self):
        def percent(value):
            return f"{100 * value:.3g} %"
        self.assertEqual([text for _, text in ticks.linear(0, 1, percent)],
                         ["0", "20 %", "40 %", "60 %", "80 %", "100 %"])
        self.assertEqual([text for _, text in ticks.linear(0.11, 0.19, percent)],
                         ["12 %", "14 %", "16 %", "18 %"])
        self.assertEqual(ticks.short("10.0 ms"), "10 ms")
        self.assertEqual(ticks.short("2.50 s"), "2.5 s")

    def test_many_sizes_are_ticked_at_powers_of_two(self):
        self.assertEqual([text for _, text in ticks.of_values([2**e for e in range(8, 19)])],
                         ["256", "1k", "4k", "16k", "64k", "256k"])
        self.assertEqual([ticks.power_of_two_text(v) for v in (1, 512, 1024, 1536, 65536, 2**20)],
                         ["1", "512", "1k", "1.5k", "64k", "1M"])

    def test_ticks_that_would_touch_are_left_out(self):
        scale = ticks.Scale(False, 0, 100, 0, 100)
        kept = ticks.apart([(0, "0"), (10, "10"), (50, "50"), (60, "60,000")], scale)
        self.assertEqual([value for value, _ in kept], [0, 50])
        self.assertGreater(ticks.width("500 MMAC"), ticks.width("500 kB"))

    def test_a_scale_ends_where_its_pixels_do(self):
        scale = ticks.Scale(True, 1, 100, 10, 30)
        self.assertEqual([round(scale(value), 9) for value in (1, 10, 100)], [10, 20, 30])

    def test_a_flat_line_looks_flat(self):
        low, high = ticks.limits(seconds(), [1, 1.01], 0.06)
        self.assertGreater(high / low, 4)
        self.assertEqual(ticks.limits(Axis("a", str, log=False), [2, 2], 0), (1.5, 2.5))
        self.assertEqual(ticks.limits(Axis("a", str, log=False, zero=True), [2, 4], 0), (0, 4))


class ColoursTest(unittest.TestCase):
    def test_series_stand_out_from_both_grounds(self):
        for day, night in colours.SERIES:
            self.assertGreater(contrast(day, colours.GROUNDS["paper"][0]), 3, day)
            self.assertGreater(contrast(night, colours.GROUNDS["paper"][1]), 3, night)
        self.assertEqual(len(set(colours.SERIES)), 12)

    def test_text_can_be_read_on_every_colour(self):
        for colour in [*colours.PARTS.values(), *colours.OTHER_PARTS]:
            name = next(n for n, pair in colours.named().items() if pair[0] == colour)
            ink = {"dark": "#0b0d10", "light": "#ffffff"}[colours.on(name)]
            self.assertGreaterEqual(contrast(ink, colour), 4.5, colour)
        for name in ("ink", "muted"):
            for i in range(2):
                self.assertGreaterEqual(contrast(colours.GROUNDS[name][i],
                                                 colours.GROUNDS["paper"][i]), 4.5)

    def test_no_two_of_forty_contestants_look_alike(self):
        names = ["transformer", "perceiver"] + [f"transformer(rank={i})" for i in range(38)]
        palette = colours.Palette(names)
        found = [palette.look(name) for name in names]
        self.assertEqual(len({(look.colour, look.dash) for look in found}), 40)
        self.assertEqual(len({look.colour for look in found[:12]}), 12)
        self.assertEqual(palette.look("perceiver"), colours.Palette(["perceiver"]).look("perceiver"))
        # Siblings differ by their dashes.
        self.assertEqual(len({palette.look("perceiver", i) for i in range(4)}), 4)


class PngTest(unittest.TestCase):
    def test_pixels_are_the_shades(self):
        found = png.png([[0, 255, 7]], png.ramp(png.VIRIDIS))
        self.assertEqual(struct.unpack(">2I", found[16:24]), (3, 1))
        start = found.index(b"IDAT")
        length = struct.unpack(">I", found[start - 4:start])[0]
        self.assertEqual(zlib.decompress(found[start + 4:start + 4 + length]), b"\0\0\xff\7")
        palette = found[found.index(b"PLTE") + 4:][:768]
        self.assertEqual((palette[:3].hex(), palette[-3:].hex()), ("440154", "fde725"))


class LayoutTest(unittest.TestCase):
    def panel(self, *items, x=None, y=None):
        laid = layout.laid(Panel("", x or axis(at=[1, 2, 4]), y or seconds(), list(items)),
                           [item.name for item in items])
        return laid, [shape for group in laid.groups[1:] for shape in group.shapes]

    def test_points_are_where_their_numbers_say(self):
        line = Line("a", Look("c0", "o"), [(1, 1e-3), (2, 1e-2), (4, 1e-1)])
        laid, shapes = self.panel(line)
        marks = [(float(s["x"]), float(s["y"])) for s in shapes if s["shape"] == "mark"]
        self.assertAlmostEqual(marks[1][0] - marks[0][0], marks[2][0] - marks[1][0], delta=0.11)
        self.assertAlmostEqual(marks[0][1] - marks[1][1], marks[1][1] - marks[2][1], delta=0.11)
        self.assertLess(marks[2][1], marks[0][1], "more is higher")
        for x, y in marks:
            self.assertTrue(0 < x < layout.WIDE and 0 < y < laid.height - layout.BOTTOM)
        self.assertEqual([s["text"] for s in shapes if s["shape"] == "mark"],
                         ["N = 1 · 1.00 ms", "N = 2 · 10.0 ms", "N = 4 · 100 ms"])

    def test_intervals_bands_dots_and_predictions(self):
        line = Line("a", Look("c0", "o"), [(1, 1.0), (2, 2.0)], [0.9, None], [1.1, None],
                    dots=[(1, 1.0), (1, 1.0), (2, 2.1)], hollow=frozenset([2]))
        _, shapes = self.panel(line)
        kinds = {s["kind"]: s["d"] for s in shapes if s["shape"] == "path"}
        self.assertEqual(set(kinds), {"dots", "bars", "line"})
        self.assertEqual(kinds["dots"].count("M"), 2, "dots that coincide are one")
        self.assertEqual(kinds["bars"].count("M"), 1)
        marks = [s for s in shapes if s["shape"] == "mark"]
        self.assertEqual([s["hollow"] for s in marks], [False, True])
        self.assertEqual(marks[0]["text"], "N = 1 · 1.00 s [900 ms, 1.10 s]")
        self.assertTrue(marks[1]["text"].endswith("predicted"))
        line.band = True
        self.assertIn("band", {s.get("kind") for s in self.panel(line)[1]})

    def test_areas_rules_and_marks(self):
        share = Axis("share", lambda value: f"{100 * value:.0f} %", log=False, limits=(0, 1))
        laid, shapes = self.panel(
            Area("low", Look("p0"), [1, 4], [0, 0], [0.25, 1]), Mark("m", Look("p1", "o"), 2, 0.5),
            Rule("r", Look("ink"), x=2, low=1, high=4), Rule("s", Look("ink"), y=0.5), y=share)
        self.assertEqual([s["text"] for s in shapes if s["shape"] == "mark"],
                         ["N = 1 · 25.0 %", "N = 4 · 100.0 %", "N = 2 · 50 %"])
        [shade] = [s for s in shapes if s["shape"] == "rect"]
        self.assertGreater(float(shade["width"]), 100)
        self.assertEqual(sum(s.get("kind") == "rule" for s in shapes), 2)

    def test_bars_add_up(self):
        laid = layout.laid(Bars("", ["a " * 60, "b"], [
            [("x", Look("p0"), 0.75), ("y", Look("p1"), 0.25)], [("x", Look("p0"), 1.0)]]), ["x", "y"])
        rects = [s for group in laid.groups for s in group.shapes if s["shape"] == "rect"]
        self.assertAlmostEqual(sum(float(s["width"]) for s in rects), 2 * (layout.WIDE - 1), delta=0.3)
        self.assertGreater(laid.height, 80, "a long label has two lines")
        self.assertEqual([s["content"] for group in laid.groups[1:] for s in group.shapes
                          if s["shape"] == "text"], ["75 %", "100 %", "25 %"])


class FileTest(unittest.TestCase):
    def figure(self):
        lines = [Line("<b> & c", Look("c0", "o", "6 3"), [(1, 1.0), (2, 2.0)], note="exponent 1"),
                 Rule("limit", Look("muted"), y=1.5)]
        return svg.rendered(Drawing("it", "A <caption>.", [Panel("One & two", axis(at=[1, 2]),
                                                                 seconds(), lines)]), "it")

    def test_a_file_stands_alone(self):
        root = xml.etree.ElementTree.fromstring(self.figure().svg)
        self.assertEqual(root.find(f"{SVG}title").text, "A <caption>.")
        found = {each.text for each in root.iter(f"{SVG}text")}
        self.assertLessEqual({"One & two", "<b> & c · exponent 1", "limit", "inputs N", "1 s"}, found)
        self.assertNotIn("var(", self.figure().svg)
        self.assertNotIn("data-", self.figure().svg)
        self.assertIn("#0072b2", self.figure().svg)
        used = {each.get("href") for each in root.iter(f"{SVG}use")}
        symbols = {"#" + each.get("id") for each in root.iter(f"{SVG}symbol")}
        self.assertEqual(used, symbols)

    def test_its_numbers_are_beside_it(self):
        self.assertEqual(self.figure().csv.splitlines(), [
            "panel,series,kind,x,y,low,high", "One & two,<b> & c,median,1,1,,",
            "One & two,<b> & c,median,2,2,,", "One & two,limit,rule,,1.5,,"])

    def test_on_a_page_it_follows_the_colours(self):
        [(title, text, wide)] = self.figure().panels
        self.assertEqual((title, wide), ("One & two", layout.WIDE))
        self.assertIn('style="color:var(--c0)"', text)
        self.assertIn('data-n="&lt;b&gt; &amp; c"', text)
        self.assertEqual([(name, note) for _, name, note in self.figure().legend],
                         [("<b> & c", "exponent 1"), ("limit", "")])

    def test_the_same_bytes_twice(self):
        self.assertEqual(self.figure().svg, self.figure().svg)

    def test_pictures_of_numbers(self):
        grid = Grid("g", [[0.0, 1.0], [2.0, 3.0]], lambda v: [[0, 85], [170, 255]],
                    png.ramp(png.VIRIDIS), 80, 40, "latent", "class", ["a", "b"], lambda v: f"{v:.1f}")
        figure = svg.rendered(Drawing("g", "G.", [grid]), "g")
        self.assertEqual(figure.csv.splitlines()[1:], [
            "g,a,cell,0,0,,", "g,a,cell,1,1,,", "g,b,cell,0,2,,", "g,b,cell,1,3,,"])
        self.assertIn('fill="#fde725"', figure.panels[0][1])
        self.assertIn("class b, latent 1 · 3.0", figure.panels[0][1])


if __name__ == "__main__":
    unittest.main()
