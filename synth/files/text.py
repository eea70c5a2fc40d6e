"""Text files of a bounded size."""

from pathlib import Path

SIZE = 64 << 20  # bytes of the largest file that is read


def read_text(path: Path | str) -> str:
    """The text of a file; ValueError where it is larger than 64 MiB, before it is read, or is not UTF-8.

    The mark that some editors put before UTF-8 is left out.
    """
    path = Path(path)
    if not path.is_file():  # a pipe would be waited for
        found = "none" if not path.exists() else "a directory" if path.is_dir() else "a device or a pipe"
        raise ValueError(f"{path}: expected a file, found {found}; check the path")
    with path.open("rb") as file:
        size = path.stat().st_size
        data = file.read(SIZE + 1) if size <= SIZE else b""
    if max(size, len(data)) > SIZE:
        raise ValueError(f"{path}: expected a file of at most {SIZE >> 20} MiB, got a larger one; give fewer examples")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"{path}, line {line}: expected UTF-8 text, got the byte {data[error.start]:#04x}; save the file as UTF-8"
        ) from None
