"""The doctor explains why a target cannot be reached: nobody listens, or TLS says no."""

import socket
import time
from collections.abc import Iterator

import pytest

from contracts.settings.settings import load
from helpers.certificates import Certificates, make
from helpers.doctor_helpers import (
    examined,
    tokenlike,
    zadig_fixture,  # noqa: F401 - a fixture
)
from helpers.live import Live
from helpers.raw_server import answer, serving

pytestmark = pytest.mark.usefixtures("bare")


@pytest.fixture
def closed() -> Iterator[str]:
    """The address of a port where nobody listens, and nobody else can."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_target_that_does_not_answer_is_unreachable(closed: str) -> None:
    code, found = examined(load({"base_url": closed, "token": tokenlike(uid="u", exp=time.time() + 9e6)}))
    assert code == 6
    assert "is unreachable: Connection refused" in found["address"]["finding"]
    assert found["token"]["status"] == "ok"
    assert "project" not in found


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates of this run."""
    return make(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize(
    ("kind", "finding", "advice"),
    [
        ("expired", "the server's certificate has expired", "renewed"),
        ("wrong-host", "the server's certificate is for another host", "--base-url"),
        ("self-signed", "of a CA that is not trusted here", "--ca-file"),
        ("unknown-ca", "of a CA that is not trusted here", "--ca-file"),
    ],
)
def test_a_bad_certificate_is_explained(certificates: Certificates, kind: str, finding: str, advice: str) -> None:
    with serving(lambda visit: visit.say(answer()), tls=certificates.servers[kind]) as server:
        url = server.url.replace("http:", "https:")
        code, found = examined(load({"base_url": url, "ca_file": str(certificates.ca_file)}))
    assert code == 6
    assert finding in found["tls"]["finding"]
    assert advice in found["tls"]["advice"]


def test_https_at_a_port_of_plain_http_is_explained(zadig: Live) -> None:
    code, found = examined(load({"base_url": zadig.url.replace("http:", "https:")}))
    assert code == 6
    assert "speaks plain http" in found["tls"]["finding"]


def test_plain_http_at_a_port_of_https_is_explained(certificates: Certificates) -> None:
    with serving(lambda visit: visit.say(answer()), tls=certificates.servers["good"]) as server:
        code, found = examined(load({"base_url": server.url}))
    assert code == 6
    assert "speaks https" in found["tls"]["finding"]
    assert found["tls"]["advice"] == "write https:// in --base-url"


def test_a_good_certificate_is_accepted(certificates: Certificates) -> None:
    with serving(lambda visit: visit.say(answer()), tls=certificates.servers["good"]) as server:
        url = server.url.replace("http:", "https:")
        _, found = examined(load({"base_url": url, "ca_file": str(certificates.ca_file)}))
    assert (found["tls"]["status"], found["tls"]["finding"]) == ("ok", "the certificate is accepted")
