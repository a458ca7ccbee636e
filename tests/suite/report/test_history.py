"""history.html: how runs went over time, on one page that is whole, small and harmless."""

import re
from base64 import b64encode
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contracts.__main__ import main
from contracts.report.history import history, render
from helpers.html_samples import Page
from helpers.verdicts import HOSTILE, LIVE, STAND_IN, case, verdict, write

FIRST = date(2026, 1, 1)


def told(day: int, *cases: dict[str, Any], **about: Any) -> dict[str, Any]:
    """Return the verdict of a run on a day after the first."""
    started = f"{FIRST + timedelta(days=day)}T10:00:00+00:00"
    base = about.pop("base", LIVE)
    return verdict(*cases, run=replace(base, started=started, id=f"run-{day}", **about))


def sequence(folder: Path, results: str, **about: Any) -> None:
    """Write a run a day, the result of whose one case is that of a letter; a dot is a run without the case."""
    words = {
        "h": "held",
        "k": "known",
        "B": "breach",
        "D": "drift",
        "X": "blocked",
        "u": "unreachable",
        "d": "disturbed",
    }
    for day, letter in enumerate(results):
        found = [case("a/1", words[letter])] if letter != "." else []
        write(folder / f"{day:03}{about.get('host', '')}", told(day, case("a/always"), *found, **about))


def run(folder: Path) -> Result:
    return CliRunner().invoke(main, ["history", str(folder)])


OTHER = {"en": "zh-CN", "zh-CN": "en"}


