"""What the stand-in holds from the start: the page's sample project, and a second one that belongs to somebody else."""

from collections.abc import Mapping

PROJECT = "nginx"
OTHER_PROJECT = "other-project"
ENVIRONMENT = "qa"
SERVICE = "nginx"
SERVICE_MODULE = "nginx-test"
REPOSITORY = "nginx"
BRANCH = "main"

ENVIRONMENTS: Mapping[str, frozenset[str]] = dict.fromkeys((PROJECT, OTHER_PROJECT), frozenset({ENVIRONMENT}))
"""Project to the names of its environments. A project that is not a key here does not exist."""
VM_PROJECT = "machines"
"""A project for virtual machines, in which no custom workflow can be."""
PROJECT_TYPES: Mapping[str, str] = {**dict.fromkeys(ENVIRONMENTS, "k8s"), VM_PROJECT: "cloud_host"}
"""Project to its type, for custom workflows."""

BASIC, PROFESSIONAL, DOWN = "basic", "professional", "down"
LICENCES = (BASIC, PROFESSIONAL, DOWN)
"""What the licence service says to those who ask about custom workflows: an edition, or nothing at all."""
