"""Programs found by enumeration: a small typed language, and the search for the program of fewest bits."""
