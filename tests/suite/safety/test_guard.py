"""The guard lets nothing be changed but what this run made."""

import json
from dataclasses import replace
from urllib.parse import quote

import pytest

from contracts.catalog.binding import Role
from contracts.catalog.release import load
from contracts.http.exchange import Exchange, Failure
from contracts.safety.guard import Guard, RefusedError
from contracts.safety.journal import Journal, left_late
from helpers.journal_fixtures import (
    CHINESE,
    FOREIGN,
    OWN,
    PROJECT,
    RELEASE,
    TASKS,
    WORKFLOWS,
    create,
    raw,
    request,
    start,
    task,
)

ALLOWED = [
    pytest.param("POST", WORKFLOWS, create(), id="create"),
    pytest.param("POST", WORKFLOWS, create(product_tmpl_name="other-project"), id="create-in-the-other-project"),
    pytest.param("POST", WORKFLOWS, create(name=CHINESE), id="create-with-chinese-name"),
    pytest.param("POST", WORKFLOWS, create(build_stage={"modules": [{"name": FOREIGN}]}), id="create-inner-name"),
    pytest.param("POST", WORKFLOWS, raw('{"name": "OWN", "enabled": '), id="create-cut-off"),
    pytest.param("POST", WORKFLOWS, create() + " and more", id="create-with-text-behind"),
    pytest.param("POST", WORKFLOWS, "", id="create-with-empty-body"),
    pytest.param("POST", WORKFLOWS, "[]", id="create-with-array"),
    pytest.param("POST", WORKFLOWS, "null", id="create-with-null"),
    pytest.param("POST", WORKFLOWS + "/", create(), id="create-with-trailing-slash"),
    pytest.param("PATCH", WORKFLOWS, create(), id="create-by-wrong-method"),
    pytest.param("POST", TASKS, start(), id="start"),
    pytest.param("POST", TASKS, start(product_tmpl_name=f"no-{OWN}"), id="start-in-a-project-that-cannot-be-there"),
    pytest.param("POST", TASKS, "", id="start-with-empty-body"),
    pytest.param("POST", f"{TASKS}/{OWN}", "", id="start-by-path"),
    pytest.param("DELETE", task(OWN), None, id="cancel"),
    pytest.param("DELETE", task(quote(CHINESE, safe="")), None, id="cancel-percent-encoded"),
    pytest.param("DELETE", task("%7Act-run-main-1"), None, id="cancel-needlessly-encoded"),
    pytest.param("DELETE", task(OWN, ""), None, id="cancel-with-empty-id"),
    pytest.param("DELETE", task(OWN, "1.5"), None, id="cancel-with-broken-id"),
    pytest.param("DELETE", task(OWN, "%EF%BC%91"), None, id="cancel-with-full-width-id"),
    pytest.param("DELETE", task(f"{OWN}%2Fx"), None, id="cancel-with-slash-behind-own-name"),
    pytest.param("POST", task(OWN) + "/restart", None, id="restart"),
    pytest.param("POST", task(OWN) + "/restart/", None, id="restart-with-trailing-slash"),
    pytest.param("DELETE", f"{WORKFLOWS}/{OWN}", None, id="delete"),
    pytest.param("DELETE", f"/workflow/no-such-path/{OWN}", None, id="unknown-path"),
    pytest.param("POST", f"/no-such{WORKFLOWS}", create(), id="unknown-path-with-own-body"),
]


@pytest.mark.parametrize(("method", "path", "body"), ALLOWED)
def test_own_things_may_be_changed(guard: Guard, method: str, path: str, body: str | None) -> None:
    """A change of what this run made goes through, in whatever form."""
    guard(request(method, path, body))


