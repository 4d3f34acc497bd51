"""Chat templates of twenty families of models, cut down to what a chat of texts needs.

The peculiar parts are kept: roles that are refused, contents that are lists, thoughts that are
taken out of past turns, loop controls, dates, tools that are asked for.
"""

from __future__ import annotations

from typing import NamedTuple


class Family(NamedTuple):
    """A template, and what it must render.

    Args:
        source: the template.
        start: what the prompt of "Why?" ends with.
        opens: whether the prompt begins a thought.
        extends: whether the second turn's prompt begins with the first one's.
    """

    source: str
    start: str
    opens: bool = False
    extends: bool = True


_CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
_ALTERNATE = (
    "{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant/...') }}{% endif %}"
)
_WITHOUT_THOUGHT = (
    "{% set text = m['content'] %}{% if '</think>' in text %}"
    "{% set text = text.split('</think>')[-1].lstrip('\n') %}{% endif %}"
)

FAMILIES: dict[str, Family] = {
    "Qwen 2.5": Family(
        "{% if tools %}{{ 'TOOLS' }}{% endif %}"
        "{% if messages[0]['role'] != 'system' %}"
        "{{ '<|im_start|>system\nYou are Qwen.<|im_end|>\n' }}"
        "{% endif %}" + _CHATML,
        "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n",
    ),
    "Qwen 3": Family(
        "{%- set ns = namespace(last=-1) %}"
        "{%- for m in messages[::-1] %}{%- if ns.last == -1 and m['role'] == 'user' %}"
        "{%- set ns.last = messages|length - 1 - loop.index0 %}{%- endif %}{%- endfor %}"
        "{%- for m in messages %}" + _WITHOUT_THOUGHT + "{{- '<|im_start|>' + m['role'] + '\n' }}"
        "{%- if m['role'] == 'assistant' and loop.index0 > ns.last %}"
        "{{- '<think>\n\n</think>\n\n' }}"
        "{%- endif %}{{- text + '<|im_end|>\n' }}{%- endfor %}"
        "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}"
        "{%- if enable_thinking is defined and enable_thinking is false %}"
        "{{- '<think>\n\n</think>\n\n' }}{%- endif %}{%- endif %}",
        "<|im_start|>assistant\n",
    ),
    "Qwen 3.5": Family(
        "{%- for m in messages %}"
        "{%- if m.content is string %}{%- set text = m.content %}{%- else %}"
        "{%- set text = m.content|map(attribute='text')|join('') %}{%- endif %}"
        "{{- '<|im_start|>' + m.role + '\n' + text|trim + '<|im_end|>\n' }}{%- endfor %}"
        "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}"
        "{%- if enable_thinking is defined and enable_thinking is false %}"
        "{{- '<think>\n\n</think>\n\n' }}{%- else %}{{- '<think>\n' }}{%- endif %}{%- endif %}",
        "<|im_start|>assistant\n<think>\n",
        opens=True,
        extends=False,
    ),
    "DeepSeek R1": Family(
        "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}"
        "{{ '<｜User｜>' + m['content'] }}{% elif m['role'] == 'assistant' %}"
        + _WITHOUT_THOUGHT
        + "{{ '<｜Assistant｜>' + text + '<｜end▁of▁sentence｜>' }}{% else %}{{ m['content'] }}"
        "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<｜Assistant｜><think>\n' }}"
        "{% endif %}",
        "<｜User｜>Why?<｜Assistant｜><think>\n",
        opens=True,
        extends=False,
    ),
    "Llama 3": Family(
        "{{- bos_token }}{%- if custom_tools is defined %}{%- set tools = custom_tools %}"
        "{%- endif %}"
        "{%- if not tools is defined %}{%- set tools = none %}{%- endif %}"
        "{%- set date = strftime_now('%d %b %Y') if strftime_now is defined else '26 Jul 2024' %}"
        "{{- '<|start_header_id|>system<|end_header_id|>\n\nToday Date: ' + date + '\n\n' }}"
        "{%- if messages[0]['role'] == 'system' %}{{- messages[0]['content']|trim }}"
        "{%- set messages = messages[1:] %}{%- endif %}{{- '<|eot_id|>' }}"
        "{%- for m in messages %}{{- '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' "
        "+ m['content']|trim + '<|eot_id|>' }}{%- endfor %}"
        "{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}"
        "{%- endif %}",
        "Why?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    ),
    "Hermes 3": Family(
        "{% for tool in tools %}{{ tool.name }}{% endfor %}" + _CHATML, "<|im_start|>assistant\n"
    ),
    "Gemma 2": Family(
        "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
        "{{ raise_exception('System role not supported') }}{% endif %}{% for m in messages %}"
        + _ALTERNATE
        + "{% set role = 'model' if m['role'] == 'assistant' else m['role'] %}"
        "{{ '<start_of_turn>' + role + '\n' + m['content']|trim + '<end_of_turn>\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}",
        "Why?<end_of_turn>\n<start_of_turn>model\n",
    ),
    "Gemma 3": Family(
        "{{ bos_token }}{%- if messages[0]['role'] == 'system' -%}"
        "{%- set prefix = messages[0]['content'] + '\n\n' -%}{%- set rest = messages[1:] -%}"
        "{%- else -%}{%- set prefix = '' -%}{%- set rest = messages -%}{%- endif -%}"
        "{%- for m in rest -%}"
        + _ALTERNATE
        + "{{ '<start_of_turn>' + ('model' if m['role'] == 'assistant' else m['role']) + '\n' "
        "+ (prefix if loop.first else '') }}{%- if m['content'] is string -%}"
        "{{ m['content']|trim }}{%- elif m['content'] is iterable -%}"
        "{%- for item in m['content'] -%}{{ item['text']|trim }}{%- endfor -%}{%- endif -%}"
        "{{ '<end_of_turn>\n' }}{%- endfor -%}"
        "{%- if add_generation_prompt -%}{{ '<start_of_turn>model\n' }}{%- endif -%}",
        "Why?<end_of_turn>\n<start_of_turn>model\n",
    ),
    "Gemma 4": Family(
        "{{ bos_token }}{%- for m in messages -%}"
        "{{ '<|turn>' + ('model' if m['role'] == 'assistant' else m['role']) + '\n' "
        "+ m['content'].split('<channel|>')[-1]|trim + '<turn|>\n' }}{%- endfor -%}"
        "{%- if add_generation_prompt -%}{{ '<|turn>model\n' }}"
        "{%- if not enable_thinking|default(false) -%}{{ '<|channel>thought\n<channel|>' }}"
        "{%- endif -%}{%- endif -%}",
        "<|turn>model\n<|channel>thought\n<channel|>",
        extends=False,
    ),
    "Mistral": Family(
        "{{ bos_token }}{%- if messages[0]['role'] == 'system' %}"
        "{%- set system = messages[0]['content'] %}{%- set messages = messages[1:] %}{%- endif %}"
        "{%- for m in messages %}"
        + _ALTERNATE
        + "{%- if m['role'] == 'user' %}{%- if loop.first and system is defined %}"
        "{{ '[INST] ' + system + '\n\n' + m['content'] + '[/INST]' }}{%- else %}"
        "{{ '[INST] ' + m['content'] + '[/INST]' }}{%- endif %}{%- else %}"
        "{{ ' ' + m['content'] + eos_token }}{%- endif %}{%- endfor %}",
        "[INST] Why?[/INST]",
    ),
    "Ministral 3": Family(
        "{{ bos_token }}{%- for m in messages %}"
        "{%- if m['role'] == 'system' %}{{ '[SYSTEM_PROMPT]' + m['content'] + '[/SYSTEM_PROMPT]' }}"
        "{%- elif m['role'] == 'user' %}{{ '[INST]' + m['content'] + '[/INST]' }}"
        "{%- elif m['content'] is string %}{{ m['content'] + eos_token }}{%- else %}"
        "{%- for block in m['content'] %}{%- if block['type'] == 'thinking' %}"
        "{{ '[THINK]' + block['thinking'] + '[/THINK]' }}{%- else %}{{ block['text'] }}{%- endif %}"
        "{%- endfor %}{{ eos_token }}{%- endif %}{%- endfor %}",
        "[INST]Why?[/INST]",
    ),
    "gpt-oss": Family(
        "{%- if not reasoning_effort is defined %}{%- set reasoning_effort = 'medium' %}"
        "{%- endif %}"
        "{{- '<|start|>system<|message|>Current date: ' + strftime_now('%Y-%m-%d') + '\n"
        "Reasoning: ' + reasoning_effort + '<|end|>' }}"
        "{%- for m in messages %}{%- if m.role == 'assistant' %}"
        "{%- if '<|channel|>' in m.content %}{{- raise_exception('You have passed a message "
        "containing <|channel|> tags in the content field.') }}{%- endif %}"
        "{{- '<|start|>assistant<|channel|>final<|message|>' + m.content + '<|end|>' }}{%- else %}"
        "{{- '<|start|>' + m.role + '<|message|>' + m.content + '<|end|>' }}{%- endif %}"
        "{%- endfor %}{%- if add_generation_prompt %}{{- '<|start|>assistant' }}{%- endif %}",
        "<|start|>user<|message|>Why?<|end|><|start|>assistant",
    ),
    "Phi 4": Family(
        "{% for m in messages %}{% if m['role'] not in ['system', 'user', 'assistant'] %}"
        "{% continue %}{% endif %}{{ '<|im_start|>' + m['role'] + '<|im_sep|>' + m['content'] "
        "+ '<|im_end|>' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant<|im_sep|>' }}{% endif %}",
        "Why?<|im_end|><|im_start|>assistant<|im_sep|>",
    ),
    "Granite": Family(
        "{%- if messages[0]['role'] == 'system' %}{%- set system = messages[0]['content'] %}"
        "{%- set loop_messages = messages[1:] %}{%- else %}{%- set system = 'You are Granite.' %}"
        "{%- if thinking %}{%- set system = system + ' Think first.' %}{%- endif %}"
        "{%- set loop_messages = messages %}{%- endif %}"
        "{{- '<|start_of_role|>system<|end_of_role|>' + system + '<|end_of_text|>\n' }}"
        "{%- for m in loop_messages %}{{- '<|start_of_role|>' + m['role'] + '<|end_of_role|>' "
        "+ m['content'] + '<|end_of_text|>\n' }}{%- endfor %}"
        "{%- if add_generation_prompt %}"
        "{{- '<|start_of_role|>assistant<|end_of_role|>' }}{%- endif %}",
        "Why?<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>",
    ),
    "GLM 4": Family(
        "{{- '[gMASK]<sop>' }}{%- for m in messages %}{{- '<|' + m.role + '|>\n' }}"
        "{%- if m.role == 'assistant' %}{{- m.content.split('</think>')[-1].strip() }}{%- else %}"
        "{{- m.content }}{%- endif %}{%- endfor %}{%- if add_generation_prompt %}"
        "{{- '<|assistant|>\n' }}{{- '<think></think>' if enable_thinking is defined "
        "and not enable_thinking else '' }}{%- endif %}",
        "<|user|>\nWhy?<|assistant|>\n",
    ),
    "Nemotron 3": Family(
        "{%- if messages[0].role != 'system' %}{{- '<|im_start|>system\n<|im_end|>\n' }}"
        "{%- endif %}"
        "{%- for m in messages %}"
        + _WITHOUT_THOUGHT
        + "{{- '<|im_start|>' + m.role + '\n' }}{%- if m.role == 'assistant' %}"
        "{{- '<think></think>' }}{%- endif %}{{- text + '<|im_end|>\n' }}{%- endfor %}"
        "{%- if add_generation_prompt %}{%- if enable_thinking|default(true) %}"
        "{{- '<|im_start|>assistant\n<think>\n' }}{%- else %}"
        "{{- '<|im_start|>assistant\n<think></think>' }}{%- endif %}{%- endif %}",
        "<|im_start|>assistant\n<think>\n",
        opens=True,
        extends=False,
    ),
    "LFM2": Family(
        "{{- bos_token }}{%- for m in messages %}{%- set text = m['content'] %}"
        "{%- if m['role'] == 'assistant' and '</think>' in text %}"
        "{%- set text = text.split('</think>')[-1]|trim %}{%- endif %}"
        "{{- '<|im_start|>' + m['role'] + '\n' + text + '<|im_end|>\n' }}{%- endfor %}"
        "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}",
        "<|im_start|>assistant\n",
    ),
    "SmolVLM": Family(
        "<|im_start|>{% for m in messages %}{{ m['role']|capitalize }}"
        "{% if m['content'][0]['type'] == 'image' %}{{ ':' }}{% else %}{{ ': ' }}{% endif %}"
        "{% for line in m['content'] %}{% if line['type'] == 'text' %}{{ line['text'] }}"
        "{% endif %}{% endfor %}<end_of_utterance>\n{% endfor %}"
        "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}",
        "User: Why?<end_of_utterance>\nAssistant:",
    ),
    "Command R7B": Family(
        "{{ bos_token }}{%- for m in messages -%}{%- if m.role == 'assistant' -%}"
        "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|><|START_RESPONSE|>{{ m.content }}"
        "<|END_RESPONSE|><|END_OF_TURN_TOKEN|>{%- else -%}<|START_OF_TURN_TOKEN|>"
        "{{ '<|USER_TOKEN|>' if m.role == 'user' else '<|SYSTEM_TOKEN|>' }}{{ m.content }}"
        "<|END_OF_TURN_TOKEN|>{%- endif -%}{%- endfor -%}<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>"
        "{%- if not enable_thinking -%}<|START_THINKING|><|END_THINKING|>{%- endif -%}",
        "<|CHATBOT_TOKEN|><|START_THINKING|><|END_THINKING|>",
        extends=False,
    ),
    "Seed-OSS": Family(
        "{%- set think = '<seed:think>' -%}{%- for m in messages -%}"
        "{{ '<seed:bos>' + m.role + '\n' + m.content + '<seed:eos>' }}{%- endfor -%}"
        "{%- if add_generation_prompt -%}{{ '<seed:bos>assistant\n' }}"
        "{%- if thinking_budget is defined and thinking_budget == 0 -%}"
        "{{ think + '</seed:think>' }}{%- endif -%}{%- endif -%}",
        "Why?<seed:eos><seed:bos>assistant\n",
    ),
    "Functionary": Family(
        "{{ bos_token }}{%- if not tools is defined -%}{%- set tools = none -%}{%- endif -%}"
        "{%- for m in messages -%}{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' }}"
        "{%- if m['role'] == 'assistant' -%}{{ '>>>all\n' }}{%- endif -%}"
        "{{ m['content'] + '<|eot_id|>' }}{%- endfor -%}"
        "{%- if add_generation_prompt -%}"
        "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n>>>' }}"
        "{%- endif -%}",
        "<|start_header_id|>assistant<|end_header_id|>\n\n>>>",
    ),
}
"""Name of a family -> its template. The first part of a test's name."""
