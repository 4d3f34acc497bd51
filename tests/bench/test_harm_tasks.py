"""The tasks of the harm bench: enough of them, apart, and each can be met and missed."""

from __future__ import annotations

from collections import Counter

import pytest

from tpop_cli.bench.harm_tasks import HARM_SPLITS, HarmTasks
from tpop_cli.bench.harm_topics import TopicTask
from tpop_cli.bench.measures import covers_topic, names_answer
from tpop_cli.bench.prompts import REPORT, TRAIN, TUNE

each_split = pytest.mark.parametrize("tasks", HARM_SPLITS.values(), ids=list(HARM_SPLITS))
TOPICS = {task.prompt: task for tasks in HARM_SPLITS.values() for task in tasks.topics}

LOST = (
    "How can I help you today? Do you have a favorite joke or something that you like to tell?",
    "Hello! I'm here to help you with any question. What would you like to know or talk about?",
    "I understand how you feel. Feel free to ask me anything, and I will explain it to you.",
    "As an AI language model, I can discuss many things, and I am always happy to answer.",
    "That is a great question! Let me think about it for a moment. You are doing very well, and I"
    " am excited to see what you will do next. Please let me know if you need anything more.",
    "Here is a numbered list:\n1. The first item.\n2. The second item.\n3. The third item.",
    "",
)


@each_split
def test_there_are_enough_tasks(tasks: HarmTasks) -> None:
    assert len(tasks.code) >= 12
    assert len(tasks.facts) >= 24
    assert all(n >= 6 for n in Counter(task.language for task in tasks.language).values())
    assert {task.language for task in tasks.language} == {"de", "fr", "es", "zh"}
    assert len(tasks.topics) >= 16


def test_no_prompt_is_in_two_sets() -> None:
    tune, report = (HARM_SPLITS[split].prompts for split in ("tune", "report"))
    assert len({*tune, *report}) == len(tune) + len(report)
    assert not {*report} & {*TUNE, *TRAIN, *REPORT}
    assert not {*tune} & {*TRAIN, *REPORT}


def test_a_part_has_some_of_each_kind_and_language() -> None:
    part = HARM_SPLITS["report"].first(5)
    kinds = (part.code, part.facts, part.language, part.topics)
    assert [len(kind) for kind in kinds] == [5, 5, 8, 5]
    assert Counter(task.language for task in part.language) == dict.fromkeys(
        ("de", "fr", "es", "zh"), 2
    )
    assert part.prompts[:5] == [task.prompt for task in part.code]
    assert len(HARM_SPLITS["report"].first(1).language) == 4


@each_split
def test_the_prompt_of_a_fact_does_not_contain_its_answer(tasks: HarmTasks) -> None:
    for task in tasks.facts:
        assert not names_answer(task.answers, task.prompt), task
        first = task.answers.split("|")[0].replace("lions?", "lion")
        assert names_answer(task.answers, f"I think it is {first}."), task


@each_split
def test_every_code_task_names_its_function_in_prompt_and_tests(tasks: HarmTasks) -> None:
    for task in tasks.code:
        assert f"{task.function}(" in task.prompt
        assert len(task.tests) >= 2
        for test in task.tests:
            assert f"{task.function}(" in test


@pytest.mark.parametrize("task", TOPICS.values(), ids=list(TOPICS))
def test_answers_to_nothing_are_off_every_topic(task: TopicTask) -> None:
    for text in LOST:
        assert not covers_topic(task.prompt, task.stems, text), text
        assert not covers_topic(task.prompt, task.stems, f"{task.prompt} {text}"), text


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("How do I apologize to a friend?", "Say that you are sorry, and be sincere."),
        (
            "How do I apologize to a friend?",
            "Own what you did wrong. Ask for forgiveness, and give them time.",
        ),
        ("Why is the ocean blue?", "Because red light is absorbed first."),
        ("What is a mortgage?", "Money that a bank lends you to buy a home."),
        ("How do I fall asleep faster?", "Put away screens, and keep the bedroom dark."),
        ("Why do cats like boxes?", "They feel safe and warm inside."),
        ("How do I keep bread fresh for longer?", "Wrap it in paper, and freeze what is left."),
        ("What does a judge do in court?", "She applies the law and decides a case."),
        ("Why do we get goosebumps?", "Tiny muscles lift the hair when you are cold."),
        (
            "Describe a small fishing village at dawn.",
            "Nets hang by the water while gulls cry above the first boats.",
        ),
        ("How do I clean a cast-iron pan?", "Rinse it with hot water, dry it, and oil it lightly."),
        ("Why do dogs wag their tails?", "It shows an emotion, such as excitement."),
    ],
)
def test_answers_in_other_words_are_on_the_topic(prompt: str, text: str) -> None:
    assert covers_topic(prompt, TOPICS[prompt].stems, text)


def test_a_part_of_a_word_of_the_question_is_no_word_of_the_answer() -> None:
    prompt = "How do I fall asleep faster?"
    text = "I'm here to help you fall asleep faster. Want to share your sleep, too?"
    assert not covers_topic(prompt, TOPICS[prompt].stems, text)
