"""The reader: the commands of a SyGuS-IF 2 file, one after another, and the problem that they state.

SyGuS-IF 2.1, https://sygus.org/language (Saswat Padhi, Elizabeth Polgreen, Mukund Raghothaman, Andrew Reynolds and
Abhishek Udupa). Read are the logics of integers, Booleans and bit-vectors, with grammars of version 1 as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from synth.files.sygus.build import Definition, Scope, read_term, smt_sort
from synth.files.sygus.examples import example_at_once, merged
from synth.files.sygus.free import constants_of, free_language
from synth.files.sygus.grammar import read_grammar
from synth.files.sygus.operators import known_names
from synth.files.sygus.problem import Constraint, Example, Function, Problem, stated
from synth.files.sygus.sorts import group, sort_of_text, symbol, unknown_name
from synth.files.sygus.term import Term
from synth.files.sygus.text import Atom, Expression, Group, clipped, expressions, refusal, shown
from synth.files.text import read_text
from synth.language.program import Apply, Terminal
from synth.language.types import BOOL, Fn, Type

LOGICS = ("BV", "LIA", "NIA", "CORE", "BVLIA", "LIABV", "NIABV", "ALL")
IGNORED = ("set-option", "set-options", "set-info", "set-feature", "exit")
REFUSED = (
    "define-fun-rec", "define-funs-rec", "declare-fun", "declare-datatype", "declare-datatypes", "declare-sort",
    "declare-weight", "chc-constraint", "optimize-synth", "declare-oracle-fun", "oracle-constraint", "oracle-assume",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A synth-fun whose grammar is read at the end, when the constants of the constraints are known."""

    name: str
    parameters: tuple[Terminal, ...]
    result: Type
    grammar: tuple[Expression, ...]
    line: int


@dataclass(slots=True)
class Draft:
    """A problem while its commands are read."""

    logic: str = "ALL"
    scope: Scope = field(default_factory=Scope)
    variables: dict[str, Terminal] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    ended: bool = False


def read_problem(path: Path | str) -> Problem:
    """The problem in a file; ValueError with the file's name and the line says what is wrong with it."""
    text = read_text(path)
    try:
        return parse_problem(text)
    except ValueError as error:
        raise ValueError(f"{path}, {error}") from None


def parse_problem(text: str) -> Problem:
    """The problem that a text states; ValueError with the line says what is wrong with it."""
    draft = Draft()
    for expression in expressions(text):
        if not draft.ended:
            command(draft, expression)
    return finished(draft)


def command(draft: Draft, expression: Expression) -> None:
    """Take in one command."""
    items = group(expression, "a command").items
    head = items[0] if items else expression
    if isinstance(head, Group):
        raise refusal(expression.line, f"expected a command's name after '(', got {shown(head)}; write one")
    name = head.text
    if name in IGNORED:
        return
    if name in REFUSED:
        raise refusal(
            head.line, f"expected commands on integers, Booleans and bit-vectors, got {name}, which is not read"
        )
    if name not in COMMANDS:
        raise unknown_name("command", name, (*COMMANDS, *IGNORED), head.line)
    take, least, most = COMMANDS[name]
    if not least <= len(items) - 1 <= most:
        count = str(least) if least == most else f"{least} to {most}"
        raise refusal(head.line, f"expected {count} arguments for {name}, got {len(items) - 1}; mend the command")
    take(draft, items[1:], expression.line)


def set_logic(draft: Draft, items: Sequence[Expression], line: int) -> None:
    name = symbol(items[0], "a logic").text
    if name.upper().removeprefix("QF_") not in LOGICS:
        raise refusal(
            line,
            f"expected a logic among {', '.join(LOGICS)}, got {clipped(name)}; only problems on integers, Booleans "
            "and bit-vectors are solved",
        )
    draft.logic = name.upper().removeprefix("QF_")