REFUSED = [
    # another's name
    pytest.param("POST", WORKFLOWS, create(name=FOREIGN), id="create-foreign"),
    pytest.param("POST", TASKS, start(workflow_name=FOREIGN), id="start-foreign"),
    pytest.param("POST", f"{TASKS}/{FOREIGN}", "", id="start-foreign-by-path"),
    pytest.param("DELETE", task(FOREIGN), None, id="cancel-foreign"),
    pytest.param("POST", task(FOREIGN) + "/restart", None, id="restart-foreign"),
    pytest.param("DELETE", f"{WORKFLOWS}/{FOREIGN}", None, id="delete-foreign"),
    pytest.param("DELETE", f"{WORKFLOWS}/zct-another-run-main-1", None, id="delete-of-another-run"),
    pytest.param("DELETE", f"{WORKFLOWS}/{OWN.upper()}", None, id="delete-other-case"),
    pytest.param("DELETE", f"{WORKFLOWS}/{OWN}0", None, id="delete-longer-name"),
    pytest.param("DELETE", f"{WORKFLOWS}/workflow", None, id="delete-named-as-a-part-of-the-path"),
    # two names
    pytest.param("POST", TASKS, start(name=FOREIGN), id="own-workflow-name-and-foreign-name"),
    pytest.param("POST", WORKFLOWS, create(workflow_name=FOREIGN), id="own-name-and-foreign-workflow-name"),
    pytest.param("POST", TASKS, raw('{"workflow_name":"OWN","workflow_name":"FOREIGN"}'), id="key-twice"),
    pytest.param("POST", TASKS, raw('{"workflow_name":"FOREIGN","workflow_name":"OWN"}'), id="key-twice-first"),
    pytest.param("POST", TASKS, raw('{"workflow_name":"OWN","Workflow_Name":"FOREIGN"}'), id="key-in-other-case"),
    pytest.param("POST", TASKS, raw('{"workflow_name":"OWN","wor\u212aflow_name":"FOREIGN"}'), id="key-folded"),
    pytest.param("POST", TASKS, raw('{"workflow_name":"OWN","workflow\\u005fname":"FOREIGN"}'), id="key-escaped"),
    pytest.param("DELETE", f"{WORKFLOWS}/{FOREIGN}", create(), id="foreign-path-own-body"),
    pytest.param("DELETE", f"{WORKFLOWS}/{OWN}", create(name=FOREIGN), id="own-path-foreign-body"),
    pytest.param("DELETE", f"{WORKFLOWS}/{FOREIGN}/pipelines/{OWN}", None, id="own-name-behind-foreign"),
    pytest.param("DELETE", f"/workflow/no-such-path/{FOREIGN}/{OWN}", None, id="unknown-path-with-foreign"),
    # bodies that only some readers understand
    pytest.param("POST", TASKS, start(workflow_name=FOREIGN) + " x", id="foreign-with-text-behind"),
    pytest.param("POST", TASKS, start() + start(workflow_name=FOREIGN), id="foreign-in-a-second-value"),
    pytest.param("POST", TASKS, "\ufeff" + start(workflow_name=FOREIGN), id="foreign-behind-a-byte-order-mark"),
    pytest.param("POST", TASKS, b'{"x":"\xff","workflow_name":"%s"}' % FOREIGN.encode(), id="foreign-not-utf-8"),
    pytest.param("POST", TASKS, raw('{"x":HUGE,"workflow_name":"FOREIGN"}'), id="foreign-huge-number"),
    pytest.param("POST", TASKS, raw('{"x":"\t","workflow_name":"FOREIGN"}'), id="foreign-with-a-raw-tab"),
    pytest.param("POST", TASKS, raw('{"workflow_name": "FOREIGN", "targets": ['), id="foreign-cut-off"),
    pytest.param("POST", TASKS, raw('{x: 1, "workflow_name": "FOREIGN"}'), id="foreign-in-no-json"),
    pytest.param("POST", TASKS, "[" * 9999 + raw('{"workflow_name": "FOREIGN"}'), id="foreign-deep-down"),
    pytest.param("POST", TASKS, f"[{start(workflow_name=FOREIGN)}]", id="foreign-in-an-array"),
    pytest.param("POST", TASKS, start(workflow_name=[OWN, FOREIGN]), id="names-in-an-array"),
    pytest.param("POST", TASKS, start(workflow_name={"name": OWN}), id="name-in-an-object"),
    pytest.param("POST", TASKS, start(workflow_name=7), id="name-is-a-number"),
    # no name
    pytest.param("POST", TASKS, "{}", id="start-nothing"),
    pytest.param("POST", TASKS, start(workflow_name=None), id="start-null"),
    pytest.param("POST", TASKS, start(workflow_name=""), id="start-empty-name"),
    pytest.param("DELETE", task(""), None, id="cancel-empty-name"),
    pytest.param("POST", WORKFLOWS, "{}", id="create-nothing"),
    pytest.param("POST", WORKFLOWS, create(name=""), id="create-empty-name"),
    pytest.param("POST", WORKFLOWS, create(name=f"{OWN}/x"), id="create-name-with-slash"),
    pytest.param("post", WORKFLOWS, create(name=f"{OWN}/x"), id="slash-method-in-small-letters"),
    pytest.param("POST", WORKFLOWS, "\ufeff" + create(name=f"{OWN}/x"), id="slash-behind-a-byte-order-mark"),
    pytest.param("POST", WORKFLOWS, create(name=f"{OWN}/x", x="TAB").replace("TAB", "\t"), id="slash-with-a-raw-tab"),
    pytest.param("POST", WORKFLOWS, raw(create(name=f"{OWN}/x", x=0)[:-2] + "HUGE}"), id="slash-huge-number"),
    pytest.param("POST", WORKFLOWS, create(name=None), id="create-null-name"),
    pytest.param("POST", WORKFLOWS, create(name=[OWN]), id="create-name-in-an-array"),
    # other projects
    pytest.param("POST", WORKFLOWS, create(product_tmpl_name="billing"), id="create-in-a-foreign-project"),
    pytest.param("POST", WORKFLOWS, json.dumps({"name": OWN}), id="create-in-no-project"),
    pytest.param("POST", WORKFLOWS + "/", create(product_tmpl_name="billing"), id="foreign-project-trailing-slash"),
    pytest.param("post", WORKFLOWS, create(product_tmpl_name="billing"), id="foreign-project-method-in-small-letters"),
    pytest.param("POST", WORKFLOWS, create(Product_Tmpl_Name="billing"), id="foreign-project-key-in-other-case"),
    pytest.param("POST", TASKS, start(product_tmpl_name="billing"), id="start-in-a-foreign-project"),
    # paths that can be read in several ways, or that nobody needs
    pytest.param("DELETE", f"{WORKFLOWS}/{FOREIGN}#/pipelines/{OWN}", None, id="fragment"),
    pytest.param("DELETE", f"{WORKFLOWS}/{FOREIGN}?x=/pipelines/{OWN}", None, id="query-in-the-path"),
    pytest.param("DELETE", f"{WORKFLOWS}/x/../{OWN}", None, id="dots"),
    pytest.param("DELETE", f"{WORKFLOWS}/%2e%2e/{OWN}", None, id="dots-encoded"),
    pytest.param("DELETE", f"{TASKS}/id/%252e%252e/pipelines/{OWN}", None, id="dots-encoded-twice"),
    pytest.param("DELETE", f"{WORKFLOWS}/.", None, id="one-dot"),
    pytest.param("DELETE", task(OWN, f"1%2Fpipelines%2F{FOREIGN}"), None, id="slash-in-the-id"),
    pytest.param("DELETE", task(OWN, f"1%252Fpipelines%252F{FOREIGN}"), None, id="slash-in-the-id-encoded-twice"),
    pytest.param("DELETE", f"{WORKFLOWS}/{FOREIGN}%2F{OWN}", None, id="slash-before-own-name"),
    pytest.param("DELETE", f"{WORKFLOWS}%2F{FOREIGN}", create(), id="slash-encoded-own-body"),
    pytest.param("DELETE", f"{WORKFLOWS}/{OWN}%2F..%2F{FOREIGN}", None, id="dots-behind-own-name"),
    pytest.param("DELETE", f"/workflow/%77orkflow/{FOREIGN}", create(), id="known-word-encoded"),
    pytest.param("DELETE", f"{WORKFLOWS}//{FOREIGN}", create(), id="double-slash"),
    pytest.param("DELETE", f"{WORKFLOWS}\\{FOREIGN}", create(), id="backslash"),
    pytest.param("DELETE", f"{WORKFLOWS}/{FOREIGN}\n", create(), id="line-break"),
    pytest.param("DELETE", f"/project/products/{FOREIGN}", None, id="another-part-of-zadig"),
    pytest.param("PUT", "/environment/environments/nginx", create(), id="another-part-own-body"),
    pytest.param("BREW", task(FOREIGN), None, id="unknown-method-foreign"),
    pytest.param("PUT", WORKFLOWS, create(name=FOREIGN), id="update-foreign"),
]


