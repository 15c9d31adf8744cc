"""Numbers as people write them, and labels that keep apart."""
import unittest

from analysis.report import style


class StyleTest(unittest.TestCase):
    def test_numbers_have_the_digits_asked_for(self):
        for value, text in ((0, "0"), (1.2345, "1.23"), (0.99999, "1.00"), (123456, "123,000"),
                            (0.00123456, "0.00123")):
            self.assertEqual(style.significant(value), text)
        self.assertEqual([style.plain(v) for v in (2, 1.9962, 2564.7, 1e6)],
                         ["2", "1.996", "2,565", "1,000,000"])

    def test_units_fit_the_size(self):
        self.assertEqual(style.seconds_text(0.0123), "12.3 ms")
        self.assertEqual(style.seconds_text(0.99999), "1.00 s")
        self.assertEqual(style.seconds_text(2e-10), "0.200 ns")
        self.assertEqual(style.bytes_text(1.5e9), "1.50 GB")
        self.assertEqual(style.rate_text(483e9, "FLOP/s"), "483 GFLOP/s")
        self.assertEqual(style.short_tick(style.seconds_text)(0.01), "10 ms")
        self.assertEqual(style.short_tick(style.seconds_text)(0.1), "100 ms")
        self.assertEqual(style.short_tick(style.seconds_text)(2.5), "2.5 s")

    def test_powers_of_two(self):
        self.assertEqual([style.power_of_two_text(v) for v in (1, 512, 1024, 1536, 65536, 2**20)],
                         ["1", "512", "1k", "1.5k", "64k", "1M"])

    def ticks(self, low, high):
        with style.styled():
            _, [axes] = style.panels(1)
            axes.set_yscale("log")
            axes.set_ylim(low, high)
            style.decimal_ticks(axes.yaxis, style.short_tick(style.seconds_text))
            return [label.get_text() for label in axes.get_yticklabels()]

    def test_decades_where_they_are_many_and_steps_where_they_are_few(self):
        self.assertEqual(self.ticks(0.9e-3, 1.2), ["1 ms", "10 ms", "100 ms", "1 s"])
        self.assertEqual(self.ticks(0.9e-3, 0.012), ["1 ms", "2 ms", "5 ms", "10 ms"])
        self.assertGreaterEqual(len(self.ticks(0.026, 0.12)), 3)
        self.assertLess(len(self.ticks(1e-9, 1e6)), 10)

    def test_many_sizes_are_ticked_at_powers_of_two(self):
        with style.styled():
            _, [axes] = style.panels(1)
            axes.set_xscale("log")
            style.power_of_two_ticks(axes.xaxis, [2**e for e in range(8, 19)])
            texts = [label.get_text() for label in axes.get_xticklabels()]
        self.assertEqual(texts, ["256", "1k", "4k", "16k", "64k", "256k"])

    def test_labels_that_meet_are_moved_apart_and_others_stay(self):
        placed = style.spread([10, 11, 50], [4, 4, 4], 0, 100)
        self.assertEqual(placed, [8.5, 12.5, 50])
        # In whatever order, and within the bounds.
        self.assertEqual(style.spread([99, 98, 97], [4, 4, 4], 0, 100), [98, 94, 90])
        self.assertEqual(style.spread([1, 0], [4, 4], 0, 100), [6, 2])

    def test_labels_of_several_heights_do_not_overlap(self):
        centres, heights = [5, 5, 7, 20, 21, 22], [10, 4, 4, 8, 2, 6]
        placed = style.spread(centres, heights, 0, 100)
        by_place = sorted(zip(placed, heights))
        for (a, high_a), (b, high_b) in zip(by_place, by_place[1:]):
            self.assertGreaterEqual(b - a, (high_a + high_b) / 2 - 1e-9)

    def test_contestants_differ_in_colour_and_marker(self):
        names = ["perceiver", "perceiver(sharing=all)", "perceiver(sharing=none)", "transformer"]
        looks = [style.colour_and_marker(name, names) for name in names]
        self.assertEqual(len({colour for colour, _ in looks}), 4)
        self.assertEqual(len({marker for _, marker in looks}), 4)
        self.assertEqual(looks[0], style.colour_and_marker("perceiver", ["perceiver"]))

    def test_text_on_a_colour_can_be_read(self):
        self.assertEqual(style.on(style.PARTS["scores"]), "#ffffff")
        # Not black: matplotlib leaves that out, and the page's colour would take its place.
        self.assertEqual(style.on(style.PARTS["query_projection"]), "#101010")

    def test_colours_stand_out_from_both_grounds(self):
        def light(colour):
            parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
            linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055)**2.4 for p in parts]
            return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear))
        for colour in style.FURTHER + list(style.CONTESTANTS.values()):
            self.assertGreater(1.05 / (light(colour) + 0.05), 3, colour)
            self.assertGreater((light(colour) + 0.05) / (light("#16181c") + 0.05), 3, colour)


if __name__ == "__main__":
    unittest.main()
