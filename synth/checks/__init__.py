"""What a primitive declares, held against random and edge values: its views, laws, inverses and choices.

- `check`: what users call; `views` and `compiled`: every view beside numpy; `declared`: laws, inverses, choices
- `claims`, `draws`: two columns that should be equal, and the values on which they are compared
"""
