"""Both readers of rows know the same old words: contract/old_names_test.cc."""
import unittest

from analysis.runs.old_words import in_todays_words


class OldWordsTest(unittest.TestCase):
    def test_they_are_those_of_the_form_of_attention(self):
        for old, today in (
                ("perceiver(sharing=none, attention=materialised)/N=4",
                 "perceiver(sharing=none, form=materialised)/N=4"),
                ("a(attention=streaming)|b(attention=materialised)",
                 "a(form=streaming)|b(form=materialised)")):
            self.assertEqual(in_todays_words(old), today)

    def test_all_else_stays(self):
        for same in ("", "transformer(attention=linear)", "transformer(attention=*)",
                     "a(form=materialised)", "a(self_attention=materialised)",
                     "a(attention=materialised2)", "a(attention=streamingly)"):
            self.assertEqual(in_todays_words(same), same)


if __name__ == "__main__":
    unittest.main()
