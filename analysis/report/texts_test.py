"""Numbers as people write them."""
import unittest

from analysis.report import texts


class TextsTest(unittest.TestCase):
    def test_numbers_have_the_digits_asked_for(self):
        for value, text in ((0, "0"), (1.2345, "1.23"), (0.99999, "1.00"), (123456, "123,000"),
                            (0.00123456, "0.00123")):
            self.assertEqual(texts.significant(value), text)
        self.assertEqual([texts.plain(v) for v in (2, 1.9962, 2564.7, 1e6)],
                         ["2", "1.996", "2,565", "1,000,000"])

    def test_units_fit_the_size(self):
        self.assertEqual(texts.seconds_text(0.0123), "12.3 ms")
        self.assertEqual(texts.seconds_text(0.99999), "1.00 s")
        self.assertEqual(texts.seconds_text(2e-10), "0.200 ns")
        self.assertEqual(texts.bytes_text(1.5e9), "1.50 GB")
        self.assertEqual(texts.rate_text(483e9, "FLOP/s"), "483 GFLOP/s")


if __name__ == "__main__":
    unittest.main()
