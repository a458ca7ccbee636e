"""What things are called in the OpenAPI description, where they are, and which operations follow each other."""

import re

import pytest
from openapi_spec_validator import validate

from contracts.catalog import release as catalog
from contracts.text.releases import of_release
from helpers.descriptions import OF_PRODUCTS, content, made_up, operations, references, resolved

each_release = pytest.mark.parametrize("release", catalog.releases())


@each_release
def test_every_schema_is_used_and_has_a_name_of_words(release: str) -> None:
    """Names are those of operation and answer. None ends with a number, as those that tools make up do."""
    whole = content(release)
    names = set(whole["components"]["schemas"])
    used = {reference.rpartition("/")[2] for reference in references(whole) if "/schemas/" in reference}
    assert used == names
    assert "CancelTaskNoSuchTaskResponse" in names
    for name in (*names, *whole["components"]["responses"]):
        assert re.fullmatch("([A-Z][A-Za-z0-9]*)?[A-Za-z]", name)


def test_further_answer_changes_no_other_name() -> None:
    """Whoever generated types finds them again."""
    before = made_up(("look", "POST /look", ("success", "error")))
    after = made_up(("an-eye", "GET /eye", ("success",)), ("look", "POST /look", ("error-6542", "error", "success")))
    names = {"LookRequest", "LookSuccessResponse", "LookErrorResponse", "InternalError"}
    assert set(before["components"]["schemas"]) == names
    assert set(after["components"]["schemas"]) >= {*names, "LookError6542Response"}


def test_names_that_would_be_the_same_are_told_apart() -> None:
    """No schema is lost because of another one's name."""
    whole = made_up(("a", "GET /a", ("b-c",)), ("a-b", "POST /b", ("c", "request")), ("ä", "GET /c", ("ö", "ü")))
    found = operations(whole)
    validate(whole)
    for name, answers in (("a", ["b-c"]), ("a-b", ["c", "request"]), ("ä", ["ö", "ü"])):
        leaves = [resolved(whole, reference) for reference in references(found[name]["responses"]["default"])]
        assert [[*leaf["properties"]] for leaf in leaves] == [[answer] for answer in answers]


@pytest.mark.parametrize("release", OF_PRODUCTS)
def test_operations_follow_each_other(release: str) -> None:
    """Create leads to start, and start to what takes its task; each link gives all that identifies these."""
    whole = content(release)
    found = operations(whole)
    links = {name: item["responses"]["200"].get("links", {}) for name, item in found.items()}
    assert {name: set(rows) for name, rows in links.items() if rows} == {
        "create-workflow": {"start-task"},
        "start-task": {"cancel-task", "restart-task"},
    }
    assert links["create-workflow"]["start-task"]["requestBody"]["workflow_name"] == "{$request.body#/name}"
    for target, link in links["start-task"].items():
        assert link["operationId"] == target
        assert link["parameters"] == {
            "path.id": "$response.body#/task_id",
            "path.pipeline": "$request.body#/workflow_name",
            "query.projectName": "$request.body#/product_tmpl_name",
        }
        known = {f"{row['in']}.{row['name']}" for row in found[target]["parameters"]}
        assert link["parameters"].keys() <= known


def test_links_are_those_of_the_binding() -> None:
    """Whatever an API calls its names and wherever it has them, its binding says it, and rows of releases first."""
    data = {
        "path": {"boat": "{name}", "ship": "{name}", "trip": "{id}"},
        "body": {"key": "{name}"},
        "calls": {"sail": {"body": {"key": "fast"}}},
        "roles": {"create": {"call": "build"}, "start": {"call": "sail", "id": "/id"}},
        "releases": {"9.8.0": {"roles": {"start": {"id": ["/trip", "/id"]}}}},
    }
    rows = (
        ("build", "POST /boats", ("success",)),
        ("moor", "POST /trips/:trip/of/:ship", ("success",)),
        ("sail", "POST /boats/:boat/trips", ("success",)),
        ("sink", "DELETE /boats/:ship/trips", ("success",)),
        ("stay", "POST /stay", ("success",)),
    )
    found = operations(made_up(*rows, **of_release(data, ("9.8.0", "9.9.0"))))
    links = {name: item["responses"]["default"].get("links") for name, item in found.items()}
    assert {name for name, row in links.items() if row} == {"build", "sail"}
    assert {target: link["parameters"] for target, link in links["build"].items()} == {
        "sail": {"path.boat": "$request.body#/key"},
        "sink": {"path.boat": "$request.body#/key"},
        "stay": {},
    }
    assert links["build"]["stay"]["requestBody"] == {"key": "{$request.body#/key}"}
    assert links["sail"]["moor"]["parameters"] == {
        "path.trip": "$response.body#/trip",
        "path.ship": "$request.path.boat",
    }


def test_paths_of_one_form_are_one_path() -> None:
    """Pages name a parameter of one path in several ways; in OpenAPI those would be two paths for one address."""
    whole = made_up(("look", "GET /boats/:name", ("success",)), ("sink", "DELETE /boats/:boatKey", ("success",)))
    validate(whole)
    assert {path: {*item} for path, item in whole["paths"].items()} == {"/boats/{name}": {"get", "delete"}}
    assert [row["name"] for item in operations(whole).values() for row in item["parameters"]] == ["name", "name"]


def test_prefix_is_for_the_paths_below_it_alone() -> None:
    """What a page documents at /openapi/ is asked for there, through the gateway too."""
    both = made_up(("find", "GET /openapi/boats", ("success",)), ("look", "GET /boats", ("success",)))
    validate(both)
    assert both["servers"][0]["url"] == "{scheme}://{host}{prefix}"
    assert "servers" not in both["paths"]["/boats"]
    (server,) = both["paths"]["/openapi/boats"]["servers"]
    assert server["url"] == "{scheme}://{host}"
    assert set(server["variables"]) == {"scheme", "host"}
    bare = made_up(("look", "GET /boats", ("success",)), address={"bare": ["/boats"]})
    assert bare["servers"] == [server]
    alone = made_up(("find", "GET /openapi/boats", ("success",)))
    assert alone["servers"] == [server]
    assert "servers" not in alone["paths"]["/openapi/boats"]