def define_sort(draft: Draft, items: Sequence[Expression], line: int) -> None:
    name = new_name(draft, items[0], "a sort")
    if len(items) == 3 and group(items[1], "the sort's parameters").items:
        raise refusal(line, f"expected a sort without parameters, got {shown(items[1])}; write it out")
    draft.scope.sorts[name] = sort_of_text(items[-1], draft.scope.sorts)


def define_fun(draft: Draft, items: Sequence[Expression], line: int) -> None:
    name = new_name(draft, items[0], "a function")
    parameters = read_parameters(draft, items[1])
    sort = sort_of_text(items[2], draft.scope.sorts)
    body = read_term(draft.scope, items[3], {node.name: node for node in parameters}, sort)
    draft.scope.definitions[name] = Definition(name, parameters, body, line)


def synth_fun(draft: Draft, items: Sequence[Expression], line: int) -> None:
    name = new_name(draft, items[0], "a function")
    parameters = read_parameters(draft, items[1])
    result = sort_of_text(items[2], draft.scope.sorts)
    add_function(draft, Asked(name, parameters, result, tuple(items[3:]), line))


def synth_inv(draft: Draft, items: Sequence[Expression], line: int) -> None:
    name = new_name(draft, items[0], "an invariant")
    add_function(draft, Asked(name, read_parameters(draft, items[1]), BOOL, tuple(items[2:]), line))


def add_function(draft: Draft, asked: Asked) -> None:
    draft.asked.append(asked)
    draft.scope.functions[asked.name] = Fn(tuple(node.type for node in asked.parameters), asked.result)


def declare_var(draft: Draft, items: Sequence[Expression], line: int) -> None:
    add_variable(draft, items[0], sort_of_text(items[1], draft.scope.sorts))


def declare_primed(draft: Draft, items: Sequence[Expression], line: int) -> None:
    declare_var(draft, items, line)
    add_variable(draft, primed(symbol(items[0], "a variable")), sort_of_text(items[1], draft.scope.sorts))


def add_variable(draft: Draft, expression: Expression, sort: Type) -> None:
    name = symbol(expression, "a variable").text
    known = draft.variables.setdefault(name, Terminal(name, sort))
    if known.type != sort:
        raise refusal(
            expression.line,
            f"expected one sort for the variable {name}, got {smt_sort(known.type)} before and "
            f"{smt_sort(sort)} here; rename one",
        )


def primed(atom: Atom) -> Atom:
    return Atom(atom.text + "!", atom.line)


def constraint(draft: Draft, items: Sequence[Expression], line: int) -> None:
    example = example_at_once(items[0], draft.scope.functions, line)
    if example is not None:
        draft.examples.append(example)
        return
    for term in conjuncts(read_term(draft.scope, items[0], draft.variables, BOOL)):
        found = stated(term, line)
        if found is None:
            draft.constraints.append(Constraint(term, line))
        else:
            draft.examples.append(found)


def assume(draft: Draft, items: Sequence[Expression], line: int) -> None:
    term = read_term(draft.scope, items[0], draft.variables, BOOL)
    draft.constraints.append(Constraint(term, line, assumption=True))


def inv_constraint(draft: Draft, items: Sequence[Expression], line: int) -> None:
    """The three constraints that an invariant, its precondition, its step and its postcondition stand for."""
    inv, pre, step, post = (symbol(item, "a function") for item in items)
    asked = next((asked for asked in draft.asked if asked.name == inv.text), None)
    if asked is None or not asked.parameters:
        raise unknown_name("invariant", inv.text, [asked.name for asked in draft.asked], line)
    now = tuple(Atom(node.name, line) for node in asked.parameters)
    then = tuple(primed(atom) for atom in now)
    for atom, node in zip((*now, *then), asked.parameters * 2, strict=True):
        add_variable(draft, atom, node.type)

    def call(head: Atom, *arguments: Expression) -> Group:
        return Group((head, *arguments), line)

    implies = Atom("=>", line)
    holds = call(inv, *now)
    for term in (
        call(implies, call(pre, *now), holds),
        call(implies, call(Atom("and", line), holds, call(step, *now, *then)), call(inv, *then)),
        call(implies, holds, call(post, *now)),
    ):
        constraint(draft, (term,), line)


