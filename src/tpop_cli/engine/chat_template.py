"""Renders a chat as the prompt text that the model was trained on, with a chat template."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import llama_cpp.llama_cpp as llama
from jinja2 import Undefined
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from ..errors import BadDataError, UsageError
from .protocol import Message
from .resource_limits import ResourceLimitError, run_limited
from .thinking_mode import usable_variables

RAW = "raw"
"""The name of `RawTemplate`, for base models, which only continue a text."""

_NO_TOOLS = {  # undefined for the template, and not None: many ask whether they are defined
    name: Undefined(name=name) for name in ("tools", "functions", "function_call", "tool_choice")
}
_CHOOSE_ANOTHER = "choose another: --chat-template chatml"


class ChatTemplate(Protocol):
    """Renders messages, with the opening of the assistant's answer at the end.

    Attributes:
        writes_bos: whether the template writes the beginning-of-sequence token, if there is one.
        ignored: why it does not do what the user said about thinking; empty if it does.
    """

    writes_bos: bool
    ignored: str

    def render(self, messages: Sequence[Message]) -> str:
        """The prompt.

        Raises:
            BadDataError: the template cannot render these messages.
        """


class JinjaTemplate:
    """The template in the model's file, rendered in Jinja's sandbox with limited time and memory.

    Args:
        source: the template's source.
        bos: text of the beginning-of-sequence token.
        eos: text of the end-of-sequence token.
        think: how the model should think, one of `thinking_mode.MODES`; empty: as by default.

    Attributes:
        ignored: why the template does not do what `think` says; empty if it does.

    Raises:
        BadDataError: the source has an error.
    """

    writes_bos = True  # if the model wants one

    def __init__(self, source: str, bos: str, eos: str, think: str = "") -> None:
        try:
            self._formatter = run_limited(
                lambda: Jinja2ChatFormatter(source, eos_token=eos, bos_token=bos)
            )
        except Exception as error:
            raise BadDataError(
                f"the model's chat template has an error: {error}", _CHOOSE_ANOTHER
            ) from None
        self._variables: dict[str, Any] = {}
        self._variables, self.ignored = usable_variables(think, source, self._render_sample)

    def render(self, messages: Sequence[Message]) -> str:
        """See `ChatTemplate.render`.

        Some templates refuse or ignore a system message: it then precedes the first question. Some
        read a message as a list of parts, and ignore a text.
        """
        rendered: list[str] = []
        errors: list[Exception] = []
        for form in _forms(messages):
            try:
                text = run_limited(partial(self._render, form))
            except Exception as error:  # a template can raise anything, and many do on purpose
                errors.append(error)
                if isinstance(error, ResourceLimitError):
                    break
                continue
            if _holds(text, messages):
                return text
            rendered.append(text)
        if not rendered:
            raise BadDataError(
                f"the model's chat template cannot render this chat: {errors[0]}", _CHOOSE_ANOTHER
            )
        return rendered[0]

    def _render(self, messages: list[Any]) -> str:
        return str(self._formatter(messages=messages, **_NO_TOOLS, **self._variables).prompt)

    def _render_sample(self, variables: Mapping[str, Any]) -> str:
        self._variables = dict(variables)
        return self.render([{"role": "user", "content": "Hi"}])


def _forms(messages: Sequence[Message]) -> Iterator[list[Any]]:
    """A chat in the forms that templates understand, the usual one first."""
    folded = _without_system(messages)
    chats = [messages] if folded is messages else [messages, folded]
    for chat in chats:
        yield [dict(m) for m in chat]
    for chat in chats:
        yield [{**m, "content": [{"type": "text", "text": m["content"]}]} for m in chat]


def _without_system(messages: Sequence[Message]) -> Sequence[Message]:
    """A chat whose system message, if there is one, stands before the first question."""
    if len(messages) < 2 or messages[0]["role"] != "system":
        return messages
    system, question, *others = messages
    content = f"{system['content']}\n\n{question['content']}"
    return [{**question, "content": content}, *others]


def _holds(text: str, messages: Sequence[Message]) -> bool:
    """Whether a rendered chat holds its system message and its last question."""
    needed = [m for m in messages[:1] if m["role"] == "system"] + list(messages[-1:])
    return all(m["content"].strip() in text for m in needed)


class BuiltinTemplate:
    """One of llama.cpp's built-in templates, chosen by name.

    Raises:
        UsageError: llama.cpp has no template of that name.
    """

    writes_bos = False
    ignored = ""

    def __init__(self, name: str) -> None:
        if name not in builtin_template_names():
            raise UsageError(
                f"there is no chat template named {name}",
                f"choose one of: {', '.join([RAW, *builtin_template_names()])}",
            )
        self._name = name

    def render(self, messages: Sequence[Message]) -> str:
        """See `ChatTemplate.render`."""
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
                raise BadDataError(f"the chat template {self._name} cannot render this chat")
            if n <= size:
                return buffer.raw[:n].decode("utf-8")
            size = n


def _c_string(text: str) -> bytes:
    """UTF-8 for C. A NUL would end the string, so it is replaced."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace")


class RawTemplate:
    """No template: the texts of the messages, one after the other."""

    writes_bos = False
    ignored = ""

    def render(self, messages: Sequence[Message]) -> str:
        """See `ChatTemplate.render`."""
        return "\n\n".join(m["content"] for m in messages) + "\n\n"


def builtin_template_names() -> list[str]:
    """The names of llama.cpp's built-in templates, sorted."""
    n = llama.llama_chat_builtin_templates(None, 0)
    names = (ctypes.c_char_p * n)()
    llama.llama_chat_builtin_templates(names, n)
    return sorted(name.decode() for name in names if name)


def choose_template(
    name: str | None, source: str | None, bos: str, eos: str, think: str = ""
) -> ChatTemplate:
    """The template for a model's chats.

    Args:
        name: the value of `--chat-template`, if given.
        source: the Jinja source in the GGUF file, if any.
        bos: text of the beginning-of-sequence token.
        eos: text of the end-of-sequence token.
        think: see `JinjaTemplate`; other templates ignore it.

    Raises:
        UsageError: the name is unknown; or the model has no template and no name is given. tpop
            does not guess, because the template changes what a model answers.
        BadDataError: the model's own template has an error.
    """
    if name == RAW:
        return RawTemplate()
    if name:
        return BuiltinTemplate(name)
    if not source:
        raise UsageError(
            "this model has no chat template (it may be a base model)",
            "choose one: --chat-template chatml (or gemma, llama3, ..., raw)",
        )
    return JinjaTemplate(source, bos, eos, think)
