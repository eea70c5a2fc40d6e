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
NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
KEPT_ENTITIES = frozenset(("lt", "gt", "amp", "quot", "apos"))


def clean(mathml: str | None) -> str | None:
    """The formula inside one <math> element with everything but presentation removed; None if it is no MathML."""
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
    made.attrib = {"display": "block"}
    return ElementTree.tostring(made, encoding="unicode")


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
