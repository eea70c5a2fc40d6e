"""What was found: read a net, explain it, test the explanation, weigh it, judge it, report it."""

from compare.assess import Assessment, assess
from compare.judge import THRESHOLDS, Thresholds, judge
from compare.view import View, by_position

__all__ = ["THRESHOLDS", "Assessment", "Thresholds", "View", "assess", "by_position", "judge"]
