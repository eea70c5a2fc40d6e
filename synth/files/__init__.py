"""Questions and answers as files.

- `formats/`: examples in JSON and CSV; a new format is a reader to a `sheet.Sheet`, named in `formats/__init__`
- `sygus/`: problems in SyGuS-IF 2, and their answers
- `text`: files of a bounded size
"""
