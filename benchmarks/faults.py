"""What went wrong in a user's code: the kind of error, the first line of what it says, and the line of theirs."""

import os
import sysconfig
import traceback
from pathlib import Path

PACKAGES = ("synth", "nets", "compare", "benchmarks")
HOME = Path(__file__).resolve().parents[1]
EXTRAS = {"z3": "smt", "cvc5": "peers", "ray": "cluster"}  # packages that come with an extra of ours


def said(error: BaseException) -> str:
    """The kind of error and the first line of what it says, without a place, which is named before."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {(text.splitlines() or [''])[0]}"


def line_of(error: BaseException, path: Path) -> str:
    """Where in the file it happened, the innermost place."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f", line {error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f", line {lines[-1]}" if lines else ""


def elsewhere(error: BaseException, path: Path) -> str:
    """Where it happened in another file of the user's, such as one that the file imports."""
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    places += [(error.filename or "", error.lineno)] if isinstance(error, SyntaxError) else []
    theirs = [(file, line) for file, line in places if is_user_s(file)]
    if not theirs or theirs[-1][0] == str(path):
        return ""
    file, line = theirs[-1]
    return f" in {os.path.relpath(file, path.parent)}, line {line}"


def is_user_s(file: str) -> bool:
    """Whether a file is neither Python's, nor an installed package's, nor ours."""
    installed = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))
    ours = tuple(f"{HOME / package}{os.sep}" for package in PACKAGES)
    return os.path.isabs(file) and "site-packages" not in file and not file.startswith((*installed, *ours))


def raised(error: BaseException) -> str:
    """The error with the line of the function that was called, for an error that is caught right where it is called."""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    theirs = [frame for frame in frames if frame.filename == frames[0].filename]
    return f"{said(error)} ({Path(theirs[-1].filename).name}, line {theirs[-1].lineno})" if theirs else said(error)


def missing(error: BaseException) -> str | None:
    """What to do about a package that is not installed."""
    name = (error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    if name in EXTRAS:
        return f"run `pip install 'synthnet[{EXTRAS[name]}]'`"
    return f"install {name!r}, or put it beside the file" if name else None
