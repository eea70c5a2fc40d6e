"""The data of a page's charts: collected under short keys, and held once as one JSON text."""

import json
import math
from itertools import groupby
from typing import Any

from compare.report.charts import TEMPLATES, template
from compare.report.drawing import Columns, Drawing


class Charts:
    """The drawings of a page so far."""

    def __init__(self) -> None:
        self.drawings: dict[str, Drawing] = {}

    def add(self, drawing: Drawing) -> dict[str, str]:
        """Key, title and caption for a figure."""
        key = f"c{len(self.drawings)}"
        self.drawings[key] = drawing
        return {"key": key, "title": drawing.title, "caption": drawing.caption}

    def script(self) -> str:
        """All of them with their specifications, for a script element."""
        used = {each.template for each in self.drawings.values()}
        templates = {name: template(name) for name in TEMPLATES if name in used}
        charts = {
            key: {"template": each.template, "data": {name: _packed(table) for name, table in each.data.items()}}
            for key, each in self.drawings.items()
        }
        return json_for_script({"templates": templates, "charts": charts})


def _packed(table: Columns) -> dict[str, Any]:
    """Columns of words, which repeat along a line, as runs of [word, how often]."""
    return {
        name: {"runs": [[word, len(list(run))] for word, run in groupby(column)]}
        if column and all(isinstance(each, str) for each in column)
        else column
        for name, column in table.items()
    }


def json_for_script(value: object) -> str:
    """Compact JSON that cannot end the script element it stands in; what is not finite becomes null."""
    text = json.dumps(_finite(value), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
