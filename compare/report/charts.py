"""The charts, in Altair, each over named data sets: one specification serves every net, only its data differ.

The HTML report embeds each specification once; `image` fills one for a paper.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import altair as alt
import vl_convert

from compare.report.drawing import Drawing, rows

BLUE, VERMILION, GREY, GREEN, PURPLE, ORANGE, SKY = (
    "#0072b2", "#d55e00", "#8a8f98", "#009e73", "#b8669a", "#e69f00", "#56b4e9",
)  # fmt: skip
RULE = "#6b7683"  # of phases: seen on white and on black
WHOLE = "format(datum.value, ',.3~r')"  # 60 and 20,000, not 6e+1 and 2e+4
FRACTIONS = alt.Scale(domain=[0, 1], clamp=True)
VERDICT_COLOURS = {"program": BLUE, "table": VERMILION, "undetermined": GREY}
PHASE_COLOURS = {"formation": GREEN, "generalisation": BLUE, "clean-up": PURPLE}
BITS_COLOURS = {
    "dictionary": BLUE, "alignment": SKY, "exceptions": ORANGE, "explanation": BLUE, "formula": GREEN,
    "affine units": PURPLE, "table": VERMILION, "weights": GREY, "program": GREEN,
}  # fmt: skip
ROLES = {"explanation": (BLUE, "circle"), "control": (VERMILION, "cross"), "permuted": (ORANGE, "triangle-up")}


@cache
def template(name: str) -> dict[str, Any]:
    """The Vega-Lite specification of that name, without data."""
    return TEMPLATES[name]().to_dict()


def filled(drawing: Drawing) -> dict[str, Any]:
    """The specification with its data and title, ready to draw."""
    datasets = {name: rows(columns) for name, columns in drawing.data.items()}
    look = {"view": {"stroke": None}, "background": "white", "font": "sans-serif"}
    return {**template(drawing.template), "datasets": datasets, "title": drawing.title, "config": look}


def image(drawing: Drawing) -> tuple[bytes, str]:
    """The drawing as PNG (twice the screen's resolution) and as SVG."""
    spec = filled(drawing)
    return vl_convert.vegalite_to_png(spec, scale=2), vl_convert.vegalite_to_svg(spec)


def _data(name: str) -> alt.NamedData:
    return alt.NamedData(name=name)


def _palette(colours: dict[str, str]) -> alt.Scale:
    return alt.Scale(domain=list(colours), range=list(colours.values()))


def _lines(scale: alt.Scale, ticks: str) -> alt.TopLevelMixin:
    """points: step, series, value; marks: phase, step."""
    pick = alt.selection_point(fields=["series"], bind="legend")
    y = alt.Y("value:Q", title=None, scale=scale, axis=alt.Axis(labelExpr=ticks, tickCount=5))
    base = alt.Chart(_data("points")).encode(
        alt.X("step:Q", title="training step", axis=alt.Axis(format=",d", tickCount=5)),
        y,
        alt.Color(
            "series:N",
            title=None,
            sort=None,
            scale=alt.Scale(range=[BLUE, VERMILION, GREEN, PURPLE, ORANGE, GREY, SKY]),
            legend=alt.Legend(orient="bottom", columns=3, symbolType="stroke", symbolStrokeWidth=3, labelLimit=220),
        ),
        opacity=alt.condition(pick, alt.value(1.0), alt.value(0.12)),
    )
    lines = base.mark_line(strokeWidth=1.8).add_params(pick)
    hover = base.mark_point(size=40, filled=True, opacity=0).encode(
        opacity=alt.value(0),
        tooltip=[alt.Tooltip("series:N"), alt.Tooltip("step:Q", format=","), alt.Tooltip("value:Q", format=".4~g")],
    )
    return alt.layer(lines, *_marks(), hover).properties(width=322, height=210)


def _paths() -> alt.TopLevelMixin:
    """points: step, series, low, value, high; marks: phase, step."""
    base = alt.Chart(_data("points")).encode(
        alt.X("step:Q", title="training step", axis=alt.Axis(format=",d", tickCount=5)),
        alt.Color(
            "series:N",
            title=None,
            sort=None,
            scale=alt.Scale(range=[VERMILION, GREEN, PURPLE, ORANGE]),
            legend=alt.Legend(orient="bottom", symbolType="stroke", symbolStrokeWidth=3, symbolOpacity=1),
        ),
    )
    band = base.mark_area(opacity=0.15, clip=True).encode(alt.Y("low:Q", title=None, scale=FRACTIONS), alt.Y2("high:Q"))
    tip = [alt.Tooltip("series:N"), alt.Tooltip("step:Q", format=",.0f")]
    tip += [alt.Tooltip(f"{name}:Q", format=".3f") for name in ("value", "low", "high")]
    lines = base.mark_line(strokeWidth=1.8).encode(alt.Y("value:Q"))
    hover = base.mark_point(size=40, filled=True).encode(alt.Y("value:Q"), opacity=alt.value(0), tooltip=tip)
    return alt.layer(band, lines, *_marks(), hover).properties(width=322, height=210)


def _marks() -> list[alt.Chart]:
    made = []
    for line, phase in enumerate(PHASE_COLOURS):
        base = alt.Chart(_data("marks")).transform_filter(alt.datum.phase == phase).encode(alt.X("step:Q"))
        tip = [alt.Tooltip("phase:N"), alt.Tooltip("step:Q", format=",.0f")]
        above = alt.value(-6 - 13 * (len(PHASE_COLOURS) - 1 - line))  # one row a phase, above the plot
        rule = base.mark_rule(color=RULE, strokeDash=[4, 3], strokeWidth=1.5)
        made.append(rule.encode(y=above, y2=alt.value("height"), tooltip=tip))
        words = base.mark_text(align="left", baseline="middle", dx=4, fontSize=10.5, fontWeight=600, color=RULE)
        made.append(words.encode(text="phase:N", y=above))
    return made


def _bits() -> alt.TopLevelMixin:
    """parts: code, part, bits, order; codes: code, part, bits, order."""
    tip = [alt.Tooltip("code:N"), alt.Tooltip("part:N"), alt.Tooltip("bits:Q", format=",.0f")]
    colour = alt.Color("part:N", scale=_palette(BITS_COLOURS), legend=None)
    code = alt.Y("code:N", sort=alt.SortField("order"), title=None, axis=alt.Axis(labelLimit=150, ticks=False))
    bars = (
        alt.Chart(_data("parts"))
        .mark_bar(height=18)
        .encode(
            alt.X("bits:Q", title="bits", axis=alt.Axis(format=",d", tickCount=4)),
            code,
            alt.Color(
                "part:N",
                scale=_palette(BITS_COLOURS),
                title=None,
                legend=alt.Legend(orient="top", values=["dictionary", "alignment", "exceptions", "table"]),
            ),
            alt.Order("order:Q"),
            tooltip=tip,
        )
        .properties(width=330, height=alt.Step(28))
    )
    base = alt.Chart(_data("codes")).encode(
        alt.X(
            "bits:Q",
            scale=alt.Scale(type="log", nice=False, padding=50),
            title="bits, log scale",
            axis=alt.Axis(format="~s", tickCount=4, grid=False),
        ),
        code,
        tooltip=tip,
    )
    dots = base.mark_point(size=80, filled=True, opacity=1).encode(colour)
    words = base.mark_text(align="left", dx=9, fontSize=10.5).encode(text=alt.Text("bits:Q", format=",.0f"))
    both = alt.vconcat(bars, alt.layer(dots, words).properties(width=330, height=alt.Step(22)), spacing=14)
    return both.resolve_scale(color="independent")


def _evidence() -> alt.TopLevelMixin:
    """rows: measure, role, value, at, low, high, order; thresholds: measure, value."""
    row = alt.Y("measure:N", sort=alt.SortField("order"), title=None, axis=alt.Axis(labelLimit=170, grid=True))
    base = alt.Chart(_data("rows")).encode(row)
    tip = [
        alt.Tooltip("measure:N"),
        alt.Tooltip("role:N"),
        alt.Tooltip("value:Q", format=".4f"),
        alt.Tooltip("low:Q", format=".4f"),
        alt.Tooltip("high:Q", format=".4f"),
    ]
    scale = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X("at:Q", title=None, scale=scale, axis=alt.Axis(tickCount=5))
    wide = base.mark_rule(strokeWidth=2, color=BLUE).encode(alt.X("low:Q", scale=scale), alt.X2("high:Q"))
    dots = base.mark_point(size=85, filled=True, opacity=0.95).encode(
        x,
        alt.Color(
            "role:N",
            title=None,
            scale=_palette({name: colour for name, (colour, _) in ROLES.items()}),
            legend=alt.Legend(orient="bottom"),
        ),
        alt.Shape("role:N", title=None, scale=alt.Scale(domain=list(ROLES), range=[s for _, s in ROLES.values()])),
        tooltip=tip,
    )
    bounds = (
        alt.Chart(_data("thresholds"))
        .mark_tick(thickness=2.5, size=18, color=GREY)
        .encode(
            alt.X("value:Q", scale=scale),
            row,
            tooltip=[alt.Tooltip("measure:N", title="threshold of"), alt.Tooltip("value:Q")],
        )
    )
    return alt.layer(bounds, wide.transform_filter("isValid(datum.low)"), dots).properties(
        width=300, height=alt.Step(25)
    )


def _frequencies() -> alt.TopLevelMixin:
    """terms: k, share, units."""
    return (
        alt.Chart(_data("terms"))
        .mark_bar(color=BLUE, cornerRadiusEnd=2)
        .encode(
            alt.X(
                "k:O",
                title="frequency k",
                scale=alt.Scale(padding=0.35),
                axis=alt.Axis(labelAngle=0, labelOverlap=True),
            ),
            alt.Y("share:Q", title="share of the outputs' variance"),
            tooltip=[
                alt.Tooltip("k:O", title="frequency"),
                alt.Tooltip("share:Q", format=".4f"),
                alt.Tooltip("units:Q", title="units"),
            ],
        )
        .properties(width=322, height=200)
    )


def _overview() -> alt.TopLevelMixin:
    """nets: cell, outcome, expected, s, d, b, reason."""
    pick = alt.selection_point(fields=["outcome"], bind="legend")
    tip = [alt.Tooltip(f"{name}:N") for name in ("cell", "outcome", "expected", "reason")]
    tip += [alt.Tooltip(f"{name}:Q", title=name.upper(), format=".3f") for name in "sdb"]
    base = (
        alt.Chart(_data("nets"))
        .mark_point(size=60, filled=True)
        .encode(
            alt.Y("d:Q", title="D, interchange", scale=alt.Scale(domain=[0, 1], clamp=True)),
            alt.Color("outcome:N", title=None, scale=_palette(VERDICT_COLOURS), legend=alt.Legend(orient="top")),
            alt.Shape(
                "outcome:N",
                title=None,
                scale=alt.Scale(domain=list(VERDICT_COLOURS), range=["circle", "square", "triangle-up"]),
            ),
            opacity=alt.condition(pick, alt.value(0.75), alt.value(0.08)),
            tooltip=tip,
        )
        .properties(width=400, height=270)
    )
    ratio = alt.X(
        "b:Q", title="B, bits of explanation / table (log scale)", scale=alt.Scale(type="log", nice=False, padding=14)
    )
    return alt.hconcat(
        base.encode(
            alt.X(
                "s:Q",
                title="S, agreement under substitution",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(tickCount=5),
            )
        ).add_params(pick),
        base.encode(ratio.axis(format="~g", tickCount=5)),
    )


def _growth() -> alt.TopLevelMixin:
    """points: size, series, bits, cell; fits: size, series, low, bits, high."""
    colours = {"explanation": BLUE, "table": VERMILION, "weights": GREY, "program": GREEN}
    colour = alt.Color(
        "series:N",
        title=None,
        scale=_palette(colours),
        legend=alt.Legend(orient="bottom", symbolOpacity=1, symbolType="circle"),
    )
    x = alt.X("size:Q", scale=alt.Scale(type="log", nice=False, padding=12), title="size p (log scale)")
    x = x.axis(format="d", values=alt.ExprRef("pluck(data('points'), 'size')"))
    axis = alt.Axis(format="~s", tickCount=6)
    fits = alt.Chart(_data("fits")).encode(x, colour)
    band = fits.mark_area(opacity=0.15).encode(alt.Y("low:Q", scale=alt.Scale(type="log")), alt.Y2("high:Q"))
    y = alt.Y("bits:Q", scale=alt.Scale(type="log"), title="bits (log scale)", axis=axis)
    tip = [alt.Tooltip("cell:N"), alt.Tooltip("series:N"), alt.Tooltip("size:Q"), alt.Tooltip("bits:Q", format=",.0f")]
    dots = alt.Chart(_data("points")).mark_point(size=45, filled=True, opacity=0.8).encode(x, y, colour, tooltip=tip)
    return alt.layer(band, fits.mark_line(strokeWidth=1.5).encode(y), dots).properties(width=322, height=270)


def _timing() -> alt.TopLevelMixin:
    """seeds: group, phase, step, seed; means: group, phase, step, low, high, of, reached."""
    names = list(PHASE_COLOURS)
    lines = "split(datum.label, ' · ')"  # task and size, net, recipe below each other
    row = alt.Y("group:N", title=None, sort=None, axis=alt.Axis(labelLimit=330, grid=True, labelExpr=lines))
    shift = alt.YOffset("phase:N", sort=names, scale=alt.Scale(domain=names, paddingOuter=0.4))
    colour = alt.Color("phase:N", title=None, scale=_palette(PHASE_COLOURS), legend=alt.Legend(orient="top"))
    x = alt.X("step:Q", title="training step", axis=alt.Axis(format=",d", tickCount=6), scale=alt.Scale(domainMin=0))
    seeds = alt.Chart(_data("seeds")).encode(
        x, row, shift, colour, tooltip=["group:N", "phase:N", "seed:N", alt.Tooltip("step:Q", format=",")]
    )
    tip = ["group:N", "phase:N", *(alt.Tooltip(f"{name}:Q", format=",.0f") for name in ("step", "low", "high"))]
    means = alt.Chart(_data("means")).encode(
        row, shift, colour, tooltip=[*tip, alt.Tooltip("reached:Q"), alt.Tooltip("of:Q", title="seeds")]
    )
    wide = means.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2.5, clip=True)
    return alt.layer(
        wide.encode(alt.X("low:Q"), alt.X2("high:Q")),
        means.mark_tick(thickness=3, size=13).encode(x),
        seeds.mark_point(size=26, filled=True, opacity=0.45),
    ).properties(width=560, height=alt.Step(15, **{"for": "offset"}))


