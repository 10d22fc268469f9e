"""The source of kernels of pointwise operations, written from the expressions of the pointwise table.

An :class:`Operation` is what happens to one element: one row of the table, or a program of several. Each has three
forms: over contiguous arrays of one shape, over arrays however they lie in memory, and over many sets of contiguous
arrays.
"""

from __future__ import annotations

import functools
import re
from typing import Any, NamedTuple

from ._launch import Kernel
from ._source import C_TYPES, FLOATS, HALVES, generated

THREADS = 256
HALVES_ONLY = frozenset(HALVES)
SIZES = {
    "bool": 1, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "int64": 8, "uint64": 8,
    "float16": 2, "bfloat16": 2, "float32": 4, "float64": 8,
}  # fmt: skip

# Which of the library's C++ headers a function comes from, that neither CUDA nor scalar.cuh has.
HEADERS = {
    "combined": ("log_odds", "logaddexp", "logaddexp2", "sinc", "xlogy"),
    "special": ("erfinv",),
    "normal": ("erfcx", "log_ndtr", "ndtri"),
    "gamma": ("digamma", "lgamma"),
    "incomplete_gamma": ("igamma", "igammac"),
    "polygamma": ("polygamma",),
    "power": ("hypot",),  # CUDA's is infinite for the largest numbers
    "bessel": (
        "bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "i0", "i0e", "i1", "i1e", "modified_bessel_k0",
        "modified_bessel_k1", "scaled_modified_bessel_k0", "scaled_modified_bessel_k1",
    ),
}  # fmt: skip
LOOPS = {"greatest_divisor", "least_multiple"}  # functions that take as long as their arguments say
HEADER_OF = {function: header for header, functions in HEADERS.items() for function in functions}


class Row(NamedTuple):
    """A row of the pointwise table."""

    name: str
    expression: str
    arguments: tuple[tuple[str, str], ...]  # name, and "array", "mask" or "number"
    comparison: bool


KINDS = {
    "ARRAY": "array", "OPERAND": "array", "MASK": "mask", "NUMBER": "number", "OPTIONAL_NUMBER": "number",
    "INT": "number",
}  # fmt: skip


def row_of(definition: Any) -> Row:
    """The row that an operator's declaration makes."""
    arguments = tuple((p.name, KINDS[p.kind.name]) for p in definition.parameters)
    return Row(definition.name, definition.cpp, arguments, definition.comparison)


def takes(definition: Any, dtype: str) -> bool:
    """Whether the row is for elements of this dtype: the same rule as the CPU's table has."""
    if definition.promote == "float":
        return dtype in FLOATS
    return {
        "all": True,
        "numeric": dtype != "bool",
        "float": dtype in FLOATS,
        "integral": dtype not in FLOATS,
        "integers": dtype not in FLOATS and dtype != "bool",
    }[definition.cpp_dtypes or definition.dtypes]


def computed(dtype: str) -> str:
    """The C type that elements of a dtype are computed in."""
    return "float" if dtype in HALVES else C_TYPES[dtype]


def number_type(dtype: str) -> str:
    """The C type in which a kernel gets a number for an element of a dtype."""
    if dtype in FLOATS:
        return "double"
    return {"bool": "bool", "uint64": "unsigned long long"}.get(dtype, "long long")


class Operation(NamedTuple):
    """What happens to one element.

    ``body`` computes ``r0, r1, ...``, the results, from ``a0, a1, ...``, the elements, and the numbers, of which
    ``numbers`` has C type and name. ``order`` is that of a kernel's parameters: elements as ``a0``, numbers by name.
    """

    label: str
    rows: tuple[Row, ...]  # those used
    inputs: tuple[str, ...]  # dtypes
    outputs: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...]
    order: tuple[str, ...]
    body: str
    definitions: str = ""

    @property
    def called(self) -> set[str]:
        """The functions that its expressions call."""
        return {name for row in self.rows for name in re.findall(r"(\w+)\(", row.expression)}

    @property
    def headers(self) -> list[str]:
        """The C++ headers that have those."""
        return sorted({HEADER_OF[name] for name in self.called & HEADER_OF.keys()})

    @property
    def is_long(self) -> bool:
        """Whether one copy of the code is enough: special functions, loops, and long programs."""
        loops = LOOPS | {"cos", "sin", "tan"} if "float64" in self.inputs else LOOPS  # whose reduction is a call
        return bool(self.headers) or len(self.rows) > 24 or bool(loops & self.called)

    @property
    def width(self) -> int:
        """The elements of a vector of 16 bytes."""
        return 1 if self.is_long else 16 // max(SIZES[d] for d in (*self.inputs, *self.outputs))


