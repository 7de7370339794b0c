"""Firefox ESR and WebKitGTK without a window, driven as the standards say: BiDi and WebDriver.

One small interface for both: go to an address, get the value of an expression, close. Nothing that
they ask for reaches a network: whatever is not on this machine goes to a :class:`Sink`.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

from websockets.sync.client import connect

PATIENCE = 60
"""Seconds for one answer of a browser on a busy machine."""
PACKAGES = {
    "firefox": {"firefox-esr": "firefox-esr"},
    "webkit": {"WebKitWebDriver": "webkit2gtk-driver", "Xvfb": "xvfb"},
}
"""What an engine needs: program and the Debian package that brings it."""
QUIET = {
    "app.update.disabledForTesting": True,
    "browser.safebrowsing.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "intl.accept_languages": "ja",
    "media.gmp-manager.updateEnabled": False,
    "media.navigator.streams.fake": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.type": 1,
    "services.settings.server": "data:,",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
"""Settings of Firefox: nothing of its own over the network, a proxy for all else, a fake camera."""
ALLOWED, REFUSED = 1, 2
"""What a person has answered to every page that asks for the camera, as Firefox keeps it."""
OWN = re.compile(r"(?:\w+\.)*(?:mozilla\.(?:com|net|org)|safebrowsing\.googleapis\.com):443")
"""What Firefox asks for whatever page it shows: a page's policy never lets it name one of them."""


_MINI_BROWSER = ["--automation", "--enable-mock-capture-devices=true"]
"""Its cameras are made up; under automation it lets every page have one."""
_A4 = {"width": 21.0, "height": 29.7}
_NONE = dict.fromkeys(("top", "bottom", "left", "right"), 0)
"""Centimetres, as WebDriver says them."""


class EngineError(Exception):
    """A browser did not do what it was told; the text is its own."""


class Engine(Protocol):
    """A page in a browser."""

    home: Path
    """Its user's folder, which is new; what it downloads comes somewhere into it."""

    def open(self, address: str) -> None:
        """Go to an address and wait until it is loaded."""

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, once its promise is kept. EngineError."""

    def choose(self, selector: str, files: Sequence[Path]) -> None:
        """Choose files in a field, as a person does."""

    def printed(self) -> bytes:
        """The page as a PDF, in the size that its styles ask for."""


class Sink:
    """Takes what goes to other hosts, as a proxy, and reports of broken policies."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        """The addresses of other hosts that were asked for."""
        self.reports: list[dict[str, Any]] = []
        handler = type("Handler", (_Handler,), {"sink": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    sink: Sink

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/policy":
            self.sink.reports.append(json.loads(data)["csp-report"])
            self.send_response(HTTPStatus.NO_CONTENT)
            self.end_headers()
        else:
            self.do_GET()

    def do_GET(self) -> None:
        if not OWN.fullmatch(self.path):
            self.sink.asked.append(self.path)
        body = b'<!doctype html><link rel="icon" href="data:,">'  # else browsers ask for one, later
        self.send_response(HTTPStatus.BAD_GATEWAY)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_CONNECT(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *_args: object) -> None:
        """Nothing is printed."""


def missing(name: str) -> list[str]:
    """The packages that an engine lacks on this machine."""
    return [package for program, package in PACKAGES[name].items() if not shutil.which(program)]


@contextmanager
def launched(name: str, sink: Sink) -> Iterator[Engine]:
    """A browser with an empty profile and a fake camera. EngineError: it did not start."""
    start: dict[str, Callable[[ExitStack, Sink], Engine]] = {"firefox": Firefox, "webkit": WebKit}
    with ExitStack() as stack:
        yield start[name](stack, sink)


def _run(stack: ExitStack, command: list[str], **options: Any) -> subprocess.Popen[str]:
    """A program that is ended with the stack."""
    process = subprocess.Popen(command, text=True, **options)
    stack.callback(process.wait, PATIENCE)
    stack.callback(process.terminate)
    return process


class Firefox:
    """Firefox by WebDriver BiDi, which it speaks itself."""

    def __init__(self, stack: ExitStack, sink: Sink, camera: int = ALLOWED) -> None:
        profile = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        self.home = profile
        ports = {f"network.proxy.{kind}_port": sink.port for kind in ("http", "ssl")}
        hosts = {f"network.proxy.{kind}": "127.0.0.1" for kind in ("http", "ssl")}
        lines = [
            f"user_pref({json.dumps(k)}, {json.dumps(v)});\n"
            for k, v in (QUIET | ports | hosts | {"permissions.default.camera": camera}).items()
        ]
        (profile / "user.js").write_text("".join(lines), encoding="ascii")
        command = ["firefox-esr", "--headless", "--no-remote", "--profile", str(profile)]
        environment = {**os.environ, "HOME": str(profile), "MOZ_REMOTE_SETTINGS_DEVTOOLS": "1"}
        command += ["--remote-debugging-port", "0"]
        _run(stack, command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        place = json.loads(_written(profile / "WebDriverBiDiServer.json"))
        address = f"ws://{place['ws_host']}:{place['ws_port']}"
        self.socket = stack.enter_context(connect(f"{address}/session", max_size=None))
        self.number = 0
        self._call("session.new", capabilities={})
        [tree] = self._call("browsingContext.getTree")["contexts"]
        self.context = tree["context"]

    def open(self, address: str) -> None:
        """Go to an address and wait until it is loaded."""
        self._call("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, once its promise is kept. EngineError."""
        done = self._call(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then((value) => JSON.stringify(value))",
            target={"context": self.context},
            awaitPromise=True,
        )
        if done["type"] != "success":
            raise EngineError(done["exceptionDetails"]["text"])
        return json.loads(done["result"].get("value", "null"))

    def choose(self, selector: str, files: Sequence[Path]) -> None:
        """Choose files in a field, as a person does."""
        locator = {"type": "css", "value": selector}
        found = self._call("browsingContext.locateNodes", context=self.context, locator=locator)
        element = {"sharedId": found["nodes"][0]["sharedId"]}
        names = [str(file) for file in files]
        self._call("input.setFiles", context=self.context, element=element, files=names)

    def printed(self) -> bytes:
        """The page as a PDF, in the size that its styles ask for."""
        done = self._call("browsingContext.print", context=self.context, page=_A4, margin=_NONE)
        return base64.b64decode(done["data"])

    def _call(self, method: str, **parameters: Any) -> Any:
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self.socket.recv(timeout=PATIENCE))
            if told.get("id") == self.number:
                if told["type"] == "error":
                    raise EngineError(f"{told['error']}: {told['message']}")
                return told["result"]


