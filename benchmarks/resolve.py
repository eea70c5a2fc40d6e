"""From a name in a suite file to what it names: one of ours, or `file.py:NAME` of a user's, relative to the suite."""

import builtins
import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from benchmarks.faults import HOME, PACKAGES, elsewhere, is_user_s, line_of, missing, said
from benchmarks.names import find, unknown
from benchmarks.tasks import TASKS, Task

MARK = "synthnet_user_"  # begins the names under which users' files are modules

if TYPE_CHECKING:
    from collections.abc import Callable

    from nets import Net

    Build = Net | Callable[..., Net]


def is_reference(name: str) -> bool:
    """Whether a name points into a file."""
    return ".py:" in name


def task_of(name: str, folder: Path) -> Task:
    """The task of this name."""
    refuse_without_name(name, folder, Task)
    if not is_reference(name) and ":" in name:
        raise ValueError(f"unknown task {name!r}; a task of your own is named file.py:NAME")
    return instance(name, folder, Task) if is_reference(name) else find("task", name, TASKS)


def tasks_in(path: Path) -> dict[str, Task]:
    """The tasks that a file declares, by the names that it gives them."""
    return {name: each for name, each in public(module_at(path, str(path))).items() if isinstance(each, Task)}


def net_of(name: str, folder: Path) -> "Build":
    """The architecture of this name: a net, or a function that makes one from sizes."""
    from nets import ARCHITECTURES, Net

    refuse_without_name(name, folder, Net)
    if is_reference(name):
        found = load(name, folder)
        if isinstance(found, Net) or callable(found):
            return found  # pyright: ignore[reportReturnType] - what a function returns is checked when it is called
        raise ValueError(f"{name}: expected a Net, or a function that returns one, got {type(found).__name__}")
    for architecture in ARCHITECTURES:
        if architecture.__name__ == name:
            return architecture
    raise ValueError(unknown("net", name, [architecture.__name__ for architecture in ARCHITECTURES]))


def instance(name: str, folder: Path, kind: type[Task]) -> Task:
    found = load(name, folder)
    if not isinstance(found, kind):
        raise ValueError(f"{name}: expected a {kind.__name__}, got {type(found).__name__}; name the declaration itself")
    return found


def refuse_without_name(name: str, folder: Path, kind: type) -> None:
    """ValueError, with what may be meant, for a file without the name of what it holds."""
    if name.endswith(".py"):
        module = module_at(folder / name, name)
        own = [known for known, each in public(module).items() if is_meant(each, kind, module)]
        raise ValueError(
            f"{name}: expected {name}:NAME, got no name; "
            f"{'write ' + ' or '.join(f'{name}:{each}' for each in own) if own else f'it declares no {kind.__name__}'}"
        )


def is_meant(value: Any, kind: type, module: ModuleType) -> bool:
    """Whether it is of the kind, or a function of the file, which may make one."""
    made = kind is not Task and callable(value) and getattr(value, "__module__", None) == module.__name__
    return isinstance(value, kind) or made


def load(name: str, folder: Path) -> Any:
    """What `file.py:NAME` holds, the file taken relative to `folder`."""
    file, _, attribute = name.rpartition(":")
    module = module_at(folder / file, name)
    if not hasattr(module, attribute):
        raise ValueError(f"{Path(folder / file).resolve()}: {unknown('name', attribute, public(module))}")
    return getattr(module, attribute)


def module_at(path: Path, name: str) -> ModuleType:
    """The file as a module; ValueError, with what the user called it, where there is none."""
    path = path.resolve()
    if not path.is_file():
        before = "; check the path before the colon" if ":" in name else "; check the path"
        raise ValueError(f"{name}: expected a Python file at {path}, found none{before}")
    return module_of(path)


def public(module: ModuleType) -> dict[str, Any]:
    return {name: each for name, each in vars(module).items() if not name.startswith("_")}


def module_of(path: Path) -> ModuleType:
    """The file as a module, run once a process and content."""
    name = f"{MARK}{hashlib.sha256(str(path).encode() + path.read_bytes()).hexdigest()[:16]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path}: expected a Python file, whose name ends in .py, got {path.suffix or 'no ending'}")
    module = importlib.util.module_from_spec(spec)
    held: dict[str, ModuleType] = {}
    vars(module)["__builtins__"] = {**vars(builtins), "__import__": importer(path.parent, held)}
    sys.modules[name] = module
    try:
        with neighbours(path.parent, held):
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        clash = hiding(path.parent) if isinstance(error, ImportError | AttributeError) else None
        remedy = f"{clash} has the name of a package of ours; rename it" if clash else missing(error)
        raise ValueError(
            f"{path}{line_of(error, path)}: cannot be run ({said(error)}{elsewhere(error, path)}); "
            f"{remedy or 'try it with python alone'}"
        ) from error
    return module


def importer(folder: Path, held: dict[str, ModuleType]) -> "Callable[..., Any]":
    """`import` as a user's file does it: what lies beside it is also found by a function that imports when called."""

    def find(*words: Any, **more: Any) -> Any:
        if str(folder) in sys.path:
            return builtins.__import__(*words, **more)
        with neighbours(folder, held):
            return builtins.__import__(*words, **more)

    return find


@contextmanager
def neighbours(folder: Path, held: dict[str, ModuleType]) -> Iterator[None]:
    """A user's file may import what lies beside it, but not hide our packages, nor another folder's file of a name.

    So what it has imported from there is `held` for it, and known to nobody else.
    """
    if hiding(folder):
        for package in PACKAGES:
            importlib.import_module(package)
    before = set(sys.modules)
    sys.modules.update({name: module for name, module in held.items() if name not in before})
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None) or ""
            if is_user_s(file) and Path(file).is_relative_to(folder) and not name.startswith(MARK):
                held[name] = sys.modules.pop(name)


def hiding(folder: Path) -> Path | None:
    """A file or folder of the user's that has the name of one of our packages and is another one."""
    places = (folder / name for package in PACKAGES for name in (package, f"{package}.py"))
    return next((place for place in places if place.exists() and place.resolve().parent != HOME), None)
