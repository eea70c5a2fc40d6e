"""The page on a user's own net: each of its examples runs, and is judged alike whatever it comes as."""

import contextlib
import io
import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "own-nets.md"


def test_every_kind_of_net_on_the_page_is_a_program() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    out, names = io.StringIO(), {"__name__": "own_nets"}
    with contextlib.redirect_stdout(out):
        exec("\n".join(blocks), names)
    lines = out.getvalue().splitlines()
    assert lines[0] == "program ('hidden.0.pre',)"
    assert lines[1:] == ["program"] * 3
