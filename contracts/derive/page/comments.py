"""HTML comments of a page, which no reader of it sees."""

from collections.abc import Sequence

from contracts.derive.page.blocks import FENCE
from contracts.derive.page.findings import Note
from contracts.derive.page.request import is_request


def without_comments(lines: Sequence[str], note: Note) -> list[str]:
    """Return as many lines without their comments; those of fences stay. A comment over several lines is a finding."""
    out: list[str] = []
    fence, hidden = "", False
    last = max((at for at, line in enumerate(lines) if "-->" in line), default=-1)
    for at, line in enumerate(lines):
        marker = None if hidden else FENCE.match(line)
        if marker and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else marker[1]
        if hidden and is_request(line):
            note("request-in-comment", at + 1)
        if fence or (not hidden and "<!--" not in line):
            out.append(line)
            continue
        kept: list[str] = []
        position = 0
        while position < len(line):
            if hidden:
                end = line.find("-->", position)
                hidden = end < 0
                position = len(line) if hidden else end + 3
                continue
            start = line.find("<!--", position)
            kept.append(line[position : start if start >= 0 else len(line)])
            if start < 0:
                break
            hidden = True
            position = start + 4
            if line.find("-->", position) < 0:
                if at >= last:
                    hidden = False
                    note("comment-not-closed", at + 1)
                else:
                    note("comment-not-read", at + 1)
                break
        out.append("".join(kept))
    return out
