"""What a program is, how it is written, and what it costs.

- `types`, `vectors`, `xp`, `scalar`: the values, and the operations on them in numpy, JAX and compiled code
- `primitive`, `laws`, `literals`, `macro`, `undo`: an operation with all its faces, and what is known of it
- `program`, `text`, `python_view`, `sympy_view`, `source`: expression graphs, and their ways in and out
- `grammar`, `operators`, `prior`: what naming each alternative costs, evenly or fitted to programs
- `spec`, `arguments`, `evaluate`: what is asked, and values of programs on it
"""
