"""What went wrong in a user's code: the kind of error, the first line of what it says, and the line of theirs."""

import traceback
from pathlib import Path


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


def raised(error: BaseException) -> str:
    """The error with the line of the function that was called, for an error that is caught right where it is called."""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    theirs = [frame for frame in frames if frame.filename == frames[0].filename]
    return f"{said(error)} ({Path(theirs[-1].filename).name}, line {theirs[-1].lineno})" if theirs else said(error)
