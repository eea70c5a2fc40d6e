"""Cases of which only some are tried on every change."""

from collections.abc import Container, Iterable
from typing import Any

import pytest


def slowly(every: Iterable[Any], fast: Container[Any]) -> list[Any]:
    """All of them, those that are not fast in the slow tests alone."""
    return [each if each in fast else pytest.param(each, marks=pytest.mark.slow) for each in every]
