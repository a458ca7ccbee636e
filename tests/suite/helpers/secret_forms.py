"""Files of a user's own beside the cases, which have the token and say it wherever they can."""

LEAKY = """
import logging, os, sys, unittest, warnings
import allure, pytest
from contracts.pytest_plugin.hooks import SESSION

TOKEN = os.environ["ZADIG_TOKEN"]


@pytest.fixture(scope="session", autouse=True)
def whole_run(record_testsuite_property):
    record_testsuite_property("used", TOKEN)


def test_local_variable(request):
    token = request.config.stash[SESSION].settings.secret("token")
    header = {"Authorization": f"Bearer {token}"}
    print("printed", token)
    print("printed", token, file=sys.stderr)
    logging.getLogger("mine").warning("logged %s", token)
    assert header == {}


def test_error():
    raise RuntimeError(f"with {TOKEN} in it", {"and": TOKEN}, TOKEN.encode())


def test_cause():
    try:
        raise ValueError(TOKEN)
    except ValueError as error:
        raise RuntimeError("because of it") from error


def test_group():
    raise ExceptionGroup(f"with {TOKEN}", [ValueError(TOKEN), ExceptionGroup("deep", [KeyError(TOKEN)])])


def test_notes():
    error = RuntimeError("see its notes")
    error.add_note(f"noted {TOKEN}")
    raise error


def test_fail_without_a_trace():
    pytest.fail(f"failed with {TOKEN}", pytrace=False)


def test_says_a_command():
    pytest.fail(f"::add-mask::{TOKEN}\\n##vso[task.setvariable variable=x]{TOKEN}", pytrace=False)


def test_skip():
    pytest.skip(f"skipped for {TOKEN}")


@pytest.mark.skipif(True, reason=f"skipped for {TOKEN}")
def test_skipped_by_a_mark():
    pass


@pytest.mark.xfail(reason=f"expected of {TOKEN}")
def test_xfail():
    assert TOKEN == ""


def test_properties(record_property, record_xml_attribute):
    record_property("one", TOKEN)
    record_property(TOKEN, {"two": [TOKEN]})
    record_xml_attribute("assertions", TOKEN)
    raise AssertionError("see its properties")


def test_logged_exception(caplog):
    try:
        raise ValueError(f"logged {TOKEN}")
    except ValueError:
        logging.getLogger("mine").exception("what happened", stack_info=True)
    assert caplog.records == []


def test_warning():
    warnings.warn_explicit(f"warned of {TOKEN}", UserWarning, "mine.py", 1, module="mine")


@pytest.mark.parametrize("token", [TOKEN])
def test_parameter(token):
    assert not token


@allure.title(f"titled {TOKEN}")
@allure.description(f"described {TOKEN}")
@allure.label("labelled", TOKEN)
@allure.link(f"https://zadig.example/?token={TOKEN}")
def test_allure(tmp_path):
    (tmp_path / "file").write_text(TOKEN)
    allure.attach.file(str(tmp_path / "file"), name=f"file {TOKEN}")
    allure.attach(f"attached {TOKEN}", name=f"named {TOKEN}")
    allure.attach(b"\\xff" + TOKEN.encode(), name="bytes")
    allure.dynamic.parameter("token", TOKEN)
    with allure.step(f"step with {TOKEN}"):
        raise RuntimeError(TOKEN)
"""
UNREADABLE = """
import os

token = os.environ["ZADIG_TOKEN"]
print("printed while it is imported", token)
raise RuntimeError(f"while it is imported with {token}")
"""
BROKEN_CONFTEST = """
import os

raise RuntimeError(f"while it is imported with {os.environ['ZADIG_TOKEN']}")
"""
IN_A_HOOK = """
import os

def pytest_runtest_logfinish():
    token = os.environ["ZADIG_TOKEN"]
    raise RuntimeError(f"in a hook with {token}")
"""
_METHODS = {"connect": "connect", "send": "sendall", "read": "recv_into"}
FAULTS = [f"{layer}-{error}" for layer in _METHODS for error in ("RuntimeError", "KeyboardInterrupt")]
"""Where an exchange fails, and with what: neither is caught on the way up."""
_FAULTY = """
import socket
from contracts.http.exchange import Request
from contracts.pytest_plugin.hooks import SESSION

def test_faulty(request, monkeypatch):
    def fail(*_):
        raise ERROR("in the middle of an exchange")

    client = request.config.stash[SESSION].target.client
    monkeypatch.setattr(socket.socket, "METHOD", fail)
    client.send(Request("GET", "/workflow/workflow/find/x"))
    client.send(Request("GET", "/workflow/workflow/find/x"))
"""


def faulty(fault: str) -> str:
    """Return a test that sends a request which fails in that way."""
    layer, _, error = fault.partition("-")
    return _FAULTY.replace("METHOD", _METHODS[layer]).replace("ERROR", error)