def single(row: Row, dtype: str, form: str) -> Operation:
    """A row as an operation on elements of a dtype.

    Args:
        row: the row.
        dtype: of its operands and, unless it is a comparison, of the result.
        form: for each argument "a" for an array, or "n" for a number.
    """
    inputs, numbers, order, given = [], [], [], []
    for (_, kind), is_number in zip(row.arguments, (f == "n" for f in form), strict=True):
        if is_number:
            name = f"n{len(numbers)}"
            numbers.append((number_type(dtype), name))
            given.append(f"static_cast<{computed(dtype)}>({name})")
        else:
            name = f"a{len(inputs)}"
            inputs.append("bool" if kind == "mask" else dtype)
            given.append(name)
        order.append(name)
    output = "bool" if row.comparison else dtype
    body = f"    put(r0, scalar::{row.name}_row<{computed(dtype)}>({', '.join(given)}));\n"
    label = f"{row.name}<{dtype}, {form}>"
    return Operation(label, (row,), tuple(inputs), (output,), tuple(numbers), tuple(order), body)


def _prelude(operation: Operation) -> str:
    """The operation as a function of one element."""
    halves = operation.outputs and HALVES_ONLY.issuperset((*operation.inputs, *operation.outputs))
    parts = ["#define FLAMBEAU_16_BITS\n"] if halves else []
    parts.append('#include "pointwise.cuh"\n')
    if operation.rows:
        parts.append(_rows(operation))
    parts.append(operation.definitions)
    inputs = [f"{computed(d)} a{i}" for i, d in enumerate(operation.inputs)]
    numbers = [f"{kind} {name}" for kind, name in operation.numbers]
    outputs = [f"{C_TYPES[d]}& r{i}" for i, d in enumerate(operation.outputs)]
    parts.append(
        f"__device__ __forceinline__ void operation({', '.join((*inputs, *numbers, *outputs))}) {{\n"
        f"{operation.body}}}\n"
    )
    return "".join(parts)


def _rows(operation: Operation) -> str:
    """The rows as functions."""
    parts = ['#include "scalar.cuh"\n']
    parts += [f'#include "flambeau/math/{header}.hpp"\n' for header in operation.headers]
    parts.append("namespace flambeau::FLAMBEAU_ISA::scalar {\n")
    called = operation.called & HEADER_OF.keys()
    parts += [f"using math::{name};\n" for name in sorted(called) if name != "polygamma"]
    if "polygamma" in called:
        parts.append(POLYGAMMA)
    for row in operation.rows:
        arguments = ", ".join(f"{'bool' if kind == 'mask' else 'T'} {name}" for name, kind in row.arguments)
        head = f"template <class T> __device__ __forceinline__ auto {row.name}_row({arguments})"
        parts.append(f"{head} {{ return {row.expression}; }}\n")
    parts.append("}  // namespace flambeau::FLAMBEAU_ISA::scalar\nusing namespace flambeau::FLAMBEAU_ISA;\n")
    return "".join(parts)


POLYGAMMA = """\
template <class T> __device__ __forceinline__ T polygamma(T x, T n) {
    if (n == 0) return math::digamma(x);
    return static_cast<T>(n == 1 ? math::trigamma(x) : math::Polygamma(static_cast<int>(n))(x));
}
"""