@pytest.mark.parametrize(("method", "path", "body"), REFUSED)
def test_all_else_is_refused(guard: Guard, journal: Journal, method: str, path: str, body: str | None) -> None:
    """A change that could hit what this run did not make, or last for ever, does not go out and is not journaled."""
    before = journal.path.read_bytes()
    with pytest.raises(RefusedError) as refused:
        guard(request(method, path, body))
    assert "\n" not in str(refused.value).replace(path, "")
    assert journal.path.read_bytes() == before


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(create(name=""), id="empty-name"),
        pytest.param(create(name=f"{OWN}/x"), id="name-with-slash"),
        pytest.param(create(product_tmpl_name="nowhere"), id="no-such-project"),
    ],
)
def test_a_stand_in_gets_what_lasts_for_ever(journal: Journal, body: str) -> None:
    """What could never be removed from a live target may be sent to a stand-in."""
    Guard(journal, {PROJECT}, RELEASE, stand_in=True)(request("POST", WORKFLOWS, body))


def test_what_is_gone_may_not_be_changed(guard: Guard, journal: Journal) -> None:
    journal.close(OWN)
    with pytest.raises(RefusedError, match=OWN):
        guard(request("DELETE", f"{WORKFLOWS}/{OWN}", None))


@pytest.mark.parametrize(
    ("kind", "status", "sent", "live", "stand_in"),
    [
        pytest.param(None, 200, True, False, False, id="answered"),
        pytest.param(None, 500, True, False, False, id="crashed"),
        pytest.param("refused", None, False, False, False, id="never-sent"),
        pytest.param("deadline", None, False, False, False, id="never-connected"),
        pytest.param("deadline", None, True, True, True, id="deadline"),
        pytest.param("no-answer", None, True, True, False, id="cut"),
        pytest.param("garbled", 200, True, True, False, id="garbled"),
        pytest.param("too-large", 200, True, True, False, id="too-large"),
        pytest.param("refused", None, True, True, False, id="tls-broke"),
        *(pytest.param(None, status, True, True, False, id=str(status)) for status in (408, 502, 503, 504)),
    ],
)
def test_which_requests_a_server_may_still_be_at_work_on(
    journal: Journal, kind: str | None, status: int | None, sent: bool, live: bool, stand_in: bool
) -> None:
    """Where the answer never came; a stand-in does at once what it is asked for, unless something holds it back."""
    failure = Failure(kind, "") if kind else None
    for is_stand_in, late in ((False, live), (True, stand_in)):
        guard = Guard(journal, {PROJECT}, RELEASE, stand_in=is_stand_in)
        for body in (create(), start()):
            made = request("POST", WORKFLOWS if body == create() else TASKS, body)
            hears = guard(made)
            assert hears is not None
            hears(Exchange(made, "", status, failure=failure, sent=sent))
        assert (OWN in left_late(journal.path)) == late
        journal.close(OWN)
        journal.open(OWN, PROJECT)


