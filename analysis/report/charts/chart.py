"""Charts as data: panels of lines, areas, bars and marks. Pictures, hover texts and CSV
are all made of them."""
import dataclasses
import typing

CSV_HEADER = ("panel", "series", "kind", "x", "y", "low", "high")


@dataclasses.dataclass(frozen=True)
class Look:
    colour: str  # a name of colours.py
    marker: str = ""  # a name of svg.MARKERS, or none
    dash: str = ""  # of a stroke, as SVG writes it


@dataclasses.dataclass
class Axis:
    title: str
    text: typing.Callable  # of a value, with its unit
    log: bool = True
    limits: tuple = None  # else what is drawn, and a little more
    zero: bool = False  # 0 is on it
    at: list = None  # ticks: of a swept dimension its own values
    letter: str = ""  # for hover texts: "N" in "N = 4,096"

    def say(self, value):
        return f"{self.letter} = {self.text(value)}" if self.letter else self.text(value)


@dataclasses.dataclass
class Line:
    """Points joined; with bars of error, or a band if it is one over seeds."""
    name: str  # what has one name is one entry of the legend, in all panels
    look: Look
    points: list  # (x, y)
    low: list = None  # beside the points; None where there is none
    high: list = None
    band: bool = False
    dots: list = ()  # (x, y), faint: repetitions, which the run's own table has
    hollow: frozenset = frozenset()  # x of points that were predicted, not measured
    note: str = ""  # in the legend, after the name
    kind: str = "median"

    def extent(self):
        ends = [(x, y) for bound in (self.low, self.high) if bound is not None
                for (x, _), y in zip(self.points, bound) if y is not None]
        return list(self.points) + ends + list(self.dots)

    def rows(self):
        none = [None] * len(self.points)
        for (x, y), low, high in zip(self.points, self.low or none, self.high or none):
            yield self.name, "predicted" if x in self.hollow else self.kind, x, y, low, high


@dataclasses.dataclass
class Area:
    """What lies between two lines over the same x, of a stack."""
    name: str
    look: Look
    xs: list
    low: list
    high: list
    note: str = ""
    kind: str = "share"

    def extent(self):
        return list(zip(self.xs, self.low)) + list(zip(self.xs, self.high))

    def rows(self):
        for x, low, high in zip(self.xs, self.low, self.high):
            yield self.name, self.kind, x, high - low, None, None


@dataclasses.dataclass
class Mark:
    """One point, whose hover text says more than where it is."""
    name: str
    look: Look
    x: float
    y: float
    note: str = ""
    kind: str = "median"

    def extent(self):
        return [(self.x, self.y)]

    def rows(self):
        yield self.name, self.kind, self.x, self.y, None, None


@dataclasses.dataclass
class Rule:
    """A straight line at one x or one y, and its interval as a shade."""
    name: str
    look: Look
    x: float = None
    y: float = None
    low: float = None
    high: float = None
    note: str = ""

    def extent(self):
        return [(self.x, self.y)]

    def rows(self):
        yield self.name, "rule", self.x, self.y, self.low, self.high


@dataclasses.dataclass
class Panel:
    title: str  # empty if the figure has no other
    x: Axis
    y: Axis
    items: list
    height: int = 250

    def rows(self):
        for item in self.items:
            yield from item.rows()


@dataclasses.dataclass
class Bars:
    """A panel of rows, each a bar of segments that add up to 1."""
    title: str
    labels: list
    segments: list  # of each row: (name, look, share)

    def rows(self):
        for label, row in zip(self.labels, self.segments):
            for name, _, share in row:
                yield name, "share", label, share, None, None


@dataclasses.dataclass
class Grid:
    """Rows and columns of numbers, as colours: a picture, or cells with their numbers."""
    title: str
    values: object  # [rows, columns]
    shade: typing.Callable  # of an array in 0 … 255
    palette: list  # 256 colours
    wide: int  # of the whole, in pixels
    high: int
    across: str = ""  # names of the axes
    down: str = ""
    names: list = None  # of the rows; of their ends if there are none
    texts: typing.Callable = None  # of a number, where numbers stand in the cells
    square: bool = False  # its pixels are a picture's

    def rows(self):
        for row, values in enumerate(self.values):
            for column, value in enumerate(values):
                yield (self.names[row] if self.names else row), "cell", column, value, None, None


@dataclasses.dataclass
class Drawing:
    """A figure."""
    name: str  # of its files
    caption: str
    panels: list
    used: tuple = ()  # ids of the verdicts that are drawn in it
    scale: tuple = ()  # of Grids: (palette, text at its low end, text at its high end)

    def series(self):
        """{name: (look, note)} of the legend, in the order of the panels."""
        found = {}
        for panel in self.panels:
            for item in getattr(panel, "items", ()):
                look, note = found.get(item.name, (item.look, ""))
                found[item.name] = (look, note or item.note)
            for row in getattr(panel, "segments", ()):
                for name, look, share in row:
                    if share > 0:
                        found.setdefault(name, (look, ""))
        # What is drawn through the data comes after them.
        through = {item.name for panel in self.panels for item in getattr(panel, "items", ())
                   if isinstance(item, Rule) or item.kind == "fit"}
        return dict(sorted(found.items(), key=lambda each: each[0] in through))

    def rows(self):
        """Of its CSV."""
        for panel in self.panels:
            for row in panel.rows():
                yield (panel.title, *row)
