"""Four implementations of Ed25519 give one answer through our code, on every known edge."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from signing import keys
from signing.reasons import Malformed
from site_templates.hatch_build import find_toolchain
from tests.foreign import ed25519_cases
from tests.foreign.ed25519_cases import FAILS, HOLDS, REFUSED, SignatureCase

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NOBLE = "/site_templates/node_modules/@noble"
PAGE = f"""<!doctype html><title>Ed25519</title><script type="importmap">{{"imports": {{
"@noble/ed25519": "{NOBLE}/ed25519/index.js", "@noble/hashes/": "{NOBLE}/hashes/"}}}}</script>"""


@pytest.fixture(scope="module")
def cases() -> list[SignatureCase]:
    return ed25519_cases.every()


def differing(cases: list[SignatureCase], found: list[str]) -> list[tuple[str, str, str]]:
    assert len(found) == len(cases)
    return [
        (case.name, case.answer, answer)
        for case, answer in zip(cases, found, strict=True)
        if answer != case.answer
    ]


def test_the_seeds_of_rfc_8032_make_its_signatures() -> None:
    for texts in ed25519_cases.RFC_8032:
        seed, x, message, signature = map(bytes.fromhex, texts)
        key = keys.PrivateKey.from_seed(seed)
        assert (key.public, key.sign(message)) == (x, signature)


def test_there_are_cases_of_every_kind(cases: list[SignatureCase]) -> None:
    counts = Counter(case.answer for case in cases)
    kinds = Counter(case.name.split()[0] for case in cases)
    print(f"\n{len(cases)} signatures: {dict(counts)}; {dict(kinds)}")
    assert kinds["wycheproof"] >= 140
    assert kinds["torsion"] == 384
    assert counts[HOLDS] > 100
    assert counts[REFUSED] > 100
    assert counts[FAILS] > 1_000


@pytest.mark.parametrize("library", [keys.verify_libsodium, keys.verify_openssl])
def test_python(cases: list[SignatureCase], library: Callable[[bytes, bytes, bytes], bool]) -> None:
    found = []
    for case in cases:
        try:
            found.append(HOLDS if library(case.x, case.message, case.signature) else FAILS)
        except Malformed:
            found.append(REFUSED)
    assert differing(cases, found) == []


def check(cases: list[SignatureCase], found: Any) -> None:
    assert found["native"], "WebCrypto has no Ed25519 here: nothing of it was tested"
    for engine in ("webcrypto", "noble"):
        assert differing(cases, found[engine]) == [], engine


def test_node(cases: list[SignatureCase], tmp_path: Path) -> None:
    tools = find_toolchain()
    assert tools is not None, "Node is missing"
    path = tmp_path / "cases.json"
    path.write_text(ed25519_cases.as_json(cases), "ascii")
    done = subprocess.run(
        [tools.node, HERE / "ed25519.mjs", path], capture_output=True, text=True, check=True
    )
    check(cases, json.loads(done.stdout))


@pytest.fixture
def page(browser: Browser) -> Iterator[Any]:
    with browser.new_context() as context:
        opened = context.new_page()
        opened.route("**/*", _from_disk)
        opened.goto("http://localhost/")
        yield opened


def _from_disk(route: Route) -> None:
    """The modules as they stand in the sources; the only host that answers is this function."""
    path = route.request.url.removeprefix("http://localhost")
    if path == "/":
        route.fulfill(body=PAGE, content_type="text/html")
    else:
        route.fulfill(body=(ROOT / path[1:]).read_bytes(), content_type="text/javascript")


@pytest.mark.browser
def test_chromium(cases: list[SignatureCase], page: Any) -> None:
    page.set_default_timeout(300_000)
    script = """async (cases) => {
      const { answers } = await import("/tests/foreign/ed25519_answers.js");
      return answers(cases, "/site_templates/script");
    }"""
    check(cases, page.evaluate(script, json.loads(ed25519_cases.as_json(cases))))
