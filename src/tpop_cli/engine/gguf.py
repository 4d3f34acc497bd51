"""Reads and checks the header of a GGUF file, without llama.cpp.

llama.cpp reports every broken file with the same vague error and aborts the process on some. This
reader checks magic, version, counts and lengths against the file's size first, and says what is
wrong.
"""

from __future__ import annotations

import hashlib
import math
import mmap
import os
import struct
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import BadDataError, NoInputError
from .gguf_strings import end_of_strings
from .model_parts import later_part

Value = int | float | bool | str | list["Value"]

_SCALARS = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}
_STRING, _ARRAY = 8, 9
_PAST_END = "a length in its header reaches past the end of the file"
_MAX_LAYERS = 512
_MAX_DIMS = 4
_MAX_ITEMS = 16  # an array keeps its first items only: vocabularies are long
_SAMPLE_BYTES = 1 << 20  # at each end of the file, for the fingerprint

QUANTIZATIONS = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS",
    23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M",
    30: "IQ4_XS", 31: "IQ1_M", 32: "BF16",
}  # fmt: skip
"""The values of general.file_type (llama.cpp's enum llama_ftype)."""

BLOCK_SIZES = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110),
    22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8),
    29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17), 40: (64, 36),
    41: (128, 18),
}  # fmt: skip
"""(elements, bytes) of a quantization block, by tensor type (ggml's enum ggml_type).

Tensors of types that are not listed are not checked.
"""


@dataclass(frozen=True)
class Tensor:
    """A tensor in a GGUF file.

    Args:
        shape: the fastest dimension first.
        n_bytes: its size with padding.
    """

    shape: tuple[int, ...]
    n_bytes: int


@dataclass(frozen=True)
class Header:
    """The header of a GGUF file.

    Args:
        path: the file.
        size_bytes: the file's size; of a model in several files their sum.
        version: of the GGUF format.
        metadata: the key-value pairs; arrays hold their first items only.
        tensors: by name.
    """

    path: Path
    size_bytes: int
    version: int
    metadata: dict[str, Value]
    tensors: dict[str, Tensor]

    @property
    def architecture(self) -> str:
        """general.architecture, such as "llama"."""
        return str(self.metadata.get("general.architecture", "?"))

    @property
    def name(self) -> str:
        """general.name, or else the file's name."""
        return str(self.metadata.get("general.name") or self.path.stem)

    @property
    def quantization(self) -> str:
        """llama.cpp's name of the file type, such as "Q4_K_M"; "?" if it is unknown."""
        file_type = self.metadata.get("general.file_type")
        return QUANTIZATIONS.get(file_type, "?") if isinstance(file_type, int) else "?"

    @property
    def n_vocab(self) -> int:
        """The size of the vocabulary, from the shape of the token embeddings; 0 without them."""
        embeddings = self.tensors.get("token_embd.weight")
        return embeddings.shape[-1] if embeddings and embeddings.shape else 0

    def number(self, key: str) -> int:
        """An integer of the architecture, such as `context_length`; 0 if it is missing.

        If the value is an array, for example one number per layer, the result is the largest.
        """
        value = self.metadata.get(f"{self.architecture}.{key}", 0)
        if isinstance(value, list):
            return max((item for item in value if isinstance(item, int)), default=0)
        return value if isinstance(value, int) else 0


class _Reader:
    """Reads little-endian values. Raises BadDataError instead of reading past the end."""

    def __init__(self, data: mmap.mmap | bytes) -> None:
        self._data, self.size, self.position = data, len(data), 0

    def bytes(self, n: int) -> bytes:
        if n > self.size - self.position:
            raise BadDataError(_PAST_END)
        self.position += n
        return self._data[self.position - n : self.position]

    def scalar(self, code: str) -> int | float | bool:
        value: int | float | bool = struct.unpack(code, self.bytes(struct.calcsize(code)))[0]
        return value

    def count(self, code: str = "<Q") -> int:
        return int(self.scalar(code))

    def string(self) -> str:
        return self.bytes(self.count()).decode("utf-8", "replace")

    def value(self, kind: int, depth: int = 0) -> Value:
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            if depth:
                raise BadDataError("its header holds an array of arrays")
            return self._array()
        if kind not in _SCALARS:
            raise BadDataError(f"its header holds a value of unknown type {kind}")
        return self.scalar(_SCALARS[kind])

    def _array(self) -> Value:
        kind, n = self.count("<I"), self.count()
        width = struct.calcsize(_SCALARS[kind]) if kind in _SCALARS else 8
        if n * width > self.size:
            raise BadDataError("an array in its header is longer than the file")
        items: list[Value] = [self.value(kind, 1) for _ in range(min(n, _MAX_ITEMS))]
        n_skipped = n - len(items)
        if kind in _SCALARS:
            self.position += n_skipped * width
        else:
            self.position = end_of_strings(self._data, self.position, n_skipped)
        if self.position > self.size:
            raise BadDataError(_PAST_END)
        return items


