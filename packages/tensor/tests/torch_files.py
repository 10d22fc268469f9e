"""Writes files as PyTorch does, opcode by opcode, without PyTorch: what its reader is tested with.

What the opcodes are called and how they are written: the standard library's ``pickletools``.
"""

import io
import struct
import zipfile

MAGIC = bytes.fromhex("8a0a6cfc9c46f9206aa85019")  # the long 0x1950a86a20f9469cfc6c


def name(module, attribute):
    return f"c{module}\n{attribute}\n".encode()


def number(n):
    if 0 <= n < 256:
        return b"K" + bytes([n])
    return b"J" + struct.pack("<i", n) if -(2**31) <= n < 2**31 else b"\x8a\x08" + struct.pack("<q", n)


def text(s):
    return b"X" + struct.pack("<I", len(s.encode())) + s.encode()


def tuple_of(*items):
    return b"(" + b"".join(items) + b"t"


def list_of(*items):
    return b"](" + b"".join(items) + b"e"


def dict_of(pairs, before=b"}"):
    return before + b"(" + b"".join(text(key) + value for key, value in pairs.items()) + b"u"


def call(function, *arguments):
    return function + tuple_of(*arguments) + b"R"


ORDERED = call(name("collections", "OrderedDict"))


def storage(kind, key, count, old=False, module="torch", location="cpu"):
    parts = [text("storage"), name(module, f"{kind}Storage"), text(key), text(location), number(count)]
    return tuple_of(*parts, *([b"N"] if old else [])) + b"Q"


def tensor(kept, shape, strides, offset=0, version="_v2"):
    shape, strides = (tuple_of(*map(number, sizes)) for sizes in (shape, strides))
    rest = [b"\x89", ORDERED] if version else []
    return call(name("torch._utils", f"_rebuild_tensor{version}"), kept, number(offset), shape, strides, *rest)


def pickled(body):
    return b"\x80\x02" + body + b"."


def archive(body, storages, folder="archive", compression=zipfile.ZIP_STORED, **records):
    """The ZIP form: ``body`` pickles the object, ``storages`` are the bytes by key."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as packed:
        packed.writestr(f"{folder}/data.pkl", pickled(body))
        for record, content in records.items():
            packed.writestr(f"{folder}/{record}", content)
        for key, content in storages.items():
            packed.writestr(f"{folder}/data/{key}", content)
        packed.writestr(f"{folder}/version", b"3\n")
    return file.getvalue()


def stream(body, storages, little=True, version=1001):
    """The old form: ``storages`` are (number of elements, bytes) by key."""
    system = dict_of({"protocol_version": number(1001), "little_endian": b"\x88" if little else b"\x89"})
    parts = [MAGIC, number(version), system, body, list_of(*map(text, storages))]
    content = b"".join(struct.pack("<q", count) + data for count, data in storages.values())
    return b"".join(map(pickled, parts)) + content
