"""A program over sequences as the parts of a transformer, and these as its weights."""
