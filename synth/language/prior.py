"""A prior over programs: the typed grammar's costs, fitted from a set of programs.

Under each type asked, an alternative's probability is (count + alpha * n * p) / (total + alpha * n), where n is the
number of alternatives and p its probability in the grammar that is not fitted: add-alpha smoothing, where these are
even. The terminals of a type are counted together and share evenly, since each task brings its own. Costs are bits
rounded up to eighths, so Kraft's inequality holds; what is fitted is `Language` like any other.
"""

import importlib.metadata
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from synth.language.grammar import EIGHTHS, LAMBDA, Language, head, program_bits, uniform_language
from synth.language.primitive import Primitive
from synth.language.program import Apply, Lambda, Program, Terminal, unknown
from synth.language.types import carrier, plain

FORMAT = "1"
LARGEST = 64 << 20  # bytes of a file that is read
REMEDY = "write the file with write_prior"
ALPHAS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
FOLDS = 10
ENOUGH = 100  # programs for choosing among them
TERMINALS = "terminals"  # the key under which the terminals of a type are counted together


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """Counts by type asked and alternative, and what they were counted in."""

    programs: tuple[str, ...]  # s-expressions
    library: tuple[str, ...]  # names of the primitives
    alpha: float  # weight of the grammar that is not fitted, in occurrences an alternative
    counts: Mapping[str, Mapping[str, int]]
    versions: Mapping[str, str]

    def language(self, library: Iterable[Primitive], terminals: Iterable[Terminal]) -> Language:
        """The fitted language of these primitives and terminals; `solve` takes it in place of a library."""
        return self.fitted(uniform_language(library, terminals))

    def fitted(self, even: Language) -> Language:
        """The same language with fitted costs, those of lambdas' bodies among them."""
        costs = {kind: self._costs(kind, even) for kind in even.costs}
        return replace(even, costs=costs, bodies={kind: self.fitted(inner) for kind, inner in even.bodies.items()})

    def _costs(self, kind: Any, even: Language) -> dict[str, int]:
        known = even.costs[kind]
        here = self.counts.get(str(plain(kind)), {})
        leaves = {node.name for node in even.terminals} & set(known)
        seen = {name: here.get(TERMINALS, 0) / len(leaves) if name in leaves else here.get(name, 0) for name in known}
        mass = sum(2.0 ** (-cost / EIGHTHS) for cost in known.values())
        strength = self.alpha * len(known)
        total = sum(seen.values()) + strength
        share = {name: seen[name] + strength * 2.0 ** (-cost / EIGHTHS) / mass for name, cost in known.items()}
        return {name: max(1, math.ceil(EIGHTHS * math.log2(total / weight))) for name, weight in share.items()}


def fit_prior(programs: Iterable[Program], library: Iterable[Primitive], alpha: float | None = None) -> Prior:
    """Count how often each alternative stands where its type is asked; the root is asked for by its own type.

    Shared parts count each time that they are written, as they cost bits each time. Without `alpha`, it is the one
    of `ALPHAS` under which the programs left out in turn cost the fewest bits by those that are left.
    """
    programs, library = tuple(programs), tuple(library)
    if alpha is None:
        return fit_prior(programs, library, best_alpha(programs, library))
    names = tuple(primitive.name for primitive in library)
    if not (math.isfinite(alpha) and alpha > 0):
        raise ValueError(
            f"prior: expected alpha > 0, got {alpha}; without smoothing, what does not occur could never be found"
        )
    counts: dict[str, Counter[str]] = {}
    for program in programs:
        for asked, name, times in occurrences(program, names):
            counts.setdefault(asked, Counter())[name] += times
    versions = {"format": FORMAT, "synthnet": importlib.metadata.version("synthnet")}
    texts = tuple(program.show() for program in programs)
    return Prior(
        programs=texts,
        library=names,
        alpha=float(alpha),
        counts={asked: dict(sorted(counts[asked].items())) for asked in sorted(counts)},
        versions=versions,
    )