def _states(colour: alt.Color) -> alt.TopLevelMixin:
    """states: x, y, value."""
    axis = alt.Axis(labels=False, ticks=False)
    return (
        alt.Chart(_data("states"))
        .mark_point(size=42, filled=True, opacity=0.75)
        .encode(
            alt.X("x:Q", title="first direction", axis=axis, scale=alt.Scale(zero=False)),
            alt.Y("y:Q", title="second direction", axis=axis, scale=alt.Scale(zero=False)),
            colour,
            tooltip=[alt.Tooltip("value:Q")],
        )
        .properties(width=280, height=240)
    )


def _tuning() -> alt.TopLevelMixin:
    """points: unit, series, degrees, value."""
    return (
        alt.Chart(_data("points"))
        .mark_line(strokeWidth=1.6)
        .encode(
            alt.X("degrees:Q", title="degrees", scale=alt.Scale(domain=[0, 360]), axis=alt.Axis(values=[0, 180, 360])),
            alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=3)),
            alt.Color(
                "series:N",
                title=None,
                scale=alt.Scale(domain=["net", "explanation"], range=[BLUE, VERMILION]),
                legend=alt.Legend(orient="bottom"),
            ),
            alt.StrokeDash("series:N", title=None, sort=["net", "explanation"], legend=None),
            alt.Facet("unit:N", title=None, columns=3, sort=None),
            tooltip=[alt.Tooltip("unit:N"), alt.Tooltip("degrees:Q"), alt.Tooltip("value:Q", format=".4~g")],
        )
        .properties(width=92, height=70)
        .resolve_scale(y="independent")
    )


TEMPLATES: dict[str, Callable[[], Any]] = {
    "fractions": lambda: _lines(FRACTIONS, WHOLE),
    "lines": lambda: _lines(alt.Scale(zero=False, nice=True), WHOLE),
    "lines_log": lambda: _lines(alt.Scale(type="log"), f"datum.value < 0.001 ? format(datum.value, '~g') : {WHOLE}"),
    "bits": _bits,
    "evidence": _evidence,
    "frequencies": _frequencies,
    "overview": _overview,
    "growth": _growth,
    "timing": _timing,
    "paths": _paths,
    "states": lambda: _states(alt.Color("value:N", title="value", scale=alt.Scale(scheme="tableau10"))),
    "tuning": _tuning,
    "states_many": lambda: _states(alt.Color("value:Q", title="value", scale=alt.Scale(scheme="viridis"))),
}
