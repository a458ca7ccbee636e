"""Reads the address of a server or proxy."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_HOST = re.compile(r"(\[[0-9A-Fa-f:.%]+\w*\]|\w([\w.-]*\w)?\.?)(:\d+)?", re.ASCII)


def address(value: str, advice: str) -> SplitResult:
    """Return the parts of an http or https URL.

    Raises ValueError with what is wrong and `advice`; the URL is not shown, it may hold a password.
    """
    if any(not 33 <= ord(c) < 127 or c == "\\" for c in value):
        raise ValueError(f"has a space, a line break or a character that no URL may hold; {advice}")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError(f"has a broken host or port; {advice}") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"has no scheme http or https; {advice}")
    if not parts.hostname:
        raise ValueError(f"has no host; {advice}")
    if port == 0 or not _HOST.fullmatch(parts.netloc.rpartition("@")[2]):
        raise ValueError(f"has a broken host or port; {advice}")
    return parts


def is_loopback(url: str) -> bool:
    """Whether a URL's host is this machine, by its name or address."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