def test_a_late_delete_makes_nothing(guard: Guard, journal: Journal) -> None:
    assert guard(request("DELETE", f"{WORKFLOWS}/{OWN}", None)) is None
    assert left_late(journal.path) == {}


YAML = "/flows"
_FLOW = replace(RELEASE.operations["create-workflow"], name="create-flow", path=YAML)
_USUAL = RELEASE.binding.usual
YAML_RELEASE = replace(
    RELEASE,
    operations={_FLOW.name: _FLOW},
    support={},
    binding=replace(
        RELEASE.binding,
        roles={"create": Role("create", _FLOW.name)},
        calls={
            _FLOW.name: replace(
                _USUAL, query={"flow": "{name}"}, body={**_USUAL.body, "/meta/label": "{name}"}, yaml=True
            )
        },
    ),
)
"""A release whose create reads YAML, and takes a name from its query and from deep in its body too."""
PLAIN = "product_tmpl_name: nginx\n"
YAML_ALLOWED = [
    pytest.param(f"name: {OWN}\n{PLAIN}", {}, id="plain"),
    pytest.param(f'"name": "{OWN}"\n{PLAIN}stages:\n  - id: 1\n', {}, id="quoted"),
    pytest.param(f"name: {OWN}\n{PLAIN}stages:\n- name: one\n  jobs:\n  - name: two\n", {}, id="names-of-parts"),
    pytest.param(create(), {}, id="json"),
    pytest.param(create(meta={"label": OWN}), {"flow": OWN}, id="json-deep-and-query"),
]
YAML_REFUSED = [
    pytest.param(f"name: {FOREIGN}\n{PLAIN}", {}, id="foreign"),
    pytest.param(f"name: {OWN}\nname: {FOREIGN}\n{PLAIN}", {}, id="twice"),
    pytest.param(f"{create()}\nname: {FOREIGN}\n", {}, id="behind-json"),
    pytest.param(f"name: {OWN}\r name: {FOREIGN}\n{PLAIN}", {}, id="behind-another-line-end"),
    pytest.param(f"x: &a {FOREIGN}\nname: *a\n{PLAIN}", {}, id="anchor-and-alias"),
    pytest.param(f"x: &a {{name: {FOREIGN}}}\n<<: *a\n{PLAIN}", {}, id="merge"),
    pytest.param(f"!!str name: {FOREIGN}\n{PLAIN}", {}, id="tag"),
    pytest.param(f"? name\n: {FOREIGN}\n{PLAIN}", {}, id="key-on-a-line-of-its-own"),
    pytest.param(f"name: |\n  {FOREIGN}\n{PLAIN}", {}, id="block"),
    pytest.param(f"name:\n  {FOREIGN}\n{PLAIN}", {}, id="value-on-the-next-line"),
    pytest.param(f"name: {OWN}\n  more\n{PLAIN}", {}, id="value-of-two-lines"),
    pytest.param(f'"na\\u006de": {FOREIGN}\n{PLAIN}', {}, id="escaped-key"),
    pytest.param(f"--- \nname: {OWN}\n---\nname: {FOREIGN}\n", {}, id="two-documents"),
    pytest.param(f"{{name: {FOREIGN}, product_tmpl_name: nginx}}", {}, id="in-braces"),
    pytest.param(f"name: {OWN}\nproduct_tmpl_name: billing\n", {}, id="foreign-project"),
    pytest.param(f"name: {OWN}\n", {}, id="no-project"),
    pytest.param(f"name: {OWN}/x\n{PLAIN}", {}, id="slash"),
    pytest.param("name: ~\n" + PLAIN, {}, id="null"),
    pytest.param(f"name: {OWN}\n{PLAIN}", {"flow": FOREIGN}, id="foreign-in-the-query"),
    pytest.param(f"name: {OWN}\n{PLAIN}", {"Flow": FOREIGN}, id="foreign-in-the-query-in-other-case"),
    pytest.param(create(meta={"label": FOREIGN}), {}, id="foreign-deep-in-the-body"),
    pytest.param(f"name: {OWN}\n{PLAIN}meta:\n  label: {FOREIGN}\n", {}, id="foreign-deep-in-yaml"),
    pytest.param(f"name: {OWN}\n{PLAIN}x: 1\n  name: {FOREIGN}\n", {}, id="below-what-holds-nothing"),
    pytest.param(f"  name: {OWN}\n  x:\n  name: {FOREIGN}\n  product_tmpl_name: nginx\n", {}, id="all-of-it-indented"),
    pytest.param(create(meta=[{"LABEL": FOREIGN}]), {}, id="foreign-deep-in-another-case"),
]