def best_alpha(programs: tuple[Program, ...], library: tuple[Primitive, ...]) -> float:
    """The smoothing that serves programs best which are not counted, by cross-validation over at most `FOLDS` parts."""
    programs = programs[:: max(1, len(programs) // ENOUGH)]
    folds = min(len(programs), FOLDS)
    if folds < 2:
        return 1.0

    def held_out(alpha: float) -> float:
        bits = 0.0
        for fold in range(folds):
            others = [program for place, program in enumerate(programs) if place % folds != fold]
            prior = fit_prior(others, library, alpha)
            bits += sum(program_bits(program, library, fitted=prior.fitted) for program in programs[fold::folds])
        return bits

    return min(ALPHAS, key=held_out)


def occurrences(program: Program, names: tuple[str, ...], asked: Any = None) -> Iterator[tuple[str, str, int]]:
    """Type asked, alternative, and how often it stands there in the written program.

    The body of a lambda counts like the rest, its parameters among the terminals.
    """
    times: list[Counter[Any]] = [Counter() for _ in program.nodes]
    times[-1][plain(carrier(asked or program.type))] = 1
    for node, here in zip(reversed(program.nodes), reversed(times), strict=True):
        if isinstance(node, Apply) and node.primitive.name not in names:
            raise unknown("primitive", node.primitive.name, names)
        name = TERMINALS if isinstance(node, Terminal) else head(node).name
        yield from ((str(kind), name, count) for kind, count in here.items())
        if isinstance(node, Lambda):
            inner = occurrences(node.body, names, node.type.result)
            yield from ((kind, name, count * here.total()) for kind, name, count in inner)
        for place, kind in zip(node.args, node.primitive.type.args, strict=True) if isinstance(node, Apply) else ():
            times[place][plain(carrier(kind))] += here.total()


def write_prior(prior: Prior, path: Path | str) -> None:
    """Write a prior as JSON, with the programs that it was fitted on."""
    Path(path).write_text(json.dumps(asdict(prior), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_prior(path: Path | str) -> Prior:
    """Read what `write_prior` wrote; ValueError says what is wrong with the file."""
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise ValueError(
                f"prior {path}: expected a file of at most {LARGEST} bytes, got {size}; fit it on fewer programs"
            )
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"prior {path}: expected a readable file, got {error.strerror}; check the path") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"prior {path}: expected JSON, got {error}; {REMEDY}") from None
    return checked(found, f"prior {path}")


def checked(found: Any, where: str) -> Prior:
    """The prior that parsed JSON holds; ValueError where a part is missing or of another shape."""
    names = {field.name for field in fields(Prior)}
    if not isinstance(found, dict) or set(found) != names:
        got = ", ".join(map(str, found)) or "nothing" if isinstance(found, dict) else type(found).__name__
        raise ValueError(f"{where}: expected an object with {', '.join(sorted(names))}, got {got[:80]}; {REMEDY}")
    for name, right, shape in (
        ("programs", words(found["programs"]), "a list of strings"),
        ("library", words(found["library"]), "a list of strings"),
        ("alpha", number(found["alpha"]) and math.isfinite(found["alpha"]) and found["alpha"] > 0, "a number > 0"),
        ("counts", table_of_counts(found["counts"]), "whole numbers > 0 by type and name"),
        ("versions", strings_by_name(found["versions"]), "strings by name"),
    ):
        if not right:
            raise ValueError(f"{where}: expected {name} to be {shape}, got {json.dumps(found[name])[:60]}; {REMEDY}")
    if found["versions"].get("format") != FORMAT:
        raise ValueError(
            f"{where}: expected format {FORMAT}, got {found['versions'].get('format')}; fit it again with this version"
        )
    for name in {name for row in found["counts"].values() for name in row} - {TERMINALS, LAMBDA, *found["library"]}:
        raise ValueError(f"{where}: {unknown('primitive', name, found['library'])}; {REMEDY}")
    found |= {"programs": tuple(found["programs"]), "library": tuple(found["library"]), "alpha": float(found["alpha"])}
    return Prior(**found)


def number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def strings_by_name(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def table_of_counts(value: Any) -> bool:
    rows = value.values() if isinstance(value, dict) else (None,)
    return all(
        isinstance(row, dict) and all(type(count) is int and count > 0 for count in row.values()) for row in rows
    )
