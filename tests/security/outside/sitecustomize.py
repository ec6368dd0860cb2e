"""Ends a Python program that would leave this machine. With its folder first on PYTHONPATH, every program that a test
starts is watched: each try is one line in $CONNECTIONS_LOG, even where the program swallows the error.

pytest-socket does the same inside the test's own process; Chromium's requests are watched by `tests/browser/conftest`.
"""

import ipaddress
import os
import sys


def outside(event, arguments):
    """The address that an audited event would reach, if it isn't this machine."""
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if not isinstance(address, tuple):  # a unix socket
            return None
        host = address[0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return None
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "localhost"):
        return None
    try:
        return None if ipaddress.ip_address(str(host).split("%")[0]).is_loopback else host
    except ValueError:
        return None if event == "socket.connect" else host


def watch(log):
    def hook(event, arguments):
        if not event.startswith("socket."):
            return
        host = outside(event, arguments)
        if host is None or host in ("0.0.0.0", "::"):
            return
        with open(log, "a", encoding="utf-8") as lines:  # noqa: PTH123 - it runs before anything is imported
            lines.write(f"{os.getpid()} {event} {host} {' '.join(sys.argv)[:200]}\n")
        raise PermissionError(f"{event} to {host}: the security suite connects to nothing but loopback")

    sys.addaudithook(hook)


if os.environ.get("CONNECTIONS_LOG"):
    watch(os.environ["CONNECTIONS_LOG"])
