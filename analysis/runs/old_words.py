"""What runs that were made before call otherwise; in_todays_words in contract/options.h
does the same."""
import re

# The form of exact attention; where it says a variant, `attention` is today's word.
_FORM = re.compile(r"(?<![a-z0-9_])attention=(?=(?:streaming|materialised)(?![a-z0-9_]))")


def in_todays_words(text):
    """A contestant's name, or a whole file that has some."""
    return _FORM.sub("form=", text)
