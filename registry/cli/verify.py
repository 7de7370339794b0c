"""``absah verify``: one verdict a code, in the words of the pages."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

from registry import scan, wording
from registry.cli.console import (
    json_option,
    language,
    language_option,
    now_option,
    remark,
    say,
    say_json,
)
from registry.client import Client, Result
from registry.errors import Words
from registry.memory import default_folder
from registry.session import Asked, open_client
from signing.canonical import b64encode, time_text
from signing.certificate import date_of
from signing.keys import thumbprint
from signing.reasons import Level, Reason
from signing.verify import Answers, certificate_hash

_EXIT = {Level.GREEN: 0, Level.RED: 1, Level.AMBER: 3, Level.GREY: 3}
_MARKS = {Level.GREEN: "✓", Level.RED: "✗", Level.AMBER: "!", Level.GREY: "?"}
_ANSWERS = {
    **dict.fromkeys(("ok", "ok_offline"), Level.GREEN),
    **dict.fromkeys(("unproven", "clock", "stale", "none", "unlogged", "conflict"), Level.AMBER),
    "skipped": Level.GREY,
}
"""Level of an answer that is no plain no (twin of telling.js)."""
_UNPROVEN = (
    *(Reason.NOT_IN_LOG, Reason.KEY_COMPROMISED, Reason.OUT_OF_SCOPE),
    *(Reason.KEY_UNCHECKED, Reason.CONFLICT),
)
"""The data are shown, but not the issuing body as a fact (docs/verdicts.md)."""
_FOREIGN = (Reason.FOREIGN_CODE, Reason.OTHER_CODE)


class _Repeated(NamedTuple):
    """What stood in a record of a check, and what its own files say."""

    checked: int
    written: Reason
    found: Reason
    afresh: bool
    """The verdict is the present one, and not that of the record alone."""

    @property
    def agrees(self) -> bool:
        return self.written is self.found


class _Checked(NamedTuple):
    name: str
    result: Result
    beside: bool = False
    """Some other code on a page that also carries one of ours: listed, never counted."""
    record: _Repeated | None = None

    @property
    def level(self) -> Level:
        return self.result.verdict.level


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--site", metavar="URL|DIR", help="The registry's site, or a copy of it.")
@click.option(
    "--trust",
    type=click.Path(path_type=Path, exists=True),
    metavar="FILE|DIR",
    help="Trust document to begin from.",
)
@click.option("--state", type=click.Path(path_type=Path), help="Folder of pins and marks.")
@click.option("--offline", is_flag=True, help="Use what is on this computer only.")
@now_option
@json_option
@language_option
def verify(
    inputs: tuple[str, ...],
    site: str | None,
    trust: Path | None,
    state: Path | None,
    offline: bool,
    now: int,
    as_json: bool,
) -> int:
    """Check certificates. INPUT: QR text, - (standard input), text file, PNG, JPEG, PDF or folder.

    A .json is a record that the page saved: its check is repeated from it, with --site afresh.
    Exit codes: 0 green, 1 red, 2 usage, 3 amber, grey or unreadable.
    """
    asked = Asked(site, trust, state or default_folder(), offline)
    records = [name for name in inputs if _is_record(name)]
    others = tuple(name for name in inputs if name not in records)
    afresh = site is not None and not offline
    client = open_client(asked, now, remark) if others or afresh else None
    done = [_check_record(Path(name), asked, client) for name in records]
    unreadable = 0
    if client is not None:
        checked, unreadable = _check_all(client, others)
        done += checked
    if as_json:
        found = [_json(checked) for checked in done]
        single = len(found) == 1 and not unreadable
        say_json(found[0] if single else {"results": found, "summary": _summary(done)})
    elif len(done) == 1:
        _tell(done[0], now)
    else:
        _tell_many(done)
    return _exit_code(done, unreadable)


def _groups(inputs: tuple[str, ...]) -> Iterator[list[tuple[str, str]] | str]:
    """(name, text) of the codes of each input, or one line on why it gave none."""
    for given in inputs:
        if given == "-":
            try:
                yield [("-", found.text) for found in scan.lines(sys.stdin.buffer.read())]
            except scan.UnreadableFile as error:
                yield f"-: {error}"
            continue
        path = Path(given)
        # A QR text is longer than any file name may be; asking for it would be an error.
        if len(given) > 255 or given.startswith(("http://", "https://")) or not path.exists():
            yield [(_short(given), given)]
            continue
        files = scan.files_in(path) if path.is_dir() else [path]
        for file in files:
            try:
                found = scan.read(file)
            except scan.UnreadableFile as error:
                yield f"{file}: {error}"
                continue
            if not found:
                yield f"{file}: {wording.words(language()).text('batch.no_code')}"
            else:
                yield [(f"{file}#{f.page}" if f.page else str(file), f.text) for f in found]


def _check_all(client: Client, inputs: tuple[str, ...]) -> tuple[list[_Checked], int]:
    """The verdicts on all inputs, and how many could not be read."""
    done: list[_Checked] = []
    unreadable = 0
    for group in _groups(inputs):
        if isinstance(group, str):
            unreadable += 1
            remark(Words(f"absah: {group}", f"absah: {group}"))
        else:
            done += _check(client, group)
    return done, unreadable


def _check(client: Client, group: list[tuple[str, str]]) -> list[_Checked]:
    results = [(name, client.check(text)) for name, text in group]
    ours = any(result.opened.certificate for _, result in results)
    return [
        _Checked(name, result, ours and result.verdict.reason in _FOREIGN)
        for name, result in results
    ]


def _is_record(name: str) -> bool:
    return name.lower().endswith(".json") and not name.startswith(("http://", "https://"))


def _check_record(path: Path, asked: Asked, client: Client | None) -> _Checked:
    """The check of a record: from the record alone, or by a client of the present state."""
    from registry import record  # noqa: PLC0415  # most inputs are none

    held = record.read(path)
    then = record.reopened(held, record.anchor(held, str(path), asked, remark))
    result = then.check(held.text)
    if client is not None and asked.site is not None:
        record.compare(then, client)
    afresh = client is not None and asked.site is not None
    found = result.verdict.reason
    repeated = _Repeated(held.checked, held.reason, found, afresh)
    now = client.check(held.text) if client is not None and afresh else result
    return _Checked(str(path), now, record=repeated)


def _exit_code(done: list[_Checked], unreadable: int) -> int:
    codes = {_EXIT[checked.level] for checked in done if not checked.beside}
    if 1 in codes:
        return 1
    doubtful = any(checked.record and not checked.record.agrees for checked in done)
    return 3 if 3 in codes or unreadable or doubtful or not codes else 0


def _summary(done: list[_Checked]) -> dict[str, int]:
    counts = Counter(checked.level for checked in done if not checked.beside)
    return {"total": counts.total(), **{level.value: counts[level] for level in Level}}


def _json(checked: _Checked) -> dict[str, Any]:
    result = checked.result
    verdict, note, trust = result.verdict, result.note, result.trust
    answers = verdict.answers
    return {
        "input": checked.name,
        "reason": verdict.reason.value,
        "level": verdict.level.value,
        "exit": _EXIT[verdict.level],
        "index": verdict.certificate.index if verdict.certificate else None,
        "site": trust.site if trust else None,
        "as_of": time_text(note.issued) if note else None,
        "build": note.build if note else None,
        "log_size": note.size if note else None,
        "log_root": b64encode(note.root) if note else None,
        "answers": {
            "issuer": answers.issuer,
            "dates": answers.dates,
            "standing": answers.standing,
        },
        "certificate": _certificate(result),
        **({"record": _record_json(checked.record)} if checked.record else {}),
    }


def _record_json(repeated: _Repeated) -> dict[str, Any]:
    return {
        "checked": time_text(repeated.checked),
        "mode": "afresh" if repeated.afresh else "record",
        "written": repeated.written.value,
        "found": repeated.found.value,
        "agrees": repeated.agrees,
    }


def _certificate(result: Result) -> dict[str, Any] | None:
    c, opened = result.verdict.certificate, result.opened
    if c is None or opened.data is None or opened.issuer is None:
        return None
    return {
        "index": c.index,
        "number": c.number,
        "registration": c.registration,
        "name": c.name,
        "passport_name": c.passport_name,
        "birth_date": date_of(c.birth_day).isoformat(),
        "scheme": c.scheme,
        "lsp": c.lsp,
        "issued": date_of(c.issue_day).isoformat(),
        "expires": date_of(c.expiry_day).isoformat(),
        "units": None if c.units is None else c.units.hex(),
        "blank_number": c.blank_number,
        "replaces": c.replaces,
        "sha256": certificate_hash(opened.data),
        "key": thumbprint(opened.issuer.x).hex(),
    }


def _tell(checked: _Checked, now: int) -> None:
    said = wording.words(language())
    result = checked.result
    verdict, note = result.verdict, result.note
    filled = wording.values(said, result, now)
    say(f"{_MARKS[verdict.level]} {wording.sentence(said, result, 'title', filled)}")
    say(f"  {said.text(f'level.{verdict.level}')} · {verdict.reason}")
    if note and verdict.answers != Answers():
        key = "asof.line" if result.fetched else "asof.offline"
        say(f"  {said.text(key, filled)}")
    if checked.record:
        _tell_record(said, checked.record)
    say("")
    say(wording.sentence(said, result, "sentence", filled))
    say(wording.sentence(said, result, "do", filled))
    if verdict.answers != Answers():
        _tell_answers(said, verdict.answers, filled)
    if verdict.certificate:
        _tell_data(said, result)
    if verdict.level is not Level.GREY:
        say("")
        for key in ("note.not_residence", "note.copy"):
            say(said.text(key))


def _tell_record(said: wording.Words, repeated: _Repeated) -> None:
    """That this is a check of then, and whether the record says what its own files say."""
    checked = said.moment(repeated.checked)
    key = "record.afresh" if repeated.afresh else "record.repeated"
    say(f"  {said.text(key, {'checked': checked})}")
    if not repeated.agrees:
        title = said.text(f"reason.{repeated.found}.title")
        told = {"reason": repeated.written.value, "title": title}
        say(f"  {said.text('record.disagrees', told)}")


def _tell_answers(said: wording.Words, answers: Answers, filled: dict[str, str]) -> None:
    """Issuer, dates, standing: each question with a mark, a word and a sentence."""
    say("")
    for question, answer in answers._asdict().items():
        key = f"answer.{question}.{answer}"
        mark = _MARKS[_ANSWERS.get(answer, Level.RED)]
        say(f"  {mark} {said.text(f'question.{question}')} — {said.text(f'{key}.word', filled)}")
        say(f"    {said.text(f'{key}.sentence', filled)}")


def _tell_data(said: wording.Words, result: Result) -> None:
    c = result.verdict.certificate
    if c is None:
        return
    unproven = result.verdict.reason in _UNPROVEN
    issuer = ("data.licence", str(c.lsp)) if unproven else ("data.issuer", wording.lsp_name(result))
    rows = [
        ("data.passport_name", c.passport_name),
        ("data.name", c.name),
        ("data.birth_date", said.date(c.birth_day)),
        ("data.certificate_number", c.number),
        ("data.registration_number", c.registration),
        ("data.scheme", _scheme(said, result, c.scheme)),
        issuer,
        ("data.issued", said.date(c.issue_day)),
        ("data.expires", said.date(c.expiry_day)),
        ("data.registry_index", str(c.index)),
    ]
    say("")
    for key, value in rows:
        if value is not None:
            say(f"  {said.text(key)}: {value}")


def _scheme(said: wording.Words, result: Result, code: str) -> str:
    names = (result.shown.scheme or {}).get("name", {})
    name = names.get(said.language) or names.get("id")
    return f"{name} ({code})" if name else code


def _tell_many(done: list[_Checked]) -> None:
    said = wording.words(language())
    for checked in done:
        verdict = checked.result.verdict
        title = said.text(f"reason.{verdict.reason}.title")
        name = verdict.certificate.name if verdict.certificate else verdict.host
        index = f"#{verdict.certificate.index}" if verdict.certificate else "-"
        mark = " " if checked.beside else _MARKS[verdict.level]
        say(f"{mark} {verdict.reason:<19} {index:>8}  {title}  {name}  {checked.name}")
    counts = _summary(done)
    say(" ".join(f"{name} {count}" for name, count in counts.items()))


def _short(text: str) -> str:
    return text if len(text) <= 48 else f"{text[:40]}…"
