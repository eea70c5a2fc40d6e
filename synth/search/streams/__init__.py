"""Functions of streams as loops: a few variables that are carried along, found from words and their answers.

- `loop`: what a loop is, how it runs, how Python writes it, what it costs
- `source`: its printed Python, run
- `examples`: words with answers, and the table of a machine
- `steps`: step functions f(s, x) whose labels determine the answers (a machine, or words, to arithmetic)
- `linear`: recurrences with rational coefficients, or modulo a number; `features`: what else a loop may carry along
- `ways`: windows, earlier answers, states, counters, features
- `expressed`: the output function; `solve`: all of it, with counterexamples
"""

from synth.search.streams.examples import Examples, StateTable
from synth.search.streams.loop import Loop, Variable
from synth.search.streams.solve import loops_of_table, loops_of_words, solve_stream
from synth.search.streams.source import function_of

__all__ = [
    "Examples",
    "Loop",
    "StateTable",
    "Variable",
    "function_of",
    "loops_of_table",
    "loops_of_words",
    "solve_stream",
]
