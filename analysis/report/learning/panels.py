"""A panel of courses: a line a learner, with a band over its seeds."""
from analysis.report import texts
from analysis.report.charts.chart import Axis, Line, Panel
from analysis.report.charts.colours import Palette

# Where a learner takes so many times as long as another, the axis is logarithmic.
FAR = 10
STEPS = ("step", "steps", lambda value: f"{value:,.0f}")
SECONDS = ("seconds", "time of training", texts.seconds_text)
MACS = ("macs", "multiply-adds of training", lambda value: texts.rate_text(value, "MAC"))


def panel(title, everyone, along, column, y, above=float("-inf"), height=270):
    """(panel, whether its horizontal axis is logarithmic) of what is above a value; `along`
    is a column, its name and how its numbers read."""
    x_column, name, text = along
    courses = [each.course(x_column, column) for each in everyone]
    courses = [course[course["y"] > above] for course in courses]
    far = _are_far_apart(courses)
    lines = []
    for each, look, course in zip(everyone, looks(everyone), courses):
        course = course[course["x"] > 0] if far else course
        if len(course):
            several = len(each.seeds) > 1
            lines.append(Line(each.label, look, list(zip(course["x"], course["y"])),
                              list(course["low"]) if several else None,
                              list(course["high"]) if several else None, band=True))
    return Panel(title, Axis(name, text, log=far), y, lines, height), far


def looks(everyone):
    """Of each: by its contestant, or by what it is called where contestants are alike."""
    names = [each.contestant for each in everyone]
    if len(set(names)) < len(names):
        names = [each.label for each in everyone]
    colours = Palette(names)
    return [colours.look(name) for name in names]


def _are_far_apart(courses):
    ends = [course["x"].iloc[-1] for course in courses if len(course)]
    ends = [end for end in ends if end > 0]
    return bool(ends) and max(ends) > FAR * min(ends)
