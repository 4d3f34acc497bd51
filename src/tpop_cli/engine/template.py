"""Chat templates: how a list of messages becomes the one string that a model was trained on."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Protocol

import llama_cpp.llama_cpp as llama
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from ..errors import BadDataError, UsageError
from .limits import run_limited
from .protocol import Message

RAW = "raw"
"""The name of the template that adds nothing: for base models that only continue a text."""


class Template(Protocol):
    """Renders messages, with the opening of the assistant's answer at the end."""

    adds_bos: bool

    def render(self, messages: Sequence[Message]) -> str:
        """The prompt. Raises BadDataError if these messages cannot be written so."""


class GgufTemplate:
    """The template that the model's file carries, rendered in Jinja's sandbox, within limits of time and memory."""

    adds_bos = True  # such templates write the beginning-of-sequence token themselves

    def __init__(self, source: str, bos: str, eos: str) -> None:
        try:
            self._formatter = run_limited(
                lambda: Jinja2ChatFormatter(source, eos_token=eos, bos_token=bos)
            )
        except Exception as error:
            raise BadDataError(
                f"the model's chat template has an error: {error}",
                "name another: --chat-template chatml",
            ) from None

    def render(self, messages: Sequence[Message]) -> str:
        """See `Template.render`."""
        try:
            return run_limited(
                lambda: str(self._formatter(messages=[dict(m) for m in messages]).prompt)
            )
        except Exception as error:  # a template may raise anything, and often does so on purpose
            raise BadDataError(
                f"the model's chat template refuses this chat: {error}",
                "name another: --chat-template chatml",
            ) from None


class NamedTemplate:
    """One of llama.cpp's built-in templates, chosen by name."""

    adds_bos = False

    def __init__(self, name: str) -> None:
        if name not in builtin_names():
            raise UsageError(
                f"there is no chat template named {name}",
                f"one of: {', '.join([RAW, *builtin_names()])}",
            )
        self._name = name

    def render(self, messages: Sequence[Message]) -> str:
        """See `Template.render`."""
        encoded = [(_c_string(m["role"]), _c_string(m["content"])) for m in messages]
        chat = (llama.llama_chat_message * len(encoded))(
            *[llama.llama_chat_message(*m) for m in encoded]
        )
        size = 512 + 2 * sum(len(role) + len(content) for role, content in encoded)
        while True:
            buffer = ctypes.create_string_buffer(size)
            n = llama.llama_chat_apply_template(
                self._name.encode(), chat, len(encoded), True, buffer, size
            )
            if n < 0:
                raise BadDataError(f"the chat template {self._name} cannot write this chat")
            if n <= size:
                return buffer.raw[:n].decode("utf-8")
            size = n


def _c_string(text: str) -> bytes:
    """A text for C, which would end it at a NUL."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace")


class RawTemplate:
    """No template: the messages' texts, one after the other."""

    adds_bos = False

    def render(self, messages: Sequence[Message]) -> str:
        """See `Template.render`."""
        return "\n\n".join(m["content"] for m in messages) + "\n\n"


def builtin_names() -> list[str]:
    """The names that llama.cpp knows, sorted."""
    n = llama.llama_chat_builtin_templates(None, 0)
    names = (ctypes.c_char_p * n)()
    llama.llama_chat_builtin_templates(names, n)
    return sorted(name.decode() for name in names if name)


def choose_template(name: str | None, source: str | None, bos: str, eos: str) -> Template:
    """The template a chat is written with.

    Args:
        name: what `--chat-template` said, if anything.
        source: the Jinja source in the GGUF file, if any.
        bos, eos: the texts of the model's special tokens.

    Raises:
        UsageError: the name is unknown, or the model has no template and none was named: the choice of one
            changes what a model says, so it is never made silently.
    """
    if name == RAW:
        return RawTemplate()
    if name:
        return NamedTemplate(name)
    if not source:
        raise UsageError(
            "this model has no chat template (it may be a base model)",
            "name one: --chat-template chatml (or gemma, llama3, ..., raw)",
        )
    return GgufTemplate(source, bos, eos)