def _parameters(operation: Operation) -> list[str]:
    """A kernel's, in order: what the operation takes, and where results go."""
    types = dict((name, kind) for kind, name in operation.numbers)
    found = []
    for name in operation.order:
        kind = types[name] if name in types else f"const {C_TYPES[operation.inputs[int(name[1:])]]}*"
        found.append(f"{kind} {name}")
    return found + [f"{C_TYPES[d]}* r{i}" for i, d in enumerate(operation.outputs)]


def _calls(operation: Operation, inputs: list[str], outputs: list[str]) -> str:
    return f"operation({', '.join((*inputs, *(name for _, name in operation.numbers), *outputs))});"


def _contiguous(operation: Operation, vectors: int) -> str:
    """Code for the block whose elements begin with number ``first``, of arrays of ``n``."""
    ins, outs = range(len(operation.inputs)), range(len(operation.outputs))
    per_block = THREADS * operation.width * vectors
    pointers = ", ".join((*(f"a{i}" for i in ins), *(f"r{i}" for i in outs)))
    one = _calls(operation, [f"element(a{i} + i)" for i in ins], [f"r{i}[i]" for i in outs])
    alone = f"""\
        const long long last = first + {per_block} < n ? first + {per_block} : n;
#pragma unroll 1
        for (long long i = first + threadIdx.x; i < last; i += pointwise_threads) {{
            {one}
        }}
"""
    if operation.width == 1:
        return f"    {{\n{alone}    }}\n"
    every = _calls(operation, [f"x{i}[k]" for i in ins], [f"y{i}[k]" for i in outs])
    types = [f"        Elements<{C_TYPES[d]}, V, U> x{i};\n" for i, d in enumerate(operation.inputs)]
    types += [f"        Results<{C_TYPES[d]}, V, U> y{i};\n" for i, d in enumerate(operation.outputs)]
    unroll = "#pragma unroll\n"
    each, place = "        for (int u = 0; u < U; ++u)", "at + u * pointwise_threads * V"
    takes = [f"{each} x{i}.take(u, a{i} + {place});\n" for i in ins]
    gives = [f"{each} y{i}.give(u, r{i} + {place});\n" for i in outs]
    return f"""\
    constexpr int V = {operation.width}, U = {vectors};
    if (first + {per_block} <= n && aligned<V>({pointers})) {{
        const long long at = first + threadIdx.x * V;
{"".join(types)}{unroll}{unroll.join(takes)}{unroll}        for (int k = 0; k < V * U; ++k) {{
            {every}
        }}
{unroll}{unroll.join(gives)}    }} else {{
{alone}    }}
"""


def per_block(operation: Operation) -> int:
    """The elements a block of the dense form does."""
    return THREADS * operation.width * _vectors(operation)


def _vectors(operation: Operation) -> int:
    """How many vectors a thread has of each operand: two, so that enough is under way, but not too much for the
    registers; of long code, four elements."""
    return {1: 4, 16: 1}.get(operation.width, 2)


def dense(operation: Operation) -> Kernel:
    """The kernel for contiguous arrays of one shape: operands, results, and their number of elements."""
    text = functools.partial(dense_text, operation)
    return _kernel(operation, "dense", text, (*_parameters(operation), "long long n"))


def dense_text(operation: Operation) -> str:
    """Its source, with includes."""
    parameters = ", ".join((*_parameters(operation), "long long n"))
    return (
        f"{_prelude(operation)}\nKERNEL({THREADS}) dense({parameters}) {{\n"
        f"    const long long first = static_cast<long long>(blockIdx.x) * {per_block(operation)};\n"
        f"{_contiguous(operation, _vectors(operation))}}}\n"
    )


def strided(operation: Operation, dims: int, index: str, modes: str) -> Kernel:
    """The kernel for arrays that lie in memory in any way.

    Args:
        operation: what to do.
        dims: the number of dimensions.
        index: the type that elements are counted in, "int" or "long long".
        modes: for each operand, results last, how its last dimension lies: "v" for vectors, "s" for the same element
            throughout, "x" for single elements of any distance.
    """
    text = functools.partial(strided_text, operation, dims, index, modes)
    return _kernel(operation, "strided", text, (*_parameters(operation), "Places places"))