class WebKit:
    """WebKitGTK's MiniBrowser by WebDriver, on a screen that nobody sees."""

    def __init__(self, stack: ExitStack, sink: Sink) -> None:
        read, write = os.pipe()
        screen = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x1024x24"]
        _run(stack, [*screen, "-nolisten", "tcp"], pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as told:
            display = told.readline().strip()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.home = Path(
            stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        )
        # Nobody looks, so nothing is to be composed.
        own = {"NO_AT_BRIDGE": "1", "WEBKIT_DISABLE_COMPOSITING_MODE": "1"}
        environment = {**os.environ, **own, "DISPLAY": f":{display}", "HOME": str(self.home)}
        command = ["WebKitWebDriver", "-p", str(port)]
        _run(stack, command, env=environment, stderr=subprocess.DEVNULL)
        self.session = f"http://127.0.0.1:{port}/session"
        elsewhere = f"127.0.0.1:{sink.port}"
        proxy = {"proxyType": "manual", "httpProxy": elsewhere, "sslProxy": elsewhere}
        wanted = {
            "proxy": {**proxy, "noProxy": ["127.0.0.1"]},
            "webkitgtk:browserOptions": {"args": _MINI_BROWSER},
        }
        made = self._first({"capabilities": {"alwaysMatch": wanted}})
        self.session += f"/{made['sessionId']}"
        stack.callback(self._call, "DELETE", "")

    def open(self, address: str) -> None:
        """Go to an address and wait until it is loaded."""
        self._call("POST", "/url", {"url": address})

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, once its promise is kept. EngineError."""
        script = (
            f"const done = arguments[0]; Promise.resolve({expression}).then("
            "(value) => done([JSON.stringify(value) ?? 'null']), (error) => done(String(error)))"
        )
        told = self._call("POST", "/execute/async", {"script": script, "args": []})
        if not isinstance(told, list):
            raise EngineError(told)
        return json.loads(told[0])

    def choose(self, selector: str, files: Sequence[Path]) -> None:
        """Choose files in a field, as a person does."""
        found = self._call("POST", "/element", {"using": "css selector", "value": selector})
        [element] = found.values()
        text = "\n".join(str(file) for file in files)
        self._call("POST", f"/element/{element}/value", {"text": text})

    def printed(self) -> bytes:
        """The page as a PDF, in the size that its styles ask for."""
        done = self._call("POST", "/print", {"page": _A4, "margin": _NONE})
        return base64.b64decode(done)

    def _first(self, body: dict[str, Any]) -> Any:
        """The first call, which waits for the driver to listen."""
        for _ in range(200):
            try:
                return self._call("POST", "", body)
            except ConnectionError:
                time.sleep(0.05)
        raise EngineError("WebKitWebDriver does not answer")

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.session + path, data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise EngineError(error.read().decode()) from error
        except urllib.error.URLError as error:
            raise error.reason if isinstance(error.reason, OSError) else error from error


def _written(path: Path) -> str:
    """What stands in a file, once a program that has just started has written it."""
    for _ in range(PATIENCE * 20):
        text = path.read_text("utf-8") if path.is_file() else ""
        if text.endswith("}"):
            return text
        time.sleep(0.05)
    raise EngineError(f"it did not write {path.name}")
