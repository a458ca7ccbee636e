"""`explain`: what a case, a result and an exit code mean, in both languages."""

import pytest
from click.testing import CliRunner

from contracts.__main__ import main
from contracts.case.outcome import Result
from contracts.catalog.cases import cases
from contracts.catalog.release import releases
from contracts.i18n.translate import word


def explained(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["explain", *words])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    "name", [*map(str, Result), *map(str, range(8)), "leak", "accepted", "rejected", "inconclusive"]
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_word_and_exit_code_is_explained(name: str, lang: str) -> None:
    """In one line of the language; what a report in Chinese calls it is understood too."""
    code, output = explained(name, "--lang", lang)
    assert (code, len(output.splitlines())) == (0, 1)
    assert output.isascii() == (lang == "en")
    assert explained(word("zh", name), "--lang", lang) == (code, output)


@pytest.mark.parametrize("release", releases())
def test_a_case_says_what_it_promises(release: str) -> None:
    """The status expected, and the lines of the page or the source it is from."""
    for case in cases(release)[::40]:
        code, output = explained(case.id, "--release", release)
        assert code == 0
        assert f"HTTP {case.answer.status}, {case.answer.name}" in output
        assert case.answer.basis in output


def test_a_case_told_step_by_step_is_explained() -> None:
    assert explained("flows/one-life")[0] == 0


def test_what_is_not_there_names_what_is_near() -> None:
    for name, says in {
        "create-workflow/duplicat": "did you mean 'create-workflow/duplicate'",
        "brech": "did you mean 'breach'",
        "acepted": "did you mean 'accepted'",
        "9": "exit codes are 0, 1, 2, 3, 4, 5, 6, 7",
        "是": "a case is written like",
    }.items():
        code, output = explained(name)
        assert (code, says in output) == (4, True), output
