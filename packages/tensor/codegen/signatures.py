"""The public signature of an operator, from its declaration: shared by the functions and their stubs."""

from __future__ import annotations

from dataclasses import dataclass

# dim= and keepdim= are also taken under NumPy's names; unbiased=True and False are corrections by 1 and 0.
ALIASES = {"dim": "axis", "keepdim": "keepdims", "correction": "unbiased"}
TYPES_OF_ALIASES = {"unbiased": "BOOL"}


@dataclass(frozen=True)
class Argument:
    name: str
    kind: str  # the name of a Kind, or "OUT"
    default: str | None  # source text, or None when required
    form: str  # "positional", "varargs" or "keyword"
    stands_for: str | None = None  # an alias: the parameter it sets


def takes_out(definition) -> bool:
    return bool(
        definition.out and not definition.view and not definition.many and definition.inplace != "only"
        and len(definition.outputs + definition.auxiliary) == 1
    )  # fmt: skip


def arguments(definition, inplace: bool = False) -> list[Argument]:
    """The arguments of the public function (or of its in-place twin) in order."""
    positional = [p for p in definition.parameters if not p.keyword_only]
    keyword = [p for p in definition.parameters if p.keyword_only]
    found: list[Argument] = []
    for i, p in enumerate(positional):
        default = None if p.required else repr(p.default)
        last = i == len(positional) - 1
        varargs = p.kind.name in ("SHAPE", "DIM_ORDER") and last and default is None
        if p.name in ALIASES and default is None:
            default = "None"  # required, but perhaps under its other name
        found.append(Argument(p.name, p.kind.name, default, "varargs" if varargs else "positional"))
    for p in keyword:
        found.append(Argument(p.name, p.kind.name, None if p.required else repr(p.default), "keyword"))
    if definition.alpha:
        found.append(Argument("alpha", "NUMBER", "1", "keyword"))
    if definition.rounding_mode:
        found.append(Argument("rounding_mode", "ANY", "None", "keyword"))
    if takes_out(definition) and not inplace:
        found.append(Argument("out", "OUT", "None", "keyword"))
    for p in definition.parameters:
        if p.name in ALIASES:
            kind = TYPES_OF_ALIASES.get(ALIASES[p.name], p.kind.name)
            found.append(Argument(ALIASES[p.name], kind, "None", "keyword", stands_for=p.name))
    return _defaults_last(found)


def _defaults_last(found: list[Argument]) -> list[Argument]:
    """A required argument behind one with a default gets the default None; the dispatcher then asks for it."""
    seen_default = False
    result = []
    for a in found:
        if a.form == "positional":
            if a.default is None and seen_default:
                a = Argument(a.name, a.kind, "None", a.form, a.stands_for)
            seen_default = seen_default or a.default is not None
        result.append(a)
    return result
