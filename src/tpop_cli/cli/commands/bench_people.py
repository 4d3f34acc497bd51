"""tpop bench people: how well picks of real people are predicted."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ...errors import UsageError
from .. import options as opt
from ..console import progress_bar, stdout_console, write_answer
from ..inputs import read_file
from ..process import command


@command
def people(
    files: Annotated[
        list[str],
        typer.Argument(
            help="JSONL files with a pick a line: annotator, prompt, chosen, rejected, and perhaps "
            "tie. A file is a crowd."
        ),
    ],
    max_picks: Annotated[
        int, typer.Option("--max-picks", min=0, help="First picks of each person; 0 for all.")
    ] = 0,
    as_json: opt.JsonOption = False,
) -> None:
    """Replay picks of real people: predict each one, then learn it, each person anew.

    Compared are a coin, the longer one, a model of all other people of the file, and, with several
    files, priors that come from the other files alone. No model is loaded: the answers are given,
    so that they say nothing of how styles are learned. People with fewer than five picks are left
    out.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    from ...bench.people import Crowd, read_people, report
    from ...ui.people import people_report

    crowds, seen = list[Crowd](), set[bytes]()
    for name in files:
        data = read_file(name)
        if data in seen:
            raise UsageError(f"{name} holds the same picks as another file", "give each file once")
        seen.add(data)
        crowd = Crowd(Path(name).stem, read_people(Path(name), data))
        crowds.append(crowd.first_picks(max_picks) if max_picks else crowd)
    progress = progress_bar(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    )
    with progress:
        tasks = {c.name: progress.add_task(c.name, total=len(c.people)) for c in crowds}
        found = report(crowds, lambda name: progress.advance(tasks[name]))
    result = {"date": date.today().isoformat(), "max_picks": max_picks, **found}
    if as_json:
        write_answer(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        stdout_console().print(people_report(result))
