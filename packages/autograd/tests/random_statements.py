"""The statements that random programs are made of; see ``random_programs``.

A statement is Python source in which `ft` may be flambeau.tensor or torch. What can have a kink gives a margin with
it, an expression whose elements must all be away from 0: at a kink, finite differences say nothing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import NamedTuple

MAX_ELEMENTS = 40
MAX_DIMS = 4


class Statement(NamedTuple):
    source: str
    result: str | None  # the name it binds, None for a change in place
    margin: str | None = None
    torch: bool = True  # whether torch means the same by it
    smooth: bool = True  # whether what it computes is what it differentiates: not so after a detach()


@dataclass
class Draw:
    """What is there to choose from: the names bound so far and their shapes."""

    random: random.Random
    shapes: dict[str, tuple[int, ...]]

    def one(self, *options):
        return self.random.choice(options)

    def any(self, suits=lambda shape: True) -> str | None:
        """A name whose shape suits; later ones more often."""
        names = [name for name, shape in self.shapes.items() if suits(shape)]
        return names[int(len(names) * self.random.random() ** 0.5)] if names else None

    def dims(self, least: int = 1) -> str | None:
        return self.any(lambda shape: len(shape) >= least and 0 not in shape)

    def dim_of(self, name: str) -> int:
        n = len(self.shapes[name])
        return self.random.randrange(-n, n)

    def fitting(self, name: str) -> str | None:
        """A name whose shape broadcasts with that of another."""
        shape = self.shapes[name]
        return self.any(lambda other: broadcast(shape, other) is not None)

    def writable_from(self, shape: tuple[int, ...]) -> str | None:
        """A name that can be written into a given shape."""
        return self.any(lambda other: broadcast(shape, other) == shape)

    def new(self) -> str:
        return f"v{len(self.shapes)}"

    def number(self) -> str:
        return f"{self.random.uniform(-1.5, 1.5):.2f}"

    def part(self, name: str) -> tuple[str, tuple[int, ...], bool]:
        """The source of a basic index, the shape it gives, and whether torch knows it (no negative steps)."""
        items, shape, known = [], [], True
        for n in self.shapes[name]:
            kind = self.one(":", ":", "int", "range", "step", "back", "none")
            if kind == "int" and n:
                items.append(str(self.random.randrange(-n, n)))
                continue
            if kind == "range" and n > 1:
                low = self.random.randrange(n)
                high = self.random.randrange(low, n + 1)
                items.append(f"{low}:{high}")
                shape.append(high - low)
                continue
            if kind == "none" and len(self.shapes[name]) < MAX_DIMS - 1:
                items.append("None")
                shape.append(1)
            step = {"step": 2, "back": -1}.get(kind, 1)
            known = known and step > 0
            items.append({1: ":", 2: "::2", -1: "::-1"}[step])
            shape.append(len(range(0, n, abs(step))))
        if self.random.random() < 0.2:
            items.append("...")
        return ", ".join(items) or "...", tuple(shape), known


def broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    n = max(len(a), len(b))
    a, b = (1,) * (n - len(a)) + a, (1,) * (n - len(b)) + b
    if any(x != y and 1 not in (x, y) for x, y in zip(a, b, strict=True)):
        return None
    return tuple(y if x == 1 else x for x, y in zip(a, b, strict=True))


# Values -----------------------------------------------------------------------------------------------------------

SMOOTH = [
    "ft.sin({x})", "ft.cos({x})", "ft.tanh({x})", "ft.sigmoid({x})", "ft.exp(-{x})", "ft.expm1({x})", "ft.atan({x})",
    "ft.erf({x})", "-{x}", "{x}.square()", "{x} ** 3", "2.0 ** {x}", "ft.sqrt({x}.square() + 0.5)", "{x} + {number}",
    "ft.log1p({x} * {x})", "1 / ({x} ** 2 + 1)", "({x} * {x} + 0.1) ** -0.5", "ft.log({x}.square() + 0.5)",
    "ft.sinh({x})", "ft.rsqrt(1 + {x}.square())", "ft.asinh({x})", "{x} * {number}", "{number} - {x}", "{x} / 1.5",
    "{x}.clone()", "ft.sinc({x} + 3.2)", "ft.acos(ft.tanh({x}) * 0.9)", "ft.lgamma({x}.square() + 1)",
    "ft.logit(ft.sigmoid({x}))", "ft.exp2({x})", "{x}.sin().cos()", "ft.digamma({x}.square() + 1)",
]  # fmt: skip
COMPLEX = [
    "ft.complex({x} + 2, {x}).abs()", "(ft.complex({x}, 2 * {x}) * ft.complex({x} + 1, {x})).imag",
    "ft.exp(ft.complex({x}, {x} * 0.5)).real", "ft.sqrt(ft.complex({x} * {x} + 1, {x})).imag",
    "ft.complex({x} + 3, {x}).angle()", "ft.tanh(ft.complex({x} * 0.5, {x} * 0.3)).real",
    "(1 / ft.complex({x} * {x} + 1, {x})).imag", "(ft.complex({x}, {x} + 1) ** 2).conj().imag",
]  # fmt: skip
FOURIER = [
    "ft.fft.fft({x}, dim={d}).real", "ft.fft.fft({x}, dim={d}).imag", "ft.fft.rfft({x}, dim={d}).real",
    "ft.fft.ifft(ft.fft.fft({x}, dim={d}) * ft.fft.fft(ft.cos({x}), dim={d}), dim={d}).real",
    "(ft.fft.rfft({x}, dim={d}) ** 2).imag", "ft.fft.hfft(ft.complex({x}, {x}), dim={d})",
]  # fmt: skip
KINKED = [
    ("ft.relu({x})", "{x}"),
    ("{x}.abs()", "{x}"),
    ("{x}.clamp(-0.6, 0.7)", "({x} + 0.6) * ({x} - 0.7)"),
    ("{x}.clamp(max={number})", "{x} - {number}"),
    ("ft.floor({x})", "ft.sin({x} * 3.141592653589793)"),
    ("ft.frac({x})", "ft.sin({x} * 3.141592653589793)"),
    ("ft.sign({x}) * {x}", "{x}"),
    ("ft.where({x} > 0.1, ft.exp({x}), {x} * {x})", "{x} - 0.1"),
    ("{x}.masked_fill({x} > 0.3, {number})", "{x} - 0.3"),
    ("{x}[{x} > -0.2]", "{x} + 0.2"),
    ("ft.masked_select({x}, {x} < 0.5)", "{x} - 0.5"),
    ("ft.nan_to_num({x}) - ft.round({x})", "ft.cos({x} * 3.141592653589793)"),
]
BINARY = [
    ("{x} + {y}", None),
    ("{x} - {y}", None),
    ("{x} * {y}", None),
    ("{x} * {y}", None),
    ("{x} / ({y} ** 2 + 0.5)", None),
    ("ft.where({x} > {number}, {x}, {y})", "{x} - {number}"),
    ("ft.maximum({x}, {y})", "{x} - {y}"),
    ("ft.minimum({x}, {y})", "{x} - {y}"),
    ("ft.hypot({x}, {y})", "{x} * {x} + {y} * {y}"),
    ("ft.atan2({x}, {y})", "{x}"),
    ("ft.logaddexp({x}, {y})", None),
    ("ft.lerp({x}, {y}, 0.3)", None),
    ("ft.addcmul({x}, {x}, {y}, value=0.5)", None),
    ("({x}.square() + 0.5) ** {y}", None),
    ("ft.stack(ft.broadcast_tensors({x}, {y}))", None),
    ("ft.remainder({x}, {y}.square() + 0.5)", "ft.sin({x} / ({y}.square() + 0.5) * 3.141592653589793)"),
]
REDUCED = [
    ("{x}.sum({d})", None),
    ("{x}.sum({d}, keepdim=True)", None),
    ("{x}.mean({d}, keepdim=True)", None),
    ("{x}.sum()", None),
    ("{x}.mean()", None),
    ("{x}.prod({d})", None),
    ("ft.logsumexp({x}, {d})", None),
    ("ft.softmax({x}, {d})", None),
    ("ft.log_softmax({x}, {d})", None),
    ("{x}.cumsum({d})", None),
    ("{x}.cumprod({d})", None),
    ("ft.logcumsumexp({x}, {d})", None),
    ("{x}.var({d}, correction=0)", None),
    ("({x} + ft.cos({x})).norm(dim={d})", "({x} + ft.cos({x})).norm(dim={d})"),
    ("{x}.amax({d})", "{gaps}"),
    ("{x}.min({d}).values", "{gaps}"),
    ("{x}.max({d}, keepdim=True)[0]", "{gaps}"),
    ("{x}.sort({d})[0]", "{gaps}"),
    ("{x}.topk(1, {d}).values", "{gaps}"),
    ("{x}.median({d}).values", "{gaps}"),
    ("ft.cummax({x}, {d})[0]", "{gaps}"),
    ("ft.diff({x}, dim={d})", None),
]


def smooth(d: Draw):
    return Statement(d.one(*SMOOTH).format(x=d.any(), number=d.number()), d.new())


def kinked(d: Draw):
    x = d.any()
    source, margin = (text.format(x=x, number=d.number()) for text in d.one(*KINKED))
    return Statement(source, d.new(), margin)


def complex_numbers(d: Draw):
    """Real again in the end."""
    x = d.dims()
    if x is None or d.random.random() < 0.6:
        return Statement(d.one(*COMPLEX).format(x=d.any()), d.new())
    return Statement(d.one(*FOURIER).format(x=x, d=d.dim_of(x)), d.new())


def _same_number(d: Draw, templates, **names):
    number = d.number()
    return [None if text is None else text.format(number=number, **names) for text in templates]


def binary(d: Draw):
    x = d.any()
    y = d.fitting(x)
    source, margin = _same_number(d, d.one(*BINARY), x=x, y=y)
    return Statement(source, d.new(), margin)


def reduced(d: Draw):
    if (x := d.dims()) is None:
        return None
    dim = d.dim_of(x)
    source, margin = d.one(*REDUCED)
    if margin == "{gaps}":
        margin = f"ft.diff({x}.sort({dim})[0], dim={dim})"
    return Statement(source.format(x=x, d=dim), d.new(), margin and margin.format(x=x, d=dim))


def matrices(d: Draw):
    x = d.dims()
    if x is None:
        return None
    n = d.shapes[x][-1]
    y = d.any(lambda shape: len(shape) >= 1 and shape[-2 if len(shape) > 1 else -1] == n)
    source = d.one("{x} @ {y}", "ft.matmul({x}, {y})")
    if y is None or d.random.random() < 0.4:
        y = x
        source = d.one(
            "{x}.unsqueeze(-1) @ {y}.unsqueeze(-2)",
            "ft.einsum('...i,...j->...ij', {x}, {y})",
            "ft.einsum('...i,...i->...', {x}, ft.cos({y}))",
            "ft.outer({x}.flatten()[:3], {y}.flatten()[:4])",
            "ft.kron({x}[..., :1], {y}[..., -2:])",
            "ft.tril({x}.unsqueeze(-1) * {y}.unsqueeze(-2))",
            "ft.linalg.solve(ft.eye({n}, dtype={x}.dtype) * 3 + ft.outer(*2 * [{x}.flatten()[-{n}:]]),"
            " {x}.flatten()[-{n}:])",
            "ft.cdist({x}.reshape(-1, {n}), ft.cos({y}).reshape(-1, {n}) + 2)",
        )
    return Statement(source.format(x=x, y=y, n=n), d.new())


# What networks are made of: rows {r} of {n} elements as channels, and whether torch has it under the same name.
NETWORK = [
    ("ft.conv1d({r}, ft.sin({r})[..., :2], padding=1)", None, True),
    ("ft.conv1d({r}.mT, ft.cos({r})[:, :1].mT, None, 1, 0, 1, 1)", None, True),
    ("ft.conv_transpose1d({r}, ft.cos({r}).movedim(0, 1)[..., :2], stride=2)", None, True),
    ("ft.conv2d({r}.unsqueeze(0), ft.sin({r}).unsqueeze(0)[..., :2, :2], padding=1)", None, True),
    ("ft.avg_pool1d({r}, 2, 1, 1)", None, True),
    ("ft.max_pool1d({r}, {n})", "{gaps}", True),
    ("ft.adaptive_avg_pool1d({r}, 2)", None, True),
    ("ft.celu({x}, 0.7)", "{x}", True),
    ("ft.selu({x})", "{x}", True),
    ("ft.prelu({x}, ft.sin({x}).reshape(-1)[:1])", "{x}", True),
    ("ft.hardshrink({x}, 0.5)", "({x} - 0.5) * ({x} + 0.5)", True),
    ("ft.threshold({x}, 0.1, 2.0)", "{x} - 0.1", True),
    ("ft.embedding({r}[0], ft.tensor([0, -1, 0]) % {r}.shape[1])", None, True),
    ("ft.silu({x}) + ft.mish({x})", None, False),
    ("ft.softplus({x}, beta=2) * ft.logsigmoid({x})", None, False),
    ("ft.ops.gelu_exact({x}) - ft.ops.gelu_tanh({x})", None, False),
    ("ft.ops.glu(ft.cat([{x}, ft.cos({x})], -1))", None, False),
    ("ft.linear({r}, ft.tanh({r})[0, :2], ft.cos({r}).sum().expand(min(2, {r}.shape[1])))", None, False),
    ("ft.mse_loss({x}, ft.cos({x}))", None, False),
    ("ft.ops.smooth_l1({x}, ft.cos({x}))", "({x} - ft.cos({x})).abs() - 1", False),
    ("ft.ops.logistic_entropy({x}, ft.sigmoid({x}))", None, False),
    ("ft.cross_entropy({r}[0], ft.zeros({r}.shape[1]).long(), label_smoothing=0.1)", None, False),
    ("ft.ops.layer_norm({x}, 1, ft.cos({x}).reshape(-1)[:{n}], None, 0.1)[0]", None, False),
    ("ft.ops.rms_norm({x}, 1, ft.cos({x}).reshape(-1)[:{n}], 0.1)[0]", None, False),
    ("ft.ops.batch_norm(ft.cat([{r}, ft.cos({r}) + 1]), ft.sin({r})[0, :, 0], None, 0.1)[0]", None, False),
    ("ft.ops.attention({r}, ft.cos({r}), ft.sin({r}))[0]", None, False),
]


def network(d: Draw):
    if (x := d.dims()) is None:
        return None
    n = d.shapes[x][-1]
    source, margin, known = d.one(*NETWORK)
    rows = f"{x}.reshape(1, -1, {n})"
    if margin == "{gaps}":
        margin = "ft.diff({r}.sort(-1)[0], dim=-1)"
    source, margin = (t and t.format(x=x, r=rows, n=n) for t in (source, margin))
    return Statement(source, d.new(), margin, torch=known)


# Shapes -----------------------------------------------------------------------------------------------------------


def view(d: Draw):
    """Something that shares memory, in most cases."""
    x = d.any()
    shape = d.shapes[x]
    kind = d.one(
        "index", "index", "flatten", "unsqueeze", "expand", "turn", "turn", "along", "along", "diagonal", "shape"
    )
    if kind == "index":
        index, _, known = d.part(x)
        return Statement(f"{x}[{index}]", d.new(), torch=known)
    if kind == "flat":
        return Statement(f"{x}.{d.one('flatten()', 'reshape(-1)', 'reshape((-1,))', 'view(-1)')}", d.new())
    if kind == "unsqueeze":
        return Statement(f"{x}.unsqueeze({d.random.randrange(-len(shape) - 1, len(shape) + 1)})", d.new())
    if kind == "expand":
        return Statement(f"{x}.expand({(d.one(1, 2), *shape)})", d.new())
    if not shape:
        return None
    dim = d.dim_of(x)
    n = shape[dim]
    if kind == "turn":
        if d.random.random() < 0.1:
            return Statement(f"{x}.flip({dim})", d.new(), torch=False)  # torch's is a copy
        other = d.dim_of(x)
        order = d.random.sample(range(len(shape)), len(shape))
        ways = f"transpose({dim}, {other})", f"permute({tuple(order)})", f"movedim({dim}, {other})", "squeeze()", "mT"
        return Statement(f"{x}.{d.one(*ways)}", d.new())
    if kind == "along":
        a = d.random.randrange(n + 1)
        b = d.random.randrange(a, n + 1)
        ways = (
            f"narrow({dim}, {a}, {b - a})", f"select({dim}, {max(n - 1, 0)})", f"chunk(2, {dim})[0]",
            f"split(2, {dim})[-1]", f"unbind({dim})[0]", f"unfold({dim}, {min(n, 2)}, 1)", f"tensor_split(2, {dim})[1]",
            f"swapaxes({dim}, 0)",
        )  # fmt: skip
        return Statement(f"{x}.{d.one(*ways)}", d.new())
    if kind == "diagonal":
        return Statement(f"{x}.diagonal({d.one(0, 0, 1, -1)})", d.new()) if len(shape) > 1 else None
    rest = [n for n in shape if n != 1]
    d.random.shuffle(rest)
    return Statement(f"{x}.reshape({tuple(rest)})", d.new())


def copied(d: Draw):
    """Something of other elements, or of the same elements in another order, in memory of its own."""
    if (x := d.dims()) is None:
        return None
    dim = d.dim_of(x)
    n = d.shapes[x][dim]
    picks = [d.random.randrange(n) for _ in range(d.one(1, 2, 3))]
    same = d.any(lambda shape: shape == d.shapes[x])
    ways = (
        f"ft.cat([{x}, {same}], {dim})", f"ft.cat([{x}, {x}.square()], {dim})", f"ft.stack([{x}, {same}], {dim})",
        f"{x}[ft.tensor({picks})]" if max(picks) < d.shapes[x][0] else f"{x}[[0]]",
        f"{x}[..., ft.tensor({[0, -1]})]", f"ft.index_select({x}, {dim}, ft.tensor({picks}))",
        f"ft.gather({x}, {dim}, ft.zeros_like({x}).long())", f"{x}.roll(1, {dim})",
        f"ft.repeat_interleave({x}, 2, {dim})",
        f"{x}.repeat({', '.join(['2'] + ['1'] * (len(d.shapes[x]) - 1))})", f"ft.triu(ft.stack([{x}, {x}], -1))",
        f"{x}.contiguous()", f"ft.tile({x}, (2,))", f"ft.cat([ft.split({x}, 1, {dim})[-1], {x}], {dim})",
        f"{x}.index_add({dim}, ft.tensor({[0, 0]}), ft.index_select({x}, {dim}, ft.tensor({[0, n - 1]})))",
        f"{x}.scatter_add({dim}, ft.zeros_like({x}).long(), {same})", f"{x}.flip({dim}).clone()",
        f"ft.scatter({x}, {dim}, ft.zeros_like({x}).long()[..., :1], {d.number()})",
        f"ft.take_along_dim({x}, {x}.argsort({dim}), {dim})", f"ft.diag_embed({x})",
    )  # fmt: skip
    source = d.one(*ways)
    margin = f"ft.diff({x}.sort({dim})[0], dim={dim})" if "argsort" in source else None
    return Statement(source, d.new(), margin)


def detached(d: Draw):
    return Statement(f"{d.any()}.detach()", d.new(), smooth=False) if d.random.random() < 0.2 else None


# Changes in place -------------------------------------------------------------------------------------------------

INPLACE = [
    "neg_()", "sin_()", "tanh_()", "exp_()", "sigmoid_()", "square_()", "zero_()", "fill_({number})", "mul_({number})",
    "add_({number})", "div_(2)", "cos_()", "expm1_()", "atan_()", "pow_(2)", "pow_(3)", "erf_()",
]  # fmt: skip
INPLACE_TWO = [
    "add_({y})", "sub_({y})", "mul_({y})", "mul_({y})", "copy_({y})", "lerp_({y}, 0.25)", "addcmul_({y}, {y})",
    "div_({y} * {y} + 1)", "atan2_({y} ** 2 + 1)",
]  # fmt: skip
TURNS = ["t_()", "unsqueeze_(0)", "squeeze_()", "transpose_(0, -1)"]


def in_place(d: Draw):
    """A name, or a part of one, is changed."""
    x = d.any()
    kind = d.one(
        "own", "own", "two", "two", "two", "part", "part", "assign", "assign", "mask", "scatter", "turn", "kinked"
    )
    if kind == "own":
        return Statement(f"{x}.{d.one(*INPLACE).format(number=d.number())}", None)
    if kind == "two":
        y = d.writable_from(d.shapes[x])
        return Statement(f"{x}.{d.one(*INPLACE_TWO).format(y=y)}", None)
    if kind == "turn":
        return Statement(f"{x}.{d.one(*TURNS)}", None)
    if kind == "kinked":
        change, margin = d.one(("abs_()", "{x}"), ("clamp_(min=-0.5)", "{x} + 0.5"), ("relu_()", "{x}"))
        return Statement(f"{x}.{change}", None, margin.format(x=x))
    if kind == "mask":
        change = d.one(f"{x}[{x} > 0.1] = {d.number()}", f"{x}[{x} > 0.1] *= {d.number()}",
                       f"{x}.masked_fill_({x} > 0.1, {d.number()})")  # fmt: skip
        return Statement(change, None, f"{x} - 0.1")
    if kind == "scatter":
        if (x := d.dims()) is None:
            return None
        dim = d.dim_of(x)
        n = d.shapes[x][dim]
        values = (
            f"ft.cos({x}.detach() + {d.any(lambda shape: shape == ())})" if () in d.shapes.values() else f"ft.cos({x})"
        )
        picked = f"ft.tensor([{d.random.randrange(n)}])"
        ways = (
            f"{x}.index_add_({dim}, {picked}, ft.index_select({values}, {dim}, {picked}))",
            f"{x}.index_fill_({dim}, {picked}, {d.number()})",
            f"{x}.index_copy_({dim}, {picked}, ft.index_select({values}, {dim}, {picked}))",
            f"{x}.scatter_add_({dim}, ft.zeros_like({x}).long(), {values})",
            f"{x}.scatter_({dim}, ft.zeros_like({x}).long()[:1], {d.number()})",
            f"{x}.cumsum_({dim})",
        )
        source = d.one(*ways)
        return Statement(source, None, smooth="detach" not in source)
    index, shape, known = d.part(x)
    if (y := d.writable_from(shape)) is None:
        return None
    if kind == "part":
        change = d.one(d.one(*INPLACE).format(number=d.number()), d.one(*INPLACE_TWO).format(y=y))
        return Statement(f"{x}[{index}].{change}", None, torch=known)
    if d.shapes[x] and d.random.random() < 0.2 and d.shapes[x][0]:
        index, shape = f"ft.tensor([{d.random.randrange(d.shapes[x][0])}])", (1, *d.shapes[x][1:])
        y, known = d.writable_from(shape), True
    change = d.one("= {y}", "= {y}", "= {number}", "+= {y}", "*= {y}", "-= {number}").format(y=y, number=d.number())
    return Statement(f"{x}[{index}] {change}", None, torch=known)


KINDS = (
    [smooth] * 5
    + [complex_numbers]
    + [kinked] * 2
    + [binary] * 6
    + [reduced] * 3
    + [matrices] * 2
    + [network]
    + [view] * 7
    + [copied] * 3
)
KINDS += [in_place] * 9 + [detached]
