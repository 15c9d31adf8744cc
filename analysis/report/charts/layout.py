"""Where everything of a panel stands, in pixels of a panel WIDE pixels wide."""
import dataclasses
import textwrap

from analysis.report.charts import colours, ticks
from analysis.report.charts.chart import Area, Bars, Grid, Line, Mark, Panel, Rule
from analysis.report.charts.png import data_uri

WIDE = 380
TOP, BOTTOM, RIGHT = 26, 42, 16
LINE = 14  # pixels of a line of text
# Lines whose points say nothing of their own.
UNMARKED = ("fit", "roof")
LETTERS = 60  # in a line of a bar's label


@dataclasses.dataclass
class Group:
    """Shapes of one series, or of none."""
    shapes: list
    series: int = None
    colour: str = ""
    name: str = ""


@dataclasses.dataclass
class Laid:
    title: str
    height: int
    groups: list
    wide: int = WIDE


def path(d, kind, dash=""):
    return {"shape": "path", "d": d, "kind": kind, "dash": dash}


def mark(symbol, x, y, text, hollow=False):
    return {"shape": "mark", "symbol": symbol, "x": number(x), "y": number(y), "text": text,
            "hollow": hollow}


def text(x, y, content, anchor="start", kind=""):
    return {"shape": "text", "x": number(x), "y": number(y), "content": content,
            "anchor": anchor, "kind": kind}


def rect(x, y, width, height, kind="", says="", fill=""):
    return {"shape": "rect", "x": number(x), "y": number(y), "width": number(width),
            "height": number(height), "kind": kind, "text": says, "fill": fill}


def image(x, y, width, height, href):
    return {"shape": "image", "x": number(x), "y": number(y), "width": number(width),
            "height": number(height), "href": href}


