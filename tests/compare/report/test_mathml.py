"""Formulas keep their presentation and lose everything else."""

import re

import pytest
import sympy

from compare.report.mathml import summands

A, B = sympy.symbols("a b")


@pytest.mark.parametrize("formula", [sympy.cos(2 * sympy.pi * (A + B) / 59), sympy.sqrt(A) / B**2, sympy.Max(A, B)])
def test_sympys_mathml_is_kept(formula):
    (found,) = summands(sympy.mathml(formula, printer="presentation"))
    assert found.startswith('<math displaystyle="true">')
    assert "&" not in found.replace("&amp;", "")
    assert "<mi>a</mi>" in found


def test_a_whole_math_element_is_not_wrapped_twice():
    found = summands('<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi></math>')
    assert found == ['<math displaystyle="true"><mi>x</mi></math>']


def test_a_sum_is_one_element_a_term_the_largest_amplitude_first():
    wave = [sympy.cos(2 * sympy.pi * k * A) for k in range(1, 5)]
    amplitudes = [sympy.Float(each, 3) for each in ("-5.76e-5", "0.5", "-12.5", "2.75")]
    total = sympy.Add(*(a * w for a, w in zip(amplitudes, wave, strict=True)))
    found = summands(sympy.mathml(total, printer="presentation"))
    plain = [re.sub(r"<[^>]*>", "", each).replace("\u2062", "") for each in found]
    assert [each.split("cos")[0] for each in plain] == ["-12.5", "+2.75", "+0.5", "-5.76\u00b710-5"]
    assert "".join(plain).count("cos") == 4


@pytest.mark.parametrize("formula", [A + B - 1, sympy.Xor(A, B), 2 * sympy.cos(A), sympy.Max(A, B) + 3])
def test_what_is_no_sum_of_amplitudes_stays_whole(formula):
    assert len(summands(sympy.mathml(formula, printer="presentation"))) == 1


@pytest.mark.parametrize(
    "hostile",
    [
        "<mrow><mi>x</mi><script>alert(1)</script></mrow>",
        '<mrow><mi onclick="alert(1)" href="javascript:alert(1)">x</mi></mrow>',
        '<mrow><mi>x</mi><annotation-xml><img src="http://example.org/x"/></annotation-xml></mrow>',
        '<mrow><mi style="background:url(http://example.org)">x</mi></mrow>',
    ],
)
def test_what_is_not_presentation_is_removed(hostile):
    assert summands(hostile) == ['<math displaystyle="true"><mrow><mi>x</mi></mrow></math>']


@pytest.mark.parametrize(
    "wrong", [None, "", "<mi>x", "plain &nonsense; text", "<!DOCTYPE x><mi>x</mi>", "<script>x</script>", "<?x?>"]
)
def test_what_is_no_mathml_is_refused(wrong):
    assert summands(wrong) == []
