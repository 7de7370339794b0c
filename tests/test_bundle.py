"""The browser bundle: when it is built, with which Node, and what it consists of."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from site_templates import BUNDLE, FOLDER, GUIDE
from site_templates.hatch_build import (
    GUIDE_REQUIREMENT,
    NODE_REQUIREMENT,
    BundleError,
    BundleHook,
    Toolchain,
    build_bundle,
    ensure_bundle,
    ensure_guide,
    find_toolchain,
    guide_is_current,
    is_current,
    packages_installed,
    source_digest,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of site_templates/ without dist/, with the packages that the bundle needs."""
    copy = tmp_path / "site_templates"
    development = ("@types", "typescript", "@typescript", "tslib", "undici-types")
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("dist*", *development))
    return copy


@pytest.fixture
def tools() -> Toolchain:
    found = find_toolchain()
    assert found is not None
    return found


def fake_node(folder: Path, version: str) -> str:
    """A folder with a ``node`` that says it is of this version, and an ``npm``."""
    folder.mkdir()
    for name in ("node", "npm"):
        (folder / name).write_text(f"#!/bin/sh\necho {version}\n")
        (folder / name).chmod(0o755)
    return str(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_bundle_at_hand_is_current_and_complete() -> None:
    assert is_current(FOLDER)
    manifest = json.loads((BUNDLE / "manifest.json").read_text("utf-8"))
    assert {"app.js", "registry_page.js", "boot.js", "main.css"} <= manifest.keys()
    files = {entry["file"] for entry in manifest.values()}
    there = {path for path in (BUNDLE / "assets").rglob("*") if path.is_file()}
    assert files == {path.relative_to(BUNDLE).as_posix() for path in there}
    for entry in manifest.values():
        digest = hashlib.sha256((BUNDLE / entry["file"]).read_bytes()).digest()
        assert entry["integrity"] == f"sha256-{base64.b64encode(digest).decode()}"
        assert set(entry["imports"]) <= files
    assert manifest["boot.js"]["imports"] == []


def test_noble_is_loaded_only_when_it_is_needed() -> None:
    manifest = json.loads((BUNDLE / "manifest.json").read_text("utf-8"))
    app = manifest["app.js"]
    at_once = b"".join((BUNDLE / name).read_bytes() for name in (app["file"], *app["imports"]))
    everything = b"".join(path.read_bytes() for path in (BUNDLE / "assets").glob("*.js"))
    assert b"noble-ed25519" in everything
    assert b"noble-ed25519" not in at_once


def test_same_sources_give_the_same_bytes_elsewhere(folder: Path, tools: Toolchain) -> None:
    build_bundle(folder, tools)
    assert contents(folder / "dist") == contents(BUNDLE)
    assert not (folder / "dist.part").exists()


def test_changed_source_makes_the_bundle_stale(folder: Path, tools: Toolchain) -> None:
    assert not is_current(folder)
    build_bundle(folder, tools)
    assert is_current(folder)
    assert not ensure_bundle(folder)
    script = folder / "script" / "boot.js"
    script.write_bytes(script.read_bytes().replace(b"\n", b"\r\n"))
    assert is_current(folder), "line endings are no change"
    script.write_text('document.documentElement.dataset.changed = "yes";\n')
    assert not is_current(folder)
    assert ensure_bundle(folder)
    assert source_digest(folder) == (folder / "dist" / ".source-sha256").read_text().strip()


def test_failed_build_leaves_the_bundle_as_it_was(folder: Path, tools: Toolchain) -> None:
    build_bundle(folder, tools)
    before = contents(folder / "dist")
    (folder / "script" / "boot.js").write_text("this is no JavaScript\n")
    with pytest.raises(BundleError, match=r"could not be built: `node build\.mjs`"):
        ensure_bundle(folder)
    assert contents(folder / "dist") == before
    assert not is_current(folder)


def test_installed_wheel_has_no_sources_and_is_current(folder: Path, tools: Toolchain) -> None:
    build_bundle(folder, tools)
    shutil.rmtree(folder / "script")
    assert is_current(folder)
    (folder / "dist" / "manifest.json").unlink()
    assert not is_current(folder)


def test_other_pins_mean_another_install(folder: Path) -> None:
    assert packages_installed(folder)
    lock = folder / "package-lock.json"
    lock.write_text(lock.read_text("utf-8").replace("sha512-", "sha512-other"), "utf-8")
    assert not packages_installed(folder)
    shutil.rmtree(folder / "node_modules")
    assert not packages_installed(folder)


def test_node_must_be_new_enough(tmp_path: Path) -> None:
    old = fake_node(tmp_path / "old", "v18.20.4")
    new = fake_node(tmp_path / "new", "v20.19.0")
    assert find_toolchain(old) is None
    assert find_toolchain(str(tmp_path / "nothing")) is None
    expected = Toolchain(f"{new}/node", f"{new}/npm")
    assert find_toolchain(os.pathsep.join([old, new])) == expected


def test_node_without_npm_does_not_count(tmp_path: Path) -> None:
    alone = fake_node(tmp_path / "alone", "v24.0.0")
    Path(alone, "npm").unlink()
    assert find_toolchain(alone) is None


def hook(root: Path) -> BundleHook:
    """The hook as hatchling makes it for a project folder; it reads nothing but the folder."""
    made = BundleHook.__new__(BundleHook)
    made.__dict__["_BuildHookInterface__root"] = str(root)
    return made


def test_node_comes_from_the_registry_only_where_it_is_missing(
    folder: Path, tools: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hook(folder.parent).dependencies() == [GUIDE_REQUIREMENT]
    ensure_guide(folder)
    assert hook(folder.parent).dependencies() == []
    monkeypatch.setattr("site_templates.hatch_build.find_toolchain", lambda: None)
    assert hook(folder.parent).dependencies() == [NODE_REQUIREMENT]
    with pytest.raises(BundleError, match=r"no Node >= 20\.19 with npm found"):
        hook(folder.parent).initialize("standard", {})
    build_bundle(folder, tools)
    assert hook(folder.parent).dependencies() == []
    hook(folder.parent).initialize("standard", {})


def test_program_says_what_the_makefile_asks(folder: Path, tools: Toolchain) -> None:
    def ask(*question: str) -> tuple[int, str]:
        command = [sys.executable, str(folder / "hatch_build.py"), *question]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        return done.returncode, done.stdout

    assert ask("--current") == (1, "")
    assert ask("--node") == (0, f"{Path(tools.node).parent}\n")
    assert ask() == (0, "")
    assert ask("--current") == (0, "")


def test_the_guide_is_the_same_elsewhere_and_stale_when_a_word_changes(folder: Path) -> None:
    assert not guide_is_current(folder)
    ensure_guide(folder)
    assert contents(folder / "dist_guide") == contents(GUIDE)
    assert guide_is_current(folder)
    page = folder / "guide" / "ja" / "faq.md"
    page.write_bytes(page.read_bytes().replace(b"\n", b"\r\n"))
    assert guide_is_current(folder), "line endings are no change"
    page.write_text(page.read_text("utf-8") + "\n[?](nowhere.md)\n", "utf-8")
    before = contents(folder / "dist_guide")
    assert not guide_is_current(folder)
    with pytest.raises(BundleError, match="the guide could not be built"):
        ensure_guide(folder)
    assert contents(folder / "dist_guide") == before


def test_an_installed_wheel_needs_no_mkdocs(folder: Path) -> None:
    ensure_guide(folder)
    (folder / "guide_build.py").unlink()
    shutil.rmtree(folder / "guide")
    assert guide_is_current(folder)


def test_no_string_names_a_property_that_a_bundle_renames() -> None:
    source = (FOLDER / "build.mjs").read_text(encoding="utf-8")
    [listed] = re.findall(r"const OWN_NAMES = \(([^)]*)\)", source)
    names = " ".join(re.findall(r'"([^"]*)"', listed)).replace("  ", " ").split(" ")
    assert len(names) > 20
    scripts = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("script/*.js")}
    formats = (FOLDER.parent / "docs" / "formats.md").read_text(encoding="utf-8")
    for name in names:
        assert re.fullmatch("[a-z]+([A-Z][a-z]*)+", name), f"{name}: a format may use it"
        assert not re.search(rf"\b{name}\b", formats), name
        for script, text in scripts.items():
            code = re.sub(r"(?s)/\*.*?\*/", "", text)
            assert not re.search(rf"[\"'`]{name}[\"'`]", code), (script, name)