def number(value):
    """A tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def line(points):
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def laid(panel, series):
    """`series` are the names of the legend, in its order."""
    return {Panel: _axes, Bars: _bars, Grid: _grid}[type(panel)](panel, series)


def _axes(panel, series):
    extent = [point for item in panel.items for point in item.extent()]
    low_x, high_x = ticks.limits(panel.x, [x for x, _ in extent if x is not None], 0.04, least=1.5)
    low_y, high_y = ticks.limits(panel.y, [y for _, y in extent if y is not None], 0.06)
    floor, ceiling = panel.height - BOTTOM, TOP
    down = ticks.Scale(panel.y.log, low_y, high_y, floor, ceiling)
    up_ticks = _ticks(panel.y, low_y, high_y)
    left = 9 + max((ticks.width(label) for _, label in up_ticks), default=0)
    across = ticks.Scale(panel.x.log, low_x, high_x, left, WIDE - RIGHT)
    x_ticks = ticks.apart(_ticks(panel.x, low_x, high_x), across)

    frame = [path("".join(f"M{number(left)} {number(down(y))}H{WIDE - RIGHT}" for y, _ in up_ticks),
                  "grid"),
             path(f"M{number(left)} {ceiling}V{floor}H{WIDE - RIGHT}", "axis")]
    frame += [text(left - 6, down(y) + 4, label, "end") for y, label in up_ticks]
    frame += [text(min(across(x), WIDE - ticks.width(label) / 2), floor + 16, label, "middle")
              for x, label in x_ticks]
    frame += [text(0, 12, panel.y.title, kind="title"),
              text(WIDE - RIGHT, floor + 34, panel.x.title, "end", "title")]
    groups = [Group(frame)]
    for item in panel.items:
        shapes = _SHAPES[type(item)](item, panel, across, down, (left, floor, ceiling))
        groups.append(Group(shapes, series.index(item.name), item.look.colour, item.name))
    return Laid(panel.title, panel.height, groups)


def _ticks(axis, low, high):
    if axis.at is not None:
        return ticks.of_values(axis.at)
    return ticks.decimal(low, high, axis.text) if axis.log else ticks.linear(low, high, axis.text)


def _line(item, panel, across, down, _):
    where = [(across(x), down(y)) for x, y in item.points]
    shapes = []
    if item.dots:
        # Those that fall on each other are one.
        seen = dict.fromkeys(f"M{number(across(x))} {down(y):.0f}h0" for x, y in item.dots)
        shapes.append(path("".join(seen), "dots"))
    bounds = [(x, low, high) for (x, _), low, high in zip(item.points, item.low or [], item.high or [])
              if low is not None and high is not None]
    if item.band and bounds:
        around = [(across(x), down(high)) for x, _, high in bounds] \
            + [(across(x), down(low)) for x, low, _ in reversed(bounds)]
        shapes.append(path(line(around) + "Z", "band"))
    elif bounds:
        shapes.append(path("".join(
            f"M{number(across(x) - 3)} {number(down(high))}h6m-3 0V{number(down(low))}m-3 0h6"
            for x, low, high in bounds), "bars"))
    if len(where) > 1:
        shapes.append(path(line(where), "line", item.look.dash))
    if item.kind in UNMARKED:
        return shapes
    bounded = {x: (low, high) for x, low, high in bounds}
    for (x, y), (px, py) in zip(item.points, where):
        hover = f"{panel.x.say(x)} · {panel.y.text(y)}"
        if x in bounded:
            hover += f" [{panel.y.text(bounded[x][0])}, {panel.y.text(bounded[x][1])}]"
        if x in item.hollow:
            hover += ", predicted"
        shapes.append(mark(item.look.marker, px, py, hover, x in item.hollow))
    return shapes


def _area(item, panel, across, down, _):
    top = [(across(x), down(y)) for x, y in zip(item.xs, item.high)]
    bottom = [(across(x), down(y)) for x, y in zip(item.xs, item.low)]
    return [path(line(top + bottom[::-1]) + "Z", "area")] + [
        mark("", across(x), down((low + high) / 2), f"{panel.x.say(x)} · {_percent(high - low)}")
        for x, low, high in zip(item.xs, item.low, item.high) if high > low]


def _percent(share):
    return f"{100 * share:.1f} %"


def _mark(item, panel, across, down, _):
    return [mark(item.look.marker, across(item.x), down(item.y),
                 f"{panel.x.say(item.x)} · {panel.y.text(item.y)}")]


def _rule(item, panel, across, down, frame):
    left, floor, ceiling = frame
    shapes = []
    if item.x is not None:
        if item.low is not None and item.high is not None:
            start = across(item.low)
            shapes.append(rect(start, ceiling, max(across(item.high) - start, 1), floor - ceiling,
                               "shade"))
        shapes.append(path(f"M{number(across(item.x))} {floor}V{ceiling}", "rule", item.look.dash))
    else:
        shapes.append(path(f"M{number(left)} {number(down(item.y))}H{WIDE - RIGHT}", "rule",
                           item.look.dash))
    return shapes


_SHAPES = {Line: _line, Area: _area, Mark: _mark, Rule: _rule}


def _bars(panel, series):
    groups, y = {}, 4
    texts = []
    for label, row in zip(panel.labels, panel.segments):
        for part in textwrap.wrap(label, LETTERS) or [""]:
            texts.append(text(0, y + 11, part))
            y += LINE
        left = 0
        for name, look, share in row:
            if share <= 0:
                continue
            width = share * (WIDE - 1)
            group = groups.setdefault(name, Group([], series.index(name), look.colour, name))
            group.shapes.append(rect(left, y + 2, width, 20, "bar",
                                     f"{label} · {_percent(share)}"))
            if width > 34:
                group.shapes.append(text(left + width / 2, y + 16, f"{100 * share:.0f} %", "middle",
                                         colours.on(look.colour)))
            left += width
        y += 34
    return Laid(panel.title, y, [Group(texts), *groups.values()])


def _grid(panel, _):
    rows, columns = len(panel.values), len(panel.values[0])
    names = [str(name) for name in panel.names] if panel.names is not None else None
    longest = max(map(ticks.width, [*(names or [str(rows - 1)]), panel.down]))
    left = 0 if panel.square else longest + 8
    top = 0 if panel.square else 34
    shades = panel.shade(panel.values)
    shapes = []
    high, wide = panel.high / rows, panel.wide / columns
    if panel.texts:
        for row in range(rows):
            for column in range(columns):
                red, green, blue = panel.palette[shades[row][column]]
                x, y = left + column * wide, top + row * high
                said = panel.texts(panel.values[row][column])
                shapes.append(rect(x, y, wide, high, "cell",
                                   f"{panel.down} {names[row]}, {panel.across} {column} · {said}",
                                   f"#{red:02x}{green:02x}{blue:02x}"))
                shapes.append(text(x + wide / 2, y + high / 2 + 3.5, said, "middle",
                                   colours.on_rgb(red / 255, green / 255, blue / 255) + " small"))
    else:
        shapes.append(image(left, top, panel.wide, panel.high,
                            data_uri(shades, panel.palette)))
    if not panel.square:
        shapes += _names(panel, names, left, top, wide, high)
    return Laid(panel.title, round(top + panel.high + 4), [Group(shapes)],
                round(left + panel.wide + 4))


def _names(panel, names, left, top, wide, high):
    rows, columns = len(panel.values), len(panel.values[0])
    shapes = [text(left + panel.wide, 12, panel.across, "end", "title"),
              text(0, 12, panel.down, kind="title")]
    shown = range(columns) if panel.texts else sorted({0, columns - 1})
    for i in shown:
        anchor = "middle" if panel.texts else "start" if i == 0 else "end"
        x = left + (i + 0.5) * wide if panel.texts else left + (0 if i == 0 else panel.wide)
        shapes.append(text(x, 28, str(i), anchor))
    for i in range(rows) if names else sorted({0, rows - 1}):
        y = top + (i + 0.5) * high + 4
        if not names and rows > 1:
            y = top + 10 if i == 0 else top + panel.high
        shapes.append(text(left - 6, y, names[i] if names else str(i), "end"))
    return shapes
