"""The measured numbers: one file an item."""
