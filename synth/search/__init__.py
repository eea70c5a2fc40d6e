"""From a question to a program.

- `solve`: what users call; `by_cost`: level by level in order of bits, and from time to time back from the goal
- `backward`: the ways to work back from the goal, one after the other; a new one is called there. Each takes a
  `question.Question` and gives the best `Answer` that it meets: `inversion` (which argument would a primitive need?),
  `unify/` (decision trees of programs that are right on some examples each, and pairs joined by an operator)
- `fits`: programs whose constants the examples give, tried beside these
- `deduction/`: languages whose operators take functions; `deduction/rules` says which function an operator would need
- `regions`: where something is, from rows on which it is or is not; `layers`: several of these, one over the other;
  `terms` and `bounds`: what they are made of
- `rows`: the examples; `rerun`: an answer's printed Python on them; `solution`: what comes back, what it may claim
"""