def check_synth(draft: Draft, items: Sequence[Expression], line: int) -> None:
    draft.ended = True


def new_name(draft: Draft, expression: Expression, what: str) -> str:
    """A name that nothing else has."""
    atom = symbol(expression, what)
    scope = draft.scope
    if atom.text in known_names() or any(
        atom.text in known for known in (scope.sorts, scope.definitions, scope.functions)
    ):
        raise refusal(atom.line, f"expected a new name for {what}, got {clipped(atom.text)} again; rename it")
    return atom.text


def read_parameters(draft: Draft, expression: Expression) -> tuple[Terminal, ...]:
    """Names with sorts, each name once."""
    found: dict[str, Terminal] = {}
    for item in group(expression, "the parameters").items:
        pair = group(item, "a parameter (name sort)")
        if len(pair.items) != 2:
            raise refusal(pair.line, f"expected a parameter (name sort), got {shown(pair)}; give a name and its sort")
        name = symbol(pair.items[0], "a parameter").text
        if name in found:
            raise refusal(pair.line, f"expected parameters of different names, got {clipped(name)} twice; rename one")
        found[name] = Terminal(name, sort_of_text(pair.items[1], draft.scope.sorts))
    return tuple(found.values())


def conjuncts(term: Term) -> list[Term]:
    """The parts of a conjunction, in order."""
    found: list[int] = []
    stack = [len(term.nodes) - 1]
    while stack:
        place = stack.pop()
        node = term.nodes[place]
        if isinstance(node, Apply) and node.primitive.name == "and":
            stack += reversed(node.args)
        else:
            found.append(place)
    return [term.part(place) for place in dict.fromkeys(found)] if len(found) > 1 else [term]


def finished(draft: Draft) -> Problem:
    """The problem, its grammars read."""
    if not draft.asked:
        raise ValueError("line 1: expected a function to find, got none; add (synth-fun name ((x Int)) Int)")
    return Problem(
        logic=draft.logic,
        functions=tuple(function_of(draft, asked) for asked in draft.asked),
        variables=tuple(draft.variables.values()),
        examples=merged(draft.examples, draft.scope.functions),
        constraints=tuple(draft.constraints),
    )


def function_of(draft: Draft, asked: Asked) -> Function:
    sorts = {*(node.type for node in asked.parameters), asked.result, BOOL}
    outputs = {example.output for example in draft.examples if example.function == asked.name}
    constants = constants_of(sorts, (found.term for found in draft.constraints), {asked.result: outputs})
    if asked.grammar:
        language = read_grammar(draft.scope, asked.parameters, asked.result, asked.grammar, constants)
    else:
        linear = "LIA" in draft.logic
        language = free_language(asked.parameters, asked.result, constants, linear=linear)
    return Function(
        name=asked.name,
        parameters=asked.parameters,
        result=asked.result,
        language=language,
        free=not asked.grammar,
        line=asked.line,
    )


Command = Callable[[Draft, Sequence[Expression], int], None]
COMMANDS: dict[str, tuple[Command, int, int]] = {  # with the least and the largest number of arguments
    "set-logic": (set_logic, 1, 1),
    "define-sort": (define_sort, 2, 3),
    "define-fun": (define_fun, 4, 4),
    "synth-fun": (synth_fun, 3, 5),
    "synth-inv": (synth_inv, 2, 4),
    "declare-var": (declare_var, 2, 2),
    "declare-primed-var": (declare_primed, 2, 2),
    "constraint": (constraint, 1, 1),
    "assume": (assume, 1, 1),
    "inv-constraint": (inv_constraint, 4, 4),
    "check-synth": (check_synth, 0, 0),
}
