"""Files that are not a model, or a damaged one, and what the error says about each."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

from ..tiny import write_tiny_gguf

Writer = Callable[[Path, bytes], object]


def _header(version: int, tensors: int, pairs: int, rest: bytes = b"", order: str = "<") -> Writer:
    return _bytes(b"GGUF" + struct.pack(order + "IQQ", version, tensors, pairs) + rest)


def _bytes(data: bytes) -> Writer:
    return lambda path, _whole: path.write_bytes(data)


def _key(name: bytes, kind: int, value: bytes) -> bytes:
    return struct.pack("<Q", len(name)) + name + struct.pack("<I", kind) + value


def _edited(old: bytes, new: bytes) -> Writer:
    def write(path: Path, whole: bytes) -> None:
        assert old in whole
        path.write_bytes(whole.replace(old, new, 1))

    return write


_ARCHITECTURE = _key(b"general.architecture", 8, struct.pack("<Q", 5) + b"llama")

BROKEN: dict[str, tuple[Writer, str]] = {
    "missing": (lambda path, _: None, "No such file"),
    "a folder": (lambda path, _: path.mkdir(), "it is a folder"),
    "empty": (_bytes(b""), "it is empty"),
    "HTML": (_bytes(b"<!DOCTYPE html><html>404</html>"), "does not start with the GGUF magic"),
    "three bytes": (_bytes(b"GGU"), "does not start with the GGUF magic"),
    "only the magic": (_bytes(b"GGUF"), "past the end"),
    "version 0": (_header(0, 0, 0), "version 0 is not supported"),
    "version 1": (_header(1, 0, 0), "version 1 is not supported"),
    "version 99": (_header(99, 0, 0), "version 99 is not supported"),
    "big-endian": (_header(3, 0, 0, order=">"), "it is big-endian"),
    "2^62 tensors": (_header(3, 1 << 62, 0), "more entries than the file can hold"),
    "2^62 keys": (_header(3, 0, 1 << 62), "more entries than the file can hold"),
    "a key of a terabyte": (_header(3, 0, 1, struct.pack("<Q", 1 << 40)), "past the end"),
    "a value of an unknown type": (_header(3, 0, 1, _key(b"a", 77, b"")), "unknown type 77"),
    "an array of arrays": (
        _header(3, 0, 1, _key(b"a", 9, struct.pack("<IQIQ", 9, 1, 4, 0))),
        "an array of arrays",
    ),
    "an array longer than the file": (
        _header(3, 0, 1, _key(b"a", 9, struct.pack("<IQ", 4, 1 << 40))),
        "longer than",
    ),
    "no architecture": (_header(3, 0, 0), "names no architecture"),
    "alignment 0": (
        _header(3, 0, 2, _ARCHITECTURE + _key(b"general.alignment", 4, struct.pack("<I", 0))),
        "impossible alignment",
    ),
    "no tensors": (_header(3, 0, 1, _ARCHITECTURE), "could not load"),
    "an unknown architecture": (
        _edited(struct.pack("<Q", 5) + b"llama", struct.pack("<Q", 5) + b"lxama"),
        "unknown model architecture: 'lxama'",
    ),
    "100,000 layers": (lambda path, _: write_tiny_gguf(path, block_count=100_000), "100000 layers"),
    "a missing tensor": (
        _edited(b"blk.1.attn_q.weight", b"blk.1.attn_x.weight"),
        "tensor 'blk.1.attn_q.weight' not found",
    ),
    "cut in the header": (lambda path, whole: path.write_bytes(whole[:300]), "past the end"),
    "cut in half": (
        lambda path, whole: path.write_bytes(whole[: len(whole) // 2]),
        "it is truncated",
    ),
    "the last byte missing": (lambda path, whole: path.write_bytes(whole[:-1]), "lacks 1 bytes"),
}
"""By what is wrong: a function that writes the file, given the bytes of a good model, and the
reason that the error gives."""
