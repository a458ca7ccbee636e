"""Each attack of attacks.toml ends as a sensible user expects: with nothing foreign changed, left or told."""

from pathlib import Path

import pytest

from helpers.attacks import (
    ATTACKS,
    FOREIGN,
    PRIVATE,
    RUNNABLE,
    Attack,
    Found,
    Step,
    World,
    look,
    matches,
    of_others,
    world,
)
from helpers.processes import Done

KINDS = {"setting", "file", "server", "signal"}


@pytest.mark.parametrize("name", RUNNABLE)
def test_an_attack_ends_as_expected(name: str, tmp_path: Path) -> None:
    """Its commands end as the row says; and what no attack may ever reach is as it was."""
    attack = RUNNABLE[name]
    with world(attack, tmp_path) as place:
        theirs, before, others = look(tmp_path / "theirs"), look(place.here), of_others(place)
        for row in attack.steps:
            step = Step(**row)
            sent = len(place.target.zadig.app.changes())
            ended(place, step, place.run(step), sent)
        assert look(tmp_path / "theirs") == theirs
        files_are_as_expected(place, attack, before)
        held = of_others(place)
        assert {key: held.get(key) for key in FOREIGN} == {key: others[key] for key in FOREIGN}
        left = {key for key in held if key not in FOREIGN}
        assert {key for key in left if not matches(key, place.fill(list(attack.left)))} == set()
        assert len(left) >= len(attack.left)
        assert attack.reached or place.target.elsewhere.visits == []


def ended(place: World, step: Step, done: Done, sent: int) -> None:
    """One command ended as its row says; it printed no secret, no traceback and nothing that steers."""
    assert done.code == step.exit, done.output
    assert [text for text in place.fill(list(step.says)) if text not in done.output] == [], done.output
    assert [text for text in place.fill(list(step.hides)) if text in done.output] == [], done.output
    assert "Traceback" not in done.output, done.output
    assert place.words["token"] not in done.output
    lines = [line for line in done.output.split("\n") if line.strip()]
    assert [line for line in lines if not line.isprintable() or line.startswith(("::", "##"))] == []
    if step.exit == 4:
        assert 1 <= len(lines) <= step.lines, done.output
        assert len(place.target.zadig.app.changes()) == sent


def files_are_as_expected(place: World, attack: Attack, before: dict[str, Found]) -> None:
    """New files are the run's own and private, planted ones as they were; none has the token."""
    after = look(place.here)
    changed = {path for path, found in before.items() if after.get(path) != found}
    assert {path for path in changed if not matches(path, attack.changed)} == set()
    new = {path: after[path] for path in after.keys() - before.keys()}
    own = ("run", "run/*", "runs", "runs/*", *attack.new)
    assert {path for path in new if not matches(path, own)} == set()
    assert {path: oct(mode) for path, (_, mode, _) in new.items() if mode & PRIVATE} == {}
    token = place.words["token"].encode()
    assert [path for path, (_, _, content) in after.items() if path not in before and token in content] == []


def test_there_are_attacks_of_all_kinds() -> None:
    """At least sixty, of which forty are run by their rows, settings, files, servers and signals among them."""
    assert len(ATTACKS) >= 60
    assert len(RUNNABLE) >= 40
    assert {kind for attack in ATTACKS.values() for kind in attack.kind.split(" × ")} == KINDS
    assert [name for name, attack in RUNNABLE.items() if not (attack.steps and attack.expects)] == []
