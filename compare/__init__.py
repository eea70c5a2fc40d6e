"""What was found: read a net, explain it, test the explanation, weigh it, judge it, report it."""

from compare.assess import Assessment, assess
from compare.judge import THRESHOLDS, Thresholds, judge
from compare.trajectory import Trajectory, trace
from compare.view import View, by_position

__all__ = ["THRESHOLDS", "Assessment", "Thresholds", "Trajectory", "View", "assess", "by_position", "judge", "trace"]
