"""MathML that may be embedded: only presentation elements and attributes, whatever the record says."""

import html.entities
import re
from xml.etree import ElementTree

ELEMENTS = frozenset(
    [
        "math",
        "mrow",
        "mi",
        "mn",
        "mo",
        "ms",
        "mtext",
        "mspace",
        "mfrac",
        "msqrt",
        "mroot",
        "mstyle",
        "merror",
        "mpadded",
        "mphantom",
        "mfenced",
        "menclose",
        "msub",
        "msup",
        "msubsup",
        "munder",
        "mover",
        "munderover",
        "mmultiscripts",
        "mprescripts",
        "none",
        "mtable",
        "mtr",
        "mtd",
        "semantics",
    ]
)
ATTRIBUTES = frozenset(
    [
        "display",
        "mathvariant",
        "stretchy",
        "fence",
        "separator",
        "lspace",
        "rspace",
        "width",
        "height",
        "depth",
        "open",
        "close",
        "separators",
        "displaystyle",
        "scriptlevel",
        "columnalign",
        "rowalign",
        "linethickness",
        "accent",
        "accentunder",
        "form",
        "notation",
    ]
)
MINUS = ("-", "\u2212")
SIGNS = ("+", *MINUS)
NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
KEPT_ENTITIES = frozenset(("lt", "gt", "amp", "quot", "apos"))


def summands(mathml: str | None) -> list[str]:
    """The formula as <math> elements in which everything but presentation is removed.

    A sum of terms with amplitudes is one element a term, the largest first; any other formula is one element. No
    MathML, no element.
    """
    made = _cleaned(mathml)
    if made is None:
        return []
    terms = _terms(made[0] if len(made) == 1 and _tag(made[0]) == "mrow" else made)
    if len(terms) < 2 or any(size is None for _, size, _ in terms):
        return [_written(made)]
    ordered = sorted(terms, key=lambda term: -(term[1] or 0))
    return [_written(_signed(sign, parts, first=not i)) for i, (sign, _, parts) in enumerate(ordered)]


def _cleaned(mathml: str | None) -> ElementTree.Element | None:
    if not mathml or "<!" in mathml or "<?" in mathml:
        return None
    try:
        root = ElementTree.fromstring(f"<math>{_plain_entities(mathml)}</math>")
    except ElementTree.ParseError:
        return None
    while len(root) == 1 and _tag(root[0]) == "math" and not (root.text or "").strip():
        root = root[0]
    made = _kept(root)
    if made is None or not "".join(made.itertext()).strip():
        return None
    return made


def _written(made: ElementTree.Element) -> str:
    made.attrib = {"displaystyle": "true"}
    return ElementTree.tostring(made, encoding="unicode")


Summand = tuple[str, float | None, list[ElementTree.Element]]  # sign, amplitude, what is added


def _terms(total: ElementTree.Element) -> list[Summand]:
    """The terms between the plus and minus signs of a sum; nothing where another operator joins them."""
    signs, terms = ["+"], [[]]
    for each in total:
        if _tag(each) != "mo":
            terms[-1].append(each)
        elif each.text not in SIGNS:
            return []
        elif terms[-1]:
            signs.append(each.text)
            terms.append([])
        else:
            signs[-1] = each.text
    return [_term(sign, parts) for sign, parts in zip(signs, terms, strict=True)]


def _term(sign: str, parts: list[ElementTree.Element]) -> Summand:
    """A term whose own leading minus has become its sign."""
    if len(parts) == 1 and len(parts[0]) > 1 and _tag(parts[0][0]) == "mo" and parts[0][0].text in MINUS:
        return ("+" if sign in MINUS else "-"), _amplitude(parts[0][1]), list(parts[0])[1:]
    return sign, _amplitude(parts[0]) if len(parts) == 1 else None, parts


def _amplitude(part: ElementTree.Element) -> float | None:
    """The number that the part begins with, times its power of ten."""
    while len(part) and _tag(part) == "mrow":
        texts = "".join(part.itertext())
        if _tag(part[-1]) == "msup" and (found := re.fullmatch(r"([\d.]+)\W10(-?\d+)", texts)):
            return float(f"{found[1]}e{found[2]}")
        part = part[0]
    try:
        return float(part.text or "") if _tag(part) == "mn" else None
    except ValueError:
        return None


def _signed(sign: str, parts: list[ElementTree.Element], first: bool) -> ElementTree.Element:
    made = ElementTree.Element("math")
    row = ElementTree.SubElement(made, "mrow")
    if sign in MINUS or not first:
        ElementTree.SubElement(row, "mo", {"form": "prefix" if first else "infix"}).text = sign
    row.extend(parts)
    return made


def _kept(element: ElementTree.Element) -> ElementTree.Element | None:
    if _tag(element) not in ELEMENTS:
        return None
    made = ElementTree.Element(_tag(element), {k: v for k, v in element.attrib.items() if k in ATTRIBUTES})
    made.text, made.tail = element.text, element.tail
    made.extend(child for each in element if (child := _kept(each)) is not None)
    return made


def _tag(element: ElementTree.Element) -> str:
    return element.tag.removeprefix(NAMESPACE) if isinstance(element.tag, str) else ""


def _plain_entities(mathml: str) -> str:
    def plain(found: re.Match[str]) -> str:
        name = found[1]
        return found[0] if name in KEPT_ENTITIES else html.entities.html5.get(f"{name};", found[0])

    return re.sub(r"&([A-Za-z][A-Za-z0-9]*);", plain, mathml)
