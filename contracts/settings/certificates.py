"""The files of certificates that settings name: whether they can be used, before anybody is connected to."""

from pathlib import Path

from contracts.text import files
from contracts.text.errors import unreadable
from contracts.text.message import Message, msg


def unusable(ca_file: Path | None, client_cert: Path | None, client_key: Path | None) -> tuple[str, Message] | None:
    """Return the setting whose file cannot be used, and why; None where all can."""
    named = {"ca_file": ca_file, "client_cert": client_cert, "client_key": client_key}
    for name, path in named.items():
        if path is None:
            continue
        if not path.is_file():
            return name, msg("no such file: {path}", path)
        try:
            files.opened(path, files.CERTIFICATES).close()
        except OSError as error:
            return name, unreadable(path, error)
    if ca_file is None and client_cert is None:
        return None
    import ssl  # long to load, and seldom needed

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for name, path in {"ca_file": ca_file, "client_cert": client_cert}.items():
        try:
            context.load_verify_locations(path) if path else None
        except ssl.SSLError:
            return name, msg("no certificate in PEM format in {path}", path)
    try:
        if client_cert is not None:
            context.load_cert_chain(client_cert, client_key, password=lambda: b"")  # else it asks the terminal
    except ssl.SSLError:
        odd = "no key in {path} that belongs to the certificate and is not encrypted"
        return "client_key" if client_key else "client_cert", msg(odd, client_key or client_cert)
    return None
