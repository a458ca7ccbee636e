"""Reads the address of a server or proxy."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from contracts.text.errors import InputError
from contracts.text.message import Message

_HOST = re.compile(r"(\[[0-9A-Fa-f:.%]+\w*\]|\w([\w.-]*\w)?\.?)(:\d+)?", re.ASCII)


def address(value: str, advice: Message) -> SplitResult:
    """Return the parts of an http or https URL.

    Raises InputError with what is wrong and `advice`; the URL is not shown, it may hold a password.
    """
    if any(not 33 <= ord(c) < 127 or c == "\\" for c in value):
        raise InputError("has a space, a line break or a character that is not allowed in a URL; {advice}", advice)
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise InputError("has an invalid host or port; {advice}", advice) from None
    if parts.scheme not in ("http", "https"):
        raise InputError("does not begin with http:// or https://; {advice}", advice)
    if not parts.hostname:
        raise InputError("has no host; {advice}", advice)
    if port == 0 or not _HOST.fullmatch(parts.netloc.rpartition("@")[2]):
        raise InputError("has an invalid host or port; {advice}", advice)
    return parts


def is_loopback(url: str) -> bool:
    """Whether a URL's host is this machine, by its name or address."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
