"""One request to a server that speaks the chat wire format of OpenAI, by the standard library alone.

What a client library would do beyond that is what must not happen here: follow a redirect with the key, read a proxy from the
environment, retry without end, hold an answer of any size. Nothing is sent over plain HTTP except to this machine itself.
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fuelbed.core.errors import FuelbedError
from fuelbed.core.hints import visible

__all__ = ["Endpoint", "Refused", "endpoint", "post"]

MAX_RESPONSE = 4_000_000  # bytes
TIMEOUT = 300.0  # seconds without a byte
DEADLINE = 900.0  # seconds for one answer
TRIES = 3
LONGEST_WAIT = 30.0  # seconds before a try
_LATER = (429, 500, 502, 503, 504)


class Refused(FuelbedError):
    """Why there is no answer, in one line; `status` is the server's, 0 where there was none."""

    def __init__(self, message: str, status: int = 0) -> None:
        self.status = status
        super().__init__(visible(message))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where requests go. `key` is in no `repr`."""

    scheme: str
    host: str
    port: int
    path: str
    key: str = ""

    def __repr__(self) -> str:
        return f"Endpoint({self})"

    def __str__(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{shown}:{self.port}{self.path}"


def endpoint(env: Mapping[str, str] = os.environ) -> Endpoint:
    """From OPENAI_BASE_URL and OPENAI_API_KEY. There is no default: nobody's text goes to a server that nobody named."""
    base, key = env.get("OPENAI_BASE_URL", "").strip(), env.get("OPENAI_API_KEY", "").strip()
    if not base:
        raise Refused(
            "say where the model is: OPENAI_BASE_URL=http://127.0.0.1:11434/v1, for example, and its key in OPENAI_API_KEY"
        )
    try:
        url = urlsplit(base)
        host, port = url.hostname or "", url.port
    except ValueError:
        raise Refused("OPENAI_BASE_URL is no address") from None
    if url.scheme not in ("http", "https") or not host or url.username is not None or url.query or url.fragment:
        raise Refused("OPENAI_BASE_URL is no plain address such as https://host/v1 (a key belongs into OPENAI_API_KEY)")
    if url.scheme == "http" and not _is_here(host):
        raise Refused(
            f"{host} would get text and key over plain HTTP: only this machine may. Use https, or a tunnel to 127.0.0.1"
        )
    if not all(c.isprintable() and c.isascii() for c in base + key):
        raise Refused("OPENAI_BASE_URL or OPENAI_API_KEY holds a character that has no place there")
    return Endpoint(
        url.scheme, host, port or (443 if url.scheme == "https" else 80), url.path.rstrip("/") + "/chat/completions", key
    )


def _is_here(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def post(to: Endpoint, body: Mapping[str, Any]) -> dict[str, Any]:
    """The server's JSON object. Raises `Refused`; a server that asks to come later is asked three times in all."""
    data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    for n in range(TRIES):
        status, headers, raw = _once(to, data)
        if status == 200:
            return _object(raw)
        if status not in _LATER or n == TRIES - 1:
            raise Refused(_why(to, status, headers, raw, n + 1), status)
        time.sleep(_wait(headers.get("retry-after", ""), n))
    raise AssertionError


def _wait(said: str, n: int) -> float:
    try:
        seconds = float(said)
    except ValueError:
        seconds = 2.0**n
    return min(max(seconds, 0.0), LONGEST_WAIT) if seconds == seconds else LONGEST_WAIT


def _once(to: Endpoint, data: bytes) -> tuple[int, dict[str, str], bytes]:
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    if to.key:
        headers["Authorization"] = f"Bearer {to.key}"
    end = time.monotonic() + DEADLINE
    connection: http.client.HTTPConnection
    if to.scheme == "https":
        connection = http.client.HTTPSConnection(to.host, to.port, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        connection = http.client.HTTPConnection(to.host, to.port, timeout=TIMEOUT)
    try:
        connection.request("POST", to.path, data, headers)
        response = connection.getresponse()
        if response.headers.get("content-encoding", "identity") != "identity":
            raise Refused(f"{to.host} sent a compressed answer, which was not asked for")
        return response.status, {k.lower(): v for k, v in response.headers.items()}, _read(to, response, end)
    except TimeoutError:
        raise Refused(f"{to.host} did not answer in time") from None
    except (OSError, http.client.HTTPException, ValueError) as e:
        raise Refused(f"{to.host} cannot be asked ({getattr(e, 'strerror', None) or e or type(e).__name__})") from None
    finally:
        connection.close()


def _read(to: Endpoint, response: http.client.HTTPResponse, end: float) -> bytes:
    parts, size = [], 0
    while piece := response.read1(65_536):
        size += len(piece)
        if size > MAX_RESPONSE:
            raise Refused(f"{to.host} sent more than {MAX_RESPONSE // 1_000_000} MB, and was cut off")
        if time.monotonic() > end:
            raise Refused(f"{to.host} did not finish its answer in time")
        parts.append(piece)
    return b"".join(parts)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused("the server's answer is no JSON") from None
    if not isinstance(value, dict):
        raise Refused("the server's answer is no JSON object")
    return value


def _why(to: Endpoint, status: int, headers: Mapping[str, str], raw: bytes, tries: int) -> str:
    """Status and the server's own words, without the key."""
    if 300 <= status < 400:
        target = urlsplit(headers.get("location", "")[:2000]).hostname or "somewhere else"
        return f"{to.host} sends on to {target}, which is not followed. Name that server in OPENAI_BASE_URL if you trust it"
    said: object = ""
    try:
        value = json.loads(raw)
        said = value["error"]["message"] if isinstance(value, dict) and isinstance(value.get("error"), dict) else ""
    except (ValueError, KeyError, RecursionError):
        pass
    words = " ".join(str(said).split())[:200]
    words = words.replace(to.key, "[key]") if to.key else words
    often = f", {tries} times" if tries > 1 else ""
    return f"{to.host} answered {status}{often}" + (f": {words}" if words else "")