def page(folder: Path, lang: str = "en") -> Page:
    """Return the page of a folder as it shows in a language, after holding it against what every such page keeps."""
    html = render(history(folder))
    found = Page(re.sub(f'<span lang="{OTHER[lang]}">.*?</span>', "", html, flags=re.DOTALL))
    assert not {"link", "img", "iframe", "object", "base"} & {tag for tag, _ in found.tags}
    assert not [name for _, attributes in found.tags for name in attributes if name == "style" or name.startswith("on")]
    (policy,) = [tag["content"] for tag in found.all("meta") if tag.get("http-equiv") == "Content-Security-Policy"]
    for tag in ("style", "script"):
        (inline,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert f"{tag}-src 'sha256-{b64encode(sha256(inline.encode()).digest()).decode()}'" in policy
    return found


def test_runs_stand_in_the_order_of_time(tmp_path: Path) -> None:
    """Runs stand by when they started, whatever their folders are called; the newest comes first in the table."""
    for name, day in (("b", 2), ("a", 3), ("c", 1)):
        write(tmp_path / name, told(day, case()))
    assert [point.id for point in history(tmp_path).points] == ["run-1", "run-2", "run-3"]
    assert re.findall(r"run-\d", page(tmp_path).text.rpartition("The newest first.")[2]) == ["run-3", "run-2", "run-1"]


def test_a_start_in_another_zone(tmp_path: Path) -> None:
    """Times of start are compared and shown in UTC."""
    early, late = told(1, case()), told(1, case())
    early["run"] |= {"id": "early", "started": "2026-01-02T11:00:00+08:00"}
    write(tmp_path / "a", late)
    write(tmp_path / "b", early)
    assert [point.id for point in history(tmp_path).points] == ["early", "run-1"]
    assert "2026-01-02 03:00" in page(tmp_path).text


def test_a_run_is_linked_to_its_report(tmp_path: Path) -> None:
    """A run whose report is there is linked to it, however its folder is named; one without is not."""
    write(tmp_path / "one run #1", told(1, case()))
    (tmp_path / "one run #1" / "report.html").write_text("x", encoding="utf-8")
    write(tmp_path / ("n" * 200), told(2, case()))
    (tmp_path / ("n" * 200) / "report.html").write_text("x", encoding="utf-8")
    write(tmp_path / "two", told(3, case()))
    both = [f"{'n' * 200}/report.html", "one%20run%20%231/report.html"]
    assert page(tmp_path).links == both
    write(tmp_path / "two", told(0, case()))
    assert page(tmp_path).links == [both[0], *both]  # the newest one of a target stands at the top too


def test_each_target_has_its_own_trend(tmp_path: Path) -> None:
    """Runs on different targets and releases are not mixed; a stand-in's own port makes no target of its own."""
    write(tmp_path / "1", told(1, case()))
    write(tmp_path / "2", told(2, case(), release="1.8.0"))
    write(tmp_path / "3", told(3, case(), base=STAND_IN))
    write(tmp_path / "4", told(4, case(), base=STAND_IN, host="127.0.0.1:2"))
    text = "".join(page(tmp_path).parts)
    newest_first = [("stand-in (perfect)", "1.7.0"), ("zadig.example.com", "1.8.0"), ("zadig.example.com", "1.7.0")]
    assert re.findall(r"^(.*), release (\S+)$", text, re.MULTILINE) == newest_first
    assert re.findall(r"^(\S.*?)(1\.\d\.0)✔", text, re.MULTILINE)[:3] == newest_first
    assert text.count("this says nothing about a live Zadig") == 1


def test_verdicts_are_told_in_words(tmp_path: Path) -> None:
    """Each run's verdict is there in words beside its colour, and a leak is not lost."""
    write(tmp_path / "1", told(1, case()))
    write(tmp_path / "2", told(2, case("a/1", "breach")))
    write(tmp_path / "3", told(3, case("a/1", "blocked")))
    write(tmp_path / "4", told(4, case()) | {"exit": 7})
    text = page(tmp_path).text
    for word in ("✔ accepted", "✘ rejected", "? inconclusive", "✔ accepted, leaked"):
        assert word in text


def test_p95_of_each_operation_is_a_line(tmp_path: Path) -> None:
    for day, took in enumerate((0.1, 0.2, 0.4)):
        write(tmp_path / str(day), told(day, case("a/1", took=[took]), case("b/1", took=[took / 2])))
    found = render(history(tmp_path))
    assert re.findall(r'<polyline[^>]* points="([^"]*)"', found) == [
        "120.0,128.0 360.0,96.0 600.0,32.0",
        "120.0,144.0 360.0,128.0 600.0,96.0",
    ]
    scale = re.findall(r'<text x="-8" y="([0-9.]+)">([^<]*)', found)
    assert scale == [
        ("160.0", "0.0 ms"),
        ("120.0", "125.0 ms"),
        ("80.0", "250.0 ms"),
        ("40.0", "375.0 ms"),
        ("0.0", "500.0 ms"),
    ]
    days = re.findall(r'<text x="([0-9.]+)" y="178">([^<]*)', found)
    assert days == [("120.0", "2026-01-01"), ("360.0", "2026-01-02"), ("600.0", "2026-01-03")]
    assert re.search(r"</span> a <b>400\.0 ms</b>", found)
    assert re.search(r"</span> b <b>200\.0 ms</b>", found)


@pytest.mark.parametrize(
    ("results", "turns"),
    [
        pytest.param("hBh", 2, id="to-and-fro"),
        pytest.param("hDhB", 3, id="drift-and-breach"),
        pytest.param("hXhXh", 0, id="blocked-is-neither"),
        pytest.param("hXhD", 0, id="blocked-and-broken-once"),
        pytest.param("hhBB", 0, id="broken-once"),
        pytest.param("BBhh", 0, id="fixed-once"),
        pytest.param("hkhkh", 0, id="known-is-neither"),
        pytest.param("huhuh", 0, id="unreachable-is-neither"),
        pytest.param("h.B.h", 2, id="not-in-every-run"),
        pytest.param("BDXB", 0, id="wrong-in-many-ways"),
    ],
)
def test_flaky_cases(results: str, turns: int, tmp_path: Path) -> None:
    """A case is flaky where it changed between held and wrong more than once."""
    sequence(tmp_path, results)
    found = [(flaky.case, flaky.turns, flaky.sequence) for flaky in history(tmp_path).flaky]
    assert found == ([("a/1", turns, results.replace(".", ""))] if turns else [])
    assert (results.replace(".", "") in page(tmp_path).text) is bool(turns)


def test_a_flaky_case_leads_to_where_it_was_wrong_last(tmp_path: Path) -> None:
    sequence(tmp_path, "hBhBh")
    for folder in tmp_path.iterdir():
        (folder / "report.html").write_text("x", encoding="utf-8")
    assert "003/report.html#q=a%2F1" in page(tmp_path).links


def test_the_page_speaks_both_languages(tmp_path: Path) -> None:
    """All that is said is there in Chinese too, whoever wrote the page."""
    sequence(tmp_path, "hBhd")
    text = page(tmp_path, "zh-CN").text
    names = r"Zadig contract: runs over time|zadig\.example\.com|regression|run-\d|p95|UTC|ms|English|all"
    listed = text.partition("n 未执行")  # the letters of results are said in words before them
    assert not re.findall(r"[A-Za-z]{2,}", re.sub(names, "", listed[0] + listed[2].replace("hBh", "")))
    assert "不稳定的用例" in text


def test_another_target_is_another_matter(tmp_path: Path) -> None:
    """A case that holds on one target and not on another is not flaky."""
    sequence(tmp_path, "hhh", host="one.example.com")
    sequence(tmp_path, "BBB", host="two.example.com")
    assert history(tmp_path).flaky == []


def test_what_cannot_be_read_is_listed(tmp_path: Path) -> None:
    """A folder that cannot be read is named on the page and in the terminal, and the rest is shown."""
    write(tmp_path / "good", told(1, case()))
    write(tmp_path / "changed", told(1, case()) | {"cases": 1})
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut" / "verdict.json").write_text("{", encoding="utf-8")
    broken = told(1, case())
    broken["run"]["started"] = "yesterday"
    write(tmp_path / "undated", broken)
    (tmp_path / "empty").mkdir()
    done = run(tmp_path)
    assert done.exit_code == 0
    assert done.output.count("not read: ") == 3
    assert (tmp_path / "history.html").is_file()
    text = page(tmp_path).text
    assert "1 run." in text
    assert "3 folders could not be read." in text


def test_the_command_prints_the_path(tmp_path: Path) -> None:
    write(tmp_path / "run", told(1, case()))
    done = run(tmp_path)
    assert (done.exit_code, done.output) == (0, f"{tmp_path}/history.html\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["history.html", "run"]


def test_nothing_to_show(tmp_path: Path) -> None:
    """A folder without runs is exit code 4 and one line, and no page is written."""
    for folder in (tmp_path, tmp_path / "nope"):
        done = run(folder)
        assert (done.exit_code, len(done.output.splitlines())) == (4, 1)
    assert list(tmp_path.iterdir()) == []


def test_five_hundred_runs(tmp_path: Path) -> None:
    """Of many runs the newest 200 are shown, the rest counted, and the page stays below a megabyte."""
    cases = [case(f"{operation}/1") for operation in ("cancel-task", "create-workflow", "restart-task", "start-task")]
    for day in range(500):
        write(tmp_path / f"{day:03}", told(day, *cases))
    found = history(tmp_path)
    assert (len(found.points), found.older) == (200, 300)
    assert found.points[-1].id == "run-499"
    said = render(found)
    assert len(said.encode()) < 1_000_000
    assert "200 runs, the newest; 300 older not shown." in page(tmp_path).text


def test_a_hostile_server_does_nothing(tmp_path: Path) -> None:
    """What a server or a folder is called makes no tag, link or script, and long texts are cut."""
    for day, result in enumerate(("held", "breach", "held")):
        data = told(day, case("a/" + HOSTILE.replace("\n", " ") * 1_000, result), host="x", release="y")
        for name in ("id", "host", "release"):
            data["run"][name] = HOSTILE * 1_000
        for row in data["latency"]:
            row["call"] = HOSTILE * 1_000
        write(tmp_path / f"<script>'\"&{day}", data)
    found = page(tmp_path)
    assert found.links == []
    assert "<script>alert(1)</script>" in found.text
    assert len(render(history(tmp_path))) < 30_000
    assert "\x1b" not in found.text
    assert "\u202e" not in found.text


def test_the_page_asks_for_nothing(tmp_path: Path) -> None:
    """The page names no other address, and its policy would not let it load one."""
    write(tmp_path / "run", told(1, case()))
    said = render(history(tmp_path))
    assert "default-src 'none'" in said
    assert not re.search(r"https?://|url\(|@import", said)
    assert "prefers-color-scheme: dark" in said
