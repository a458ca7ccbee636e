"""Writes the expectations of the deriver's tests again: `python -m tests.suite.derive.expectations`.

What it changed is to be read before it is committed: it stores whatever the deriver says.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.suite.derive.test_derive_forms import PAGES, content_of, derived
from tests.suite.derive.test_derive_texts import SCENES, TOLD, said


def main() -> None:
    """Write every expectation."""
    for name, page in PAGES.items():
        text = json.dumps(content_of(derived(name)), indent=1, sort_keys=True, ensure_ascii=False)
        page.with_suffix(".json").write_text(f"{text}\n", encoding="utf-8")
    for scene in SCENES:
        with TemporaryDirectory() as folder:
            (TOLD / "expected" / f"{scene}.txt").write_bytes(said(scene, Path(folder)).encode())


if __name__ == "__main__":
    main()
