"""What runs that were made before call otherwise; in_todays_words in contract/options.h
does the same."""
import re

# The form of exact attention; where it says a variant, `attention` is today's word.
_FORM = re.compile(r"(?<![a-z0-9_])attention=(?=(?:streaming|materialised)(?![a-z0-9_]))")


def in_todays_words(text):
    """A contestant's name, or a whole file that has some."""
    # Looking for the two words is far quicker than for the pattern.
    old = "attention=streaming" in text or "attention=materialised" in text
    return _FORM.sub("form=", text) if old else text