def yaml_guard(journal: Journal) -> Guard:
    return Guard(journal, {PROJECT}, YAML_RELEASE, stand_in=False)


@pytest.mark.parametrize(("body", "query"), YAML_ALLOWED)
def test_own_things_may_be_changed_by_yaml(journal: Journal, body: str, query: dict[str, str]) -> None:
    """Where the binding says that a body is YAML, plain YAML and JSON go through."""
    yaml_guard(journal)(replace(request("POST", YAML, body), query=query))


@pytest.mark.parametrize(("body", "query"), YAML_REFUSED)
def test_all_else_in_yaml_is_refused(journal: Journal, body: str, query: dict[str, str]) -> None:
    """What names another's workflow, or could be read so, does not go out; a query and what stands deep count too."""
    with pytest.raises(RefusedError):
        yaml_guard(journal)(replace(request("POST", YAML, body), query=query))


def test_a_stand_in_takes_yaml_that_could_hide_a_name(journal: Journal) -> None:
    """There is nothing of anybody's on it; what plainly names another's workflow does not go out there either."""
    guard = Guard(journal, {PROJECT}, YAML_RELEASE, stand_in=True)
    assert guard(request("POST", YAML, f"x: &a {FOREIGN}\nname: *a\n{PLAIN}")) is None
    with pytest.raises(RefusedError):
        guard(request("POST", YAML, f"name: {FOREIGN}\n{PLAIN}"))


FIXED = "/openapi/workflows/custom/task"
STARTS = json.dumps({"workflow_key": OWN, "project_key": PROJECT})


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        pytest.param("POST", FIXED, True, id="start"),
        pytest.param("PATCH", FIXED, True, id="no-method-of-the-path"),
        pytest.param("PUT", FIXED, False, id="update-of-a-workflow-called-task"),
        pytest.param("PUT", f"/openapi/workflows/custom/{OWN}", True, id="update"),
        pytest.param("PUT", f"/openapi/workflows/custom/{FOREIGN}", False, id="update-of-another"),
    ],
)
def test_a_fixed_path_goes_before_one_with_a_name(journal: Journal, method: str, path: str, allowed: bool) -> None:
    """As servers read it: what stands in a name's place is none, unless the method is that of the call with a name."""
    guard = Guard(journal, {PROJECT}, load("5.0.0"), stand_in=False)
    if allowed:
        guard(request(method, path, STARTS))
    else:
        with pytest.raises(RefusedError):
            guard(request(method, path, STARTS))
