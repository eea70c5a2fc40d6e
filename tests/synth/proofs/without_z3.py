"""The state of a user who has not installed the extra `smt`."""

import builtins
import sys

import pytest


def hide_z3(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object, **named: object) -> object:
        if name == "z3":
            raise ImportError(name)
        return real(name, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.delitem(sys.modules, "z3", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