def strided_text(operation: Operation, dims: int, index: str, modes: str) -> str:
    """Its source, with includes."""
    width = 1 if "x" in modes else operation.width
    vectors = 4 if width == 1 and not operation.is_long else 1
    ins, outs = len(operation.inputs), len(operation.outputs)
    every = _calls(
        operation,
        [f"x{i}.same(k)" if modes[i] == "s" else f"x{i}[k]" for i in range(ins)],
        [f"y{i}[k]" for i in range(outs)],
    )
    types = [f"    Elements<{C_TYPES[d]}, V, U> x{i};\n" for i, d in enumerate(operation.inputs)]
    types += [f"    Results<{C_TYPES[d]}, V, U> y{i};\n" for i, d in enumerate(operation.outputs)]
    take = ["take_same" if mode == "s" else "take" for mode in modes]
    takes = [f"        x{i}.{take[i]}(u, a{i} + at[u][{i}]);\n" for i in range(ins)]
    gives = [f"        if (inside) y{i}.give(u, r{i} + at[u][{ins + i}]);\n" for i in range(outs)]
    parameters = ", ".join((*_parameters(operation), "Places places"))
    return f"""\
{_prelude(operation)}
using Places = Layout<{index}, {dims}, {ins + outs}>;
KERNEL({THREADS}) strided({parameters}) {{
    constexpr int V = {width}, U = {vectors};
    const {index} first = static_cast<{index}>(blockIdx.x) * (pointwise_threads * U) + threadIdx.x;
    {index} at[U][{ins + outs}];
{"".join(types)}#pragma unroll
    for (int u = 0; u < U; ++u) {{
        const {index} n = first + u * pointwise_threads;
        places.find(n < places.count ? n : places.count - 1, at[u]);
{"".join(takes)}    }}
#pragma unroll
    for (int k = 0; k < V * U; ++k) {{
        {every}
    }}
#pragma unroll
    for (int u = 0; u < U; ++u) {{
        [[maybe_unused]] const bool inside = first + u * pointwise_threads < places.count;
{"".join(gives)}    }}
}}
"""


def strided_per_block(operation: Operation, modes: str) -> int:
    """The vectors, or single elements, that a block of the strided form does."""
    return THREADS * (4 if "x" in modes and not operation.is_long else 1)


def sets(operation: Operation, written: tuple[int, ...], capacity: int) -> Kernel:
    """The kernel for many sets of contiguous arrays, in place.

    Args:
        operation: what to do.
        written: for each result, the number of the operand that it is written to.
        capacity: the sets that a table has room for.
    """
    numbers = [f"const {kind} {name}" for kind, name in operation.numbers]
    parameters = [*numbers, "const Table table"]

    def text() -> str:
        pointers = [
            f"    const {C_TYPES[d]}* a{i} = static_cast<const {C_TYPES[d]}*>(table.data[set][{i}]);\n"
            for i, d in enumerate(operation.inputs)
        ]
        pointers += [
            f"    {C_TYPES[d]}* r{i} = static_cast<{C_TYPES[d]}*>(table.data[set][{written[i]}]);\n"
            for i, d in enumerate(operation.outputs)
        ]
        return f"""\
{_prelude(operation)}
using Table = Sets<{capacity}, {len(operation.inputs)}>;
KERNEL({THREADS}) sets({", ".join(parameters)}) {{
    const int set = table.find(blockIdx.x);
    const long long n = table.size[set], first = (blockIdx.x - table.first[set]) * {per_block(operation)};
{"".join(pointers)}{_contiguous(operation, _vectors(operation))}}}
"""

    return _kernel(operation, "sets", text, tuple(parameters))


def _kernel(operation: Operation, form: str, text: Any, parameters: tuple[str, ...]) -> Kernel:
    return generated(f"{operation.label}.{form}", form, parameters, text)
