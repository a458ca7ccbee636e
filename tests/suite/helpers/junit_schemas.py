"""What two schemas of JUnit files have in common: junit-10.xsd of Jenkins' xUnit plugin, Surefire's test report 3.0.

Written by hand from what each of them says; neither file is here, as no package has it. What holds here, holds there.
"""

import re
from xml.etree import ElementTree as ET

COUNTS = ("tests", "failures", "errors", "skipped")
ALLOWED = {
    "testsuite": {"name", "time", *COUNTS},
    "testcase": {"name", "classname", "time"},
    "property": {"name", "value"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": {"message"},
}
"""Attributes that both schemas allow."""
NEEDED = {
    "testsuite": {"name", *COUNTS},
    "testcase": {"name", "time"},
    "property": {"name", "value"},
    "failure": {"type"},
    "error": {"type"},
}
"""Attributes that one of them requires."""
WITHIN = {"testsuite": ("properties", "testcase"), "properties": ("property",)}
WITHIN["testcase"] = ("failure", "skipped", "error", "system-out")
"""What may stand in an element, in this order, as the stricter of both has it."""
TIME = re.compile(r"\d*(\.\d{0,3})?")


def valid(element: ET.Element) -> None:
    """Hold an element, and what is in it, against what both schemas have in common."""
    tag, names = element.tag, [child.tag for child in element]
    assert NEEDED.get(tag, set()) <= element.attrib.keys() <= ALLOWED.get(tag, set())
    assert set(names) <= set(WITHIN.get(tag, ()))
    assert names == sorted(names, key=WITHIN.get(tag, ()).index)
    assert tag != "testcase" or len(names) <= 1
    assert TIME.fullmatch(element.attrib.get("time", ""))
    for child in element:
        valid(child)
