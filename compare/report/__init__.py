"""Reports of a run. They read records and the arrays beside them, and nothing else."""

from compare.report.json import records_json
from compare.report.markdown import legend_table
from compare.report.terminal import terminal_table
from compare.report.terms import legend
from compare.report.verdicts import agrees, summary
from compare.report.write import REPORT_FORMATS, save_charts, write_report

__all__ = [
    "REPORT_FORMATS", "agrees", "legend", "legend_table", "records_json", "save_charts", "summary", "terminal_table",
    "write_report",
]  # fmt: skip
