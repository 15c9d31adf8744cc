"""A panel of courses: a line a learner, with a band over its seeds."""
import collections

from matplotlib.ticker import MaxNLocator

from analysis.report import style
from analysis.report.learning.learners import broken
from analysis.report.lines import LINES, room_for

# Where a learner takes so many times as long as another, the axis is logarithmic.
FAR = 10
# Horizontal axes: a column, how the axis is called, and its numbers.
Axis = collections.namedtuple("Axis", "column name text")
STEPS = Axis("step", "steps", lambda value: f"{value:,.0f}")
SECONDS = Axis("seconds", "time of training", style.seconds_text)
MACS = Axis("macs", "multiply-adds of training", lambda value: style.rate_text(value, "MAC"))


def panes_for(everyone, count):
    """A figure with panels as high as their labels, one above the other, need."""
    labels = [broken(each.label) for each in everyone]
    lines = sum(label.count("\n") + 1 for label in labels)
    return style.panels(count, size=(3.2, max(2.6, 0.165 * lines)), right=room_for(labels))


def panel(axes, everyone, x, column, finish, above=float("-inf")):
    """Draws what is above a value; `finish` sees to the vertical axis. True if the
    horizontal one became logarithmic."""
    courses = [each.course(x.column, column) for each in everyone]
    courses = [course[course["y"] > above] for course in courses]
    far = _are_far_apart(courses)
    drawn = []
    for each, how, course in zip(everyone, looks(everyone), courses):
        course = course[course["x"] > 0] if far else course
        if course.empty:
            continue
        axes.plot(course["x"], course["y"], **how, ms=3, zorder=3)
        if len(each.seeds) > 1:
            axes.fill_between(course["x"], course["low"], course["high"], color=how["color"],
                              alpha=0.15, lw=0, zorder=2)
        drawn.append((course.iloc[-1], broken(each.label), how["color"]))
    finish(axes)
    _finish_x(axes, x, far)
    _label_ends(axes, drawn)
    return far


def looks(everyone):
    """Colour, marker and line of each; where colours come round again, the others differ."""
    names = [each.contestant for each in everyone]
    if len(set(names)) < len(names):
        names = [each.label for each in everyone]
    seen = collections.Counter()
    for name in names:
        colour, marker = style.colour_and_marker(name, names)
        yield {"color": colour, "marker": marker, "linestyle": LINES[seen[colour] % len(LINES)]}
        seen[colour] += 1


def _are_far_apart(courses):
    ends = [course["x"].iloc[-1] for course in courses if len(course)]
    ends = [end for end in ends if end > 0]
    return bool(ends) and max(ends) > FAR * min(ends)


def _finish_x(axes, x, far):
    text = style.short_tick(x.text)
    axes.set_xlabel(x.name)
    axes.margins(x=0.04)
    if far:
        axes.set_xscale("log")
        style.decimal_ticks(axes.xaxis, text, apart=0.15)
        return
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(lambda value, _: text(value) if value else "0")


def _label_ends(axes, drawn):
    """All labels in one column, though some lines end sooner: a hair leads to them."""
    left, right = axes.get_xlim()
    for end, _, colour in drawn:
        axes.hlines(end["y"], end["x"], right, color=colour, lw=0.5, zorder=1)
    axes.set_xlim(left, right)
    style.end_labels(axes, [(right, end["y"], text, colour) for end, text, colour in drawn])
