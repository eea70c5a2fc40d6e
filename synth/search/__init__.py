"""From a question to a program.

- `solve`: what users call; `search`: level by level in order of bits, and from time to time back from the goal
- `backward`: the ways to work back from the goal, one after the other; a new one is called there. Each takes a
  `question.Question` and gives an `Answer`: `inversion` (which argument would a primitive need?), `unify/` (decision
  trees of programs that are right on some examples each)
- `deduction/`: languages whose operators take functions; `deduction/rules` says which function an operator would need
- `rows`: the examples; `solution`: what comes back, with what it may claim
"""
