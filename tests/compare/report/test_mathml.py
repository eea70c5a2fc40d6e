"""Formulas keep their presentation and lose everything else."""

import pytest
import sympy

from compare.report.mathml import clean

A, B = sympy.symbols("a b")


@pytest.mark.parametrize("formula", [sympy.cos(2 * sympy.pi * (A + B) / 59), sympy.sqrt(A) / B**2, sympy.Max(A, B)])
def test_sympys_mathml_is_kept(formula):
    found = clean(sympy.mathml(formula, printer="presentation"))
    assert found is not None
    assert found.startswith('<math display="block">')
    assert "&" not in found.replace("&amp;", "")
    assert "<mi>a</mi>" in found


def test_a_whole_math_element_is_not_wrapped_twice():
    found = clean('<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi></math>')
    assert found == '<math display="block"><mi>x</mi></math>'


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
    assert clean(hostile) == '<math display="block"><mrow><mi>x</mi></mrow></math>'


@pytest.mark.parametrize(
    "wrong", [None, "", "<mi>x", "plain &nonsense; text", "<!DOCTYPE x><mi>x</mi>", "<script>x</script>", "<?x?>"]
)
def test_what_is_no_mathml_is_refused(wrong):
    assert clean(wrong) is None
