"""What a program is, how it is written, and what it costs.

- `types`, `vectors`, `xp`, `scalar`: the values, and the operations on them in numpy, JAX and compiled code
- `primitive`, `laws`, `literals`, `macro`, `undo`: an operation with all its faces, and what is known of it
- `program`, `parse`, `source`: expression graphs, their s-expressions, and the source of a primitive's `run`
- `python_view`, `template`, `naming`, `definitions`; `sympy_view`, `latex`: programs as plain Python, sympy, LaTeX
- `grammar`, `operators`, `prior`, `listed`, `derive`: what naming each alternative costs, evenly or fitted to programs;
  which constants may be named; terms found in a grammar
- `spec`, `arguments`, `evaluate`, `exact`, `alike`: what is asked, values of programs on it, in arrays and on plain
  integers, and when two reals are one
"""
