"""Facts of the safetensors format, and of what our files say in its metadata.

A file is eight bytes of header length, a JSON header and the tensors' bytes. The format was read in the safetensors
README (https://github.com/huggingface/safetensors, "Format").

What the format lacks stands in the header's metadata: the structure around the tensors, and a CRC-32 of each tensor
and of the header. CRC-32 finds every torn write and short burst of damaged bits; it is no defence against an altered
file, which cannot do more than give other numbers: loading only ever makes plain values and arrays.
"""

from __future__ import annotations

from .. import _dtypes as t

MAX_HEADER = 100_000_000  # the format's own limit, checked before anything is read
MAX_DIMS = 64  # NumPy's
CODES = {
    t.bool_: "BOOL", t.uint8: "U8", t.int8: "I8", t.uint16: "U16", t.int16: "I16", t.uint32: "U32", t.int32: "I32",
    t.uint64: "U64", t.int64: "I64", t.float16: "F16", t.bfloat16: "BF16", t.float32: "F32", t.float64: "F64",
}  # fmt: skip
DTYPES = {code: dtype for dtype, code in CODES.items()}
COMPLEX = {t.complex64: t.float32, t.complex128: t.float64}  # kept as pairs: the format knows no complex128
BY_NAME = t.by_name()
STRUCTURE, CHECKSUMS, HEADER_CHECKSUM = "flambeau.structure", "flambeau.checksums", "flambeau.header_crc32"
BLANK = "00000000"


def checksum_field(value: str) -> bytes:
    """The header's own checksum as it stands in the header; of a header with BLANK there it is taken."""
    return f'"{HEADER_CHECKSUM}":"{value}"'.encode()