def read_header(path: Path) -> Header:
    """Read and check the header of a GGUF file.

    Raises:
        NoInputError: the file does not exist or cannot be read.
        BadDataError: the file is not a GGUF file that llama.cpp could load; the message says why.
    """
    try:
        return read_part(path, is_later=False)
    except BadDataError as error:
        raise BadDataError(
            f"{path.name} is not a model that can be loaded: {error.message}",
            error.hint or "download it again, or choose another with --model",
        ) from None
    except OSError as error:
        raise NoInputError(
            f"cannot read the model {path}: {error.strerror}",
            "list the models: tpop models list",
        ) from None


def read_part(path: Path, is_later: bool = True) -> Header:
    """Read a later file of a model as `read_header` does, but with OSErrors as they are."""
    size = path.stat().st_size
    if path.is_dir():
        raise BadDataError("it is a folder")
    if size == 0:
        raise BadDataError("it is empty")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _parse(_Reader(data), path, size, is_later)


def _parse(reader: _Reader, path: Path, size: int, is_later: bool) -> Header:
    magic = reader.bytes(4) if size >= 4 else b""
    if magic != b"GGUF":
        raise BadDataError("it does not start with the GGUF magic")
    version = reader.count("<I")
    if version in (2 << 24, 3 << 24):
        raise BadDataError("it is big-endian; only little-endian files are supported")
    if version not in (2, 3):
        raise BadDataError(f"GGUF version {version} is not supported (2 and 3 are)")
    n_tensors, n_pairs = reader.count(), reader.count()
    if max(n_tensors, n_pairs) > min(size // 8, 1 << 20):
        raise BadDataError("its header counts more entries than the file can hold")
    metadata: dict[str, Value] = {}
    for _ in range(n_pairs):
        key = reader.string()
        metadata[key] = reader.value(reader.count("<I"))
    header = Header(path, size, version, metadata, {})
    if is_later:
        return replace(header, tensors=_tensors(reader, n_tensors, metadata))
    later = later_part(path.name, metadata)
    if later:
        raise later
    if "general.architecture" not in metadata:
        raise BadDataError("its header names no architecture")
    if header.number("block_count") > _MAX_LAYERS:
        raise BadDataError(
            f"its header claims {header.number('block_count')} layers (maximum {_MAX_LAYERS})"
        )
    return replace(header, tensors=_tensors(reader, n_tensors, metadata))


def _tensors(reader: _Reader, n: int, metadata: dict[str, Value]) -> dict[str, Tensor]:
    """Read the list of tensors, which follows the metadata.

    The list has no sizes: a tensor ends where the next one in the file begins.
    """
    found: list[tuple[int, str, tuple[int, ...], int]] = []
    for _ in range(n):
        name = reader.string()
        n_dims = reader.count("<I")
        if n_dims > _MAX_DIMS:
            raise BadDataError(f"its header lists a tensor of {n_dims} dimensions")
        shape = tuple(reader.count() for _ in range(n_dims))
        kind = reader.count("<I")
        found.append((reader.count(), name, shape, kind))
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or alignment < 1:
        raise BadDataError("its header names an impossible alignment")
    start = -(-reader.position // alignment) * alignment
    found.sort()
    ends = [offset for offset, *_ in found[1:]] + [reader.size - start]
    tensors = {}
    for (offset, name, shape, kind), end in zip(found, ends, strict=False):
        missing = offset + _min_bytes(shape, kind) - (reader.size - start)
        if missing > 0:
            raise BadDataError(f"it is truncated: tensor {name[:64]} lacks {missing:,} bytes")
        tensors[name] = Tensor(shape, end - offset)
    return tensors


def _min_bytes(shape: tuple[int, ...], kind: int) -> int:
    """The size of a tensor without padding; 0 if its type is not listed in `BLOCK_SIZES`."""
    n_elements, n_bytes = BLOCK_SIZES.get(kind, (1, 0))
    return math.prod(shape) // n_elements * n_bytes


def fingerprint(path: Path) -> str:
    """A hash that identifies a model file: SHA-256 of its size and both ends, as 16 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        digest.update(str(size).encode())
        for start in (0, max(0, size - _SAMPLE_BYTES)):
            file.seek(start)
            digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:16]
