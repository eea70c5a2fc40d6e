"""Questions and answers as files.

- `formats/`: examples in JSON, CSV and TSV; a new format is a reader of a text to a `sheet.Sheet`, named in `READERS`
- `sygus/`: problems in SyGuS-IF 2, and their answers
- `text`: files of a bounded size
"""
