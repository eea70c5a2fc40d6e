"""Questions and answers as files: examples in CSV and JSON, problems in SyGuS-IF."""
