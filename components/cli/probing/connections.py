"""Connects to addresses with TCP, TLS or HTTP. Only the given addresses are contacted.

This file is also a program that needs only the standard library: `probe --in-cluster` sends it to a
Pod. It reads targets as JSON from its first argument and prints one result per line, as JSON.
"""

import json
import socket
import ssl
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

Target = dict[str, Any]
"""`address`, `port`, `kind` (`tcp`, `tls`, `http`, `https`); for TLS `server_name` (empty: the name
is not compared) and `ca` (a PEM text); for HTTP `path` and `host`."""
Result = dict[str, Any]
"""`ok`, `reason`, the milliseconds of each step in `ms`; `status` and `expires` if available."""

_ENDS = b"\r\n"
_MOST_HEAD = 65536
_SERVER_ERROR = 500


def probe_all(
    targets: Iterable[Target], timeout: float, at_once: int
) -> Iterator[tuple[int, Result]]:
    """Yield the index and result of each target, as they arrive.

    Args:
        targets: The targets to connect to.
        timeout: The timeout of each step of a connection, in seconds.
        at_once: The maximum of parallel connections.
    """
    with ThreadPoolExecutor(at_once) as pool:
        running = {
            pool.submit(probe, target, timeout): place for place, target in enumerate(targets)
        }
        for done in as_completed(running):
            yield running[done], done.result()


def probe(target: Target, timeout: float) -> Result:
    """Connect to one target and return the result."""
    ms: dict[str, float] = {}
    result: Result = {"ok": False, "reason": "", "ms": ms}
    started = time.monotonic()
    try:
        with socket.create_connection((target["address"], target["port"]), timeout) as plain:
            started = _took(ms, "connect", started)
            if target["kind"] in ("tls", "https"):
                with _context(target).wrap_socket(
                    plain, server_hostname=target.get("server_name") or None
                ) as secured:
                    started = _took(ms, "tls", started)
                    result["expires"] = _expires(secured)
                    _request(target, secured, result)
                    started = _took(ms, "http", started) if "status" in result else started
            else:
                _request(target, plain, result)
                started = _took(ms, "http", started) if "status" in result else started
    except ssl.SSLCertVerificationError as error:
        result["reason"] = f"certificate: {error.verify_message}"
    except ssl.SSLError as error:
        result["reason"] = f"TLS: {(error.reason or str(error)).replace('_', ' ').lower()}"
    except TimeoutError:
        result["reason"] = f"no answer within {timeout:g} s"
    except OSError as error:
        result["reason"] = (error.strerror or str(error)).lower()
    else:
        result["ok"] = result.get("status", 0) < _SERVER_ERROR
        if not result["ok"]:
            result["reason"] = f"HTTP status {result['status']}"
    return result


def _took(ms: dict[str, float], step: str, started: float) -> float:
    now = time.monotonic()
    ms[step] = round((now - started) * 1000, 1)
    return now


def _context(target: Target) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=target.get("ca") or None)
    context.check_hostname = bool(target.get("server_name"))
    return context


def _expires(secured: ssl.SSLSocket) -> float:
    """Return when the certificate expires, in seconds since the epoch."""
    certificate: Any = secured.getpeercert() or {}
    return float(ssl.cert_time_to_seconds(certificate["notAfter"]))


def _request(target: Target, connection: socket.socket, result: Result) -> None:
    """Send an HTTP request if the target asks for one; redirects are not followed."""
    if target["kind"] not in ("http", "https"):
        return
    address = target["address"]
    host = target.get("host") or (f"[{address}]" if ":" in address else address)
    head = f"GET {target.get('path') or '/'} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    connection.sendall(head.encode("ascii", "replace"))
    answer = b""
    while _ENDS not in answer and len(answer) < _MOST_HEAD:
        piece = connection.recv(4096)
        if not piece:
            break
        answer += piece
    version, _, rest = answer.split(_ENDS)[0].partition(b" ")
    code = rest[:3]
    if not version.startswith(b"HTTP/") or not code.isdigit():
        raise OSError("the answer is not HTTP")
    result["status"] = int(code)


def main() -> None:
    """Probe the targets of the first argument."""
    given = json.loads(sys.argv[1])
    for place, result in probe_all(given["targets"], given["timeout"], given["at_once"]):
        print(json.dumps([place, result]), flush=True)


if __name__ == "__main__":
    main()
