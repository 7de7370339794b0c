"""The documentation says what is true: links, modules, words, commands, and every step by hand."""

import json
import re
from pathlib import Path

import pytest

from registry.cli import cli, main
from registry.intake_columns import COLUMNS
from registry.intake_csv import ENCODINGS
from signing.reasons import Reason
from tests import docs_reading as reading
from tests.console import matches
from tests.demonstration import Demonstration
from tests.docs_console import outcomes
from tests.docs_reading import DOCS, ROOT

COMMANDS = dict(reading.commands(cli))
NOT_PUBLISHED = {"key-file", "passphrase", "token", "token-uri", "token-pin"}
"""Codes about key files and tokens, which never leave their machine."""


def text(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def test_every_relative_link_leads_somewhere() -> None:
    followed = 0
    for path in reading.documents():
        for target in reading.links(path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.relative_to(ROOT)}: {target}"
            followed += 1
    print(f"{followed} links")
    assert followed >= 15


def test_every_document_that_another_names_is_there() -> None:
    named = 0
    for path in [*reading.documents(), *(ROOT / "signing").glob("*.py")]:
        for name in re.findall(r"docs/[a-z/-]+\.md", path.read_text("utf-8")):
            assert (ROOT / name).exists(), f"{path.relative_to(ROOT)}: {name}"
            named += 1
    assert named >= 30


def test_every_record_stands_in_the_index() -> None:
    records = sorted(path.name for path in (DOCS / "decisions").glob("[0-9]*.md"))
    index = (DOCS / "decisions" / "README.md").read_text("utf-8")
    assert reading.links(index) == records
    for row, name in zip(reading.rows(index), records, strict=True):
        title = (DOCS / "decisions" / name).read_text("utf-8").splitlines()[0]
        assert title == f"# {int(name[:4])}. {row[1]}", name


@pytest.mark.parametrize(
    ("folder", "kind"), [("signing", "py"), ("registry", "py"), ("site_templates/script", "js")]
)
def test_every_module_stands_in_the_architecture(folder: str, kind: str) -> None:
    chapter = reading.sections(text("architecture.md"), 2)[f"Modules of `{folder}/`"]
    below = (ROOT / folder).rglob(f"*.{kind}") if folder == "registry" else None
    paths = below or (ROOT / folder).glob(f"*.{kind}")
    modules = {path.name for path in paths if path.name != "__init__.py"}
    assert set(re.findall(rf"`([a-z0-9_]+\.{kind})`", chapter)) == modules


def test_the_table_of_verdicts_is_the_closed_set_in_its_order() -> None:
    table = reading.rows(reading.sections(text("verdicts.md"), 2)["Decision table"])
    assert [(row[0].strip("`"), row[1]) for row in table] == [
        (reason.value, reason.level.value) for reason in Reason
    ]


def test_the_answers_are_those_of_the_words() -> None:
    known = json.loads((ROOT / "site_templates" / "words" / "en.json").read_text("utf-8"))["answer"]
    table = reading.rows(reading.sections(text("verdicts.md"), 2)["Answers"])
    assert {row[0] for row in table} == {"issuer", "dates", "standing"}
    for question, listed in table:
        assert set(reading.words(listed)) == set(known[question]), question


def test_every_fault_of_a_published_object_has_its_word() -> None:
    chapter = reading.sections(text("formats.md"), 2)["10. Names of faults"]
    listed = [word for row in reading.rows(chapter) for word in reading.words(row[0])]
    # These are handed on as a variable: an integer out of range, named after its field.
    by_field = {"index", "lsp", "replaces"}
    assert sorted(listed) == sorted(
        reading.fault_codes(ROOT / "signing") - NOT_PUBLISHED | by_field
    )


def test_every_test_that_the_threats_name_is_there() -> None:
    named = re.findall(r"`(tests/[\w/.]+?)::([^`]+)`", text("threats.md"))
    for path, name in named:
        source = (ROOT / path).read_text("utf-8")
        start = f"def {name}(" if path.endswith(".py") else f'test("{name}'
        assert start in source, f"{path}::{name}"
    print(f"{len(set(named))} tests")
    assert len(set(named)) >= 35


def test_every_command_is_documented_and_none_invented() -> None:
    documented = reading.sections(text("cli.md"), 3)
    assert {name.strip("`") for name in documented} == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_documented_and_none_invented(name: str) -> None:
    section = reading.sections(text("cli.md"), 3)[f"`{name}`"]
    own = reading.options_of(COMMANDS[name]) - reading.EVERYWHERE
    assert reading.options(reading.fenced(section)[0]) == own
    common = reading.sections(text("cli.md"), 2)["Manners"]
    shared = {word for row in reading.rows(common) for word in reading.words(row[0])}
    table = [word for row in reading.rows(section) for word in reading.words(row[0])]
    described = {word for word in table if word.startswith("--")}
    assert described <= own <= described | shared


def test_the_columns_of_an_import_are_those_of_intake() -> None:
    table = reading.rows(reading.sections(text("cli.md"), 3)["`absah import`"])
    listed = [row for row in table if len(row) == 3]
    assert [
        ((*reading.words(row[0]), *reading.words(row[1])), row[2].startswith("required"))
        for row in listed
    ] == [(column.names, column.required) for column in COLUMNS]
    encodings = next(row for row in table if row[0] == "`--encoding`")
    assert reading.words(encodings[1]) == list(ENCODINGS)


def test_the_samples_are_those_of_the_demonstration(demonstration: Demonstration) -> None:
    section = reading.sections(text("cli.md"), 3)["`absah demo`"]
    names = [sample["name"] for sample in demonstration.samples]
    assert " ".join(names) in " ".join(section.split())


def test_the_json_of_a_verdict_has_the_documented_fields(
    demonstration: Demonstration, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = demonstration.workspace / "samples" / "valid.png"
    asked = ["--site", str(demonstration.public), "--state", str(tmp_path)]
    moment = ["--now", "2026-11-24T12:05:00+09:00"]
    assert main(["verify", str(image), *asked, *moment, "--json"]) == 0
    given = json.loads(capsys.readouterr().out)
    section = reading.sections(text("cli.md"), 3)["`absah verify`"]
    shown = json.loads(next(block for block in reading.fenced(section) if block.startswith("{")))
    for part in (None, "answers", "certificate"):
        one, two = (given[part], shown[part]) if part else (given, shown)
        assert list(one) == list(two)
    secret = ("input", "log_root", "certificate", "index")
    assert {k: v for k, v in given.items() if k not in secret}.items() <= shown.items()


def test_every_step_by_hand_does_what_it_shows(own: Demonstration, tmp_path: Path) -> None:
    tried = failed = 0
    for command, done in outcomes(text("verify-by-hand.md"), own.root, tmp_path / "place"):
        where = f"docs/verify-by-hand.md:{command.line}: $ {command.text}\n{done.printed}"
        assert done.code == command.exits, where
        assert matches(command.shown, done.printed), f"{where}\nshown:\n{command.shown}"
        tried, failed = tried + 1, failed + bool(command.exits)
    print(f"{tried} commands of docs/verify-by-hand.md, {failed} of them must fail")
    assert tried >= 50
    assert failed == 2


def test_the_steps_by_hand_see_a_forgery(own: Demonstration, tmp_path: Path) -> None:
    # The reader of the page would stop at the first of these steps; all of them must tell.
    wrong = {"signature-mismatch": "pkeyutl", "not-in-log": "cmp", "revoked": "state.py"}
    for name, step in wrong.items():
        markdown = text("verify-by-hand.md").replace("samples/valid.txt", f"samples/{name}.txt")
        ran = outcomes(markdown, own.root, tmp_path / f"place-{name}")
        told = [
            (command, done)
            for command, done in ran
            if done.code != command.exits or not matches(command.shown, done.printed)
        ]
        assert any(step in command.text for command, _ in told), (name, told)
