"""The 62 tasks as MIPS published them: which task and size each is, and who solved it.

Michaud et al. 2024 (arXiv 2402.05110): MIPS solves 32, GPT-4 30, one of the two 43.
"""

from typing import NamedTuple


class Published(NamedTuple):
    """One row of the published table."""

    number: int
    name: str
    task: str
    size: int
    mips: bool
    gpt4: bool


def row(number: int, name: str, task: str, size: int, solved: str) -> Published:
    """`solved` is Y or N for MIPS, then for GPT-4."""
    return Published(number, name, task, size, solved[0] == "Y", solved[1] == "Y")


MIPS62 = (
    row(1, "Binary_Addition", "base_addition", 2, "YN"),
    row(2, "Base_3_Addition", "base_addition", 3, "NN"),
    row(3, "Base_4_Addition", "base_addition", 4, "NN"),
    row(4, "Base_5_Addition", "base_addition", 5, "NN"),
    row(5, "Base_6_Addition", "base_addition", 6, "NY"),
    row(6, "Base_7_Addition", "base_addition", 7, "NN"),
    row(7, "Bitwise_Xor", "bitwise_xor", 2, "YY"),
    row(8, "Bitwise_Or", "bitwise_or", 2, "YY"),
    row(9, "Bitwise_And", "bitwise_and", 2, "YY"),
    row(10, "Bitwise_Not", "bitwise_not", 2, "YY"),
    row(11, "Parity_Last2", "parity_last", 2, "YY"),
    row(12, "Parity_Last3", "parity_last", 3, "YN"),
    row(13, "Parity_Last4", "parity_last", 4, "NN"),
    row(14, "Parity_All", "parity_all", 2, "YN"),
    row(15, "Parity_Zeros", "parity_zeros", 2, "YN"),
    row(16, "Evens_Counter", "evens_counter", 10, "NN"),
    row(17, "Sum_All", "sum_all", 1, "YY"),
    row(18, "Sum_Last2", "sum_last", 2, "YN"),
    row(19, "Sum_Last3", "sum_last", 3, "YN"),
    row(20, "Sum_Last4", "sum_last", 4, "YY"),
    row(21, "Sum_Last5", "sum_last", 5, "YY"),
    row(22, "Sum_Last6", "sum_last", 6, "YY"),
    row(23, "Sum_Last7", "sum_last", 7, "YY"),
    row(24, "Current_Number", "current_number", 1, "YY"),
    row(25, "Prev1", "prev", 1, "YY"),
    row(26, "Prev2", "prev", 2, "YY"),
    row(27, "Prev3", "prev", 3, "YY"),
    row(28, "Prev4", "prev", 4, "YY"),
    row(29, "Prev5", "prev", 5, "YY"),
    row(30, "Previous_Equals_Current", "previous_equals_current", 8, "YN"),
    row(31, "Diff_Last2", "diff_last2", 1, "YN"),
    row(32, "Abs_Diff", "abs_diff", 1, "YN"),
    row(33, "Abs_Current", "abs_current", 1, "YY"),
    row(34, "Diff_Abs_Values", "diff_abs_values", 1, "NY"),
    row(35, "Min_Seen", "min_seen", 10, "NY"),
    row(36, "Max_Seen", "max_seen", 1, "NY"),
    row(37, "Majority_0_1", "most_frequent", 2, "NY"),
    row(38, "Majority_0_2", "most_frequent", 3, "NN"),
    row(39, "Majority_0_3", "most_frequent", 4, "NN"),
    row(40, "Evens_Detector", "evens_detector", 10, "NY"),
    row(41, "Perfect_Square_Detector", "perfect_square_detector", 20, "NN"),
    row(42, "Bit_Palindrome", "bit_palindrome", 2, "NY"),
    row(43, "Balanced_Parenthesis", "balanced_parenthesis", 2, "NN"),
    row(44, "Parity_Bits_Mod2", "parity_bits_mod2", 2, "NY"),
    row(45, "Alternating_Last3", "alternating_last", 3, "NN"),
    row(46, "Alternating_Last4", "alternating_last", 4, "NY"),
    row(47, "Bit_Shift_Right", "bit_shift_right", 2, "YY"),
    row(48, "Bit_Dot_Prod_Mod2", "bit_dot_prod_mod2", 2, "YN"),
    row(49, "Div_3", "div", 3, "NY"),
    row(50, "Div_5", "div", 5, "NN"),
    row(51, "Div_7", "div", 7, "NN"),
    row(52, "Add_Mod_3", "add_mod", 3, "YY"),
    row(53, "Add_Mod_4", "add_mod", 4, "NN"),
    row(54, "Add_Mod_5", "add_mod", 5, "NN"),
    row(55, "Add_Mod_6", "add_mod", 6, "NN"),
    row(56, "Add_Mod_7", "add_mod", 7, "NN"),
    row(57, "Add_Mod_8", "add_mod", 8, "NN"),
    row(58, "Dithering", "dithering", 16, "NY"),
    row(59, "Newton_Freebody", "newton_freebody", 1, "YN"),
    row(60, "Newton_Gravity", "newton_gravity", 1, "YN"),
    row(61, "Newton_Spring", "newton_spring", 1, "YN"),
    row(62, "Newton_Magnetic", "newton_magnetic", 2, "NN"),
)

DROPPED = (
    ("add_mod", 9),
    ("add_mod", 10),
    ("base_addition", 8),
    ("base_addition", 9),
    ("base_addition", 10),
    ("most_frequent", 5),
    ("most_frequent", 6),
    ("prev", 6),
    ("prev", 7),
    ("prev", 8),
    ("dot_prod", 1),
    ("int_palindrome", 10),
    ("card_counting", 13),
)  # task and size of the 13 that MIPS trained no net for
