"""Pages from templates. Everything that comes from files is escaped; a page fetches
nothing from elsewhere."""
import pathlib
import re

import jinja2
import markupsafe

from analysis.report.charts import colours, svg
from analysis.report.tables import DASH
from analysis.report.verdicts import SYMBOLS

FOLDER = pathlib.Path(__file__).parent / "templates"


def _text(name):
    return (FOLDER / name).read_text(encoding="utf-8")


def _short(text):
    """Without what is for readers of the source: every page repeats it."""
    text = re.sub(r"/\*.*?\*/|^\s*//[^\n]*| +// [^\n]*$", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"\n\s*", "\n", text).lstrip()


def _variables(which):
    return " ".join(f"--{name}: {pair[which]};" for name, pair in colours.named().items())


def _css():
    """The colours of series follow the page from light to dark; paper is light."""
    return ":root { " + _variables(0) + " }\n" \
        "@media screen and (prefers-color-scheme: dark) { :root { " + _variables(1) + " } }\n" \
        + svg.RULES + _text("page.css")


def _is_plain(text):
    """The script sorts it by itself."""
    return re.fullmatch(r"[\d,]+(\.\d+)?", text) is not None


_env = jinja2.Environment(
    loader=jinja2.FileSystemLoader(str(FOLDER)), autoescape=True, trim_blocks=True,
    lstrip_blocks=True, undefined=jinja2.StrictUndefined)
_env.globals.update(css=markupsafe.Markup(_short(_css())), script=markupsafe.Markup(_short(_text("page.js"))),
                    plain=_is_plain, symbols=svg.symbols(), swatch=svg.swatch, SYMBOLS=SYMBOLS, DASH=DASH)


def render(template, **values):
    return _env.get_template(template).render(**values)
