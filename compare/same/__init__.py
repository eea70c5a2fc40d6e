"""Are two programs the same function, and the same text?"""

from compare.same.answer import Alike, Answer, Different, Equal
from compare.same.decide import WAYS, same
from compare.same.laws import same_program

__all__ = ["WAYS", "Alike", "Answer", "Different", "Equal", "same", "same_program"]
