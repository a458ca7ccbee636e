"""The checks of a workflow's definition, in the server's order: the first that fails answers."""

import re
from collections.abc import Mapping
from typing import Any

from contracts.standin import seed
from contracts.standin.custom import release
from contracts.standin.custom.world import World
from contracts.standin.defects import Defect
from contracts.standin.errors import MESSAGES, NO_DOCUMENTS, PanicError, UncodedError, ZadigError

JOB_NAME = "^[a-z一-龥][a-z0-9一-龥-]{0,31}$"
_KEY = re.compile(r"[A-Za-z0-9-]+")
JOB_TYPES = frozenset(
    {
        *("freestyle", "plugin", "zadig-build", "zadig-deploy", "zadig-test", "zadig-scanning"),
        *("zadig-distribute-image", "custom-deploy", "zadig-helm-chart-deploy", "sql", "tapd", "jira", "notification"),
    }
)
"""The types of jobs that every release has."""
PAID_JOB = "zadig-distribute-image"
"""The job of the page's sample without which 2.3 and 3.0 take it unlicensed; which one it really is was not seen."""
SERVED_TYPES = ("k8s", "helm")
"""The types of projects that custom workflows can be in."""
APPROVAL_TYPES = ("native", "lark", "dingtalk")
UNLICENSED_LIMITS = (-1, 1)
"""Values of `concurrency_limit` that the basic edition takes."""


def refusal(world: World, description: str) -> ZadigError:
    """Return the error of a definition that is not valid, in the release's own code."""
    return ZadigError(6545 if world.has(release.CODE_OF_CHECKS) else 6540, description)


def check(world: World, workflow: Mapping[str, Any], key: str) -> None:
    """Raise what the server answers to a definition that is not valid; `key`: by whose licence it is checked."""
    project = workflow["project"]
    if not project:
        raise refusal(world, "project should not be empty")
    if not _KEY.fullmatch(workflow["name"]):
        raise refusal(world, "工作流标识支持大小写字母、数字和中划线")
    if project not in seed.PROJECT_TYPES:
        raise refusal(world, NO_DOCUMENTS)
    licensed = _licensed(world, key)
    if not licensed and workflow["concurrency_limit"] not in UNLICENSED_LIMITS:
        raise ZadigError(7050, "基础版工作流并发只支持开关，不支持数量")
    if seed.PROJECT_TYPES[project] not in SERVED_TYPES:
        raise refusal(world, "common workflow only support k8s and helm project")
    _check_stages(world, [stage or _NO_STAGE for stage in workflow["stages"]], licensed)


_NO_STAGE: Mapping[str, Any] = {"name": "", "parallel": False, "approval": None, "manual_exec": None, "jobs": []}


def _licensed(world: World, key: str) -> bool:
    licence = world.licences.of(key)
    if licence == seed.DOWN and world.has(release.LICENCE_MATTERS):
        raise UncodedError("failed to validate zadig license status, error: no answer of the licence service")
    return licence == seed.PROFESSIONAL


def _check_stages(world: World, stages: list[Mapping[str, Any]], licensed: bool) -> None:
    has_manual_step = any((stage["manual_exec"] or {}).get("enabled") for stage in stages)
    if world.has(release.CODE_OF_CHECKS) and has_manual_step and not licensed:
        raise ZadigError(7050, "基础版不支持工作流手动执行")
    stage_names: set[str] = set()
    job_names: list[str] = []
    for stage in stages:
        _check_approval(world, stage)
        if stage["name"] in stage_names:
            raise refusal(world, f"duplicated stage name: {stage['name']}")
        stage_names.add(stage["name"])
        for job in filter(None, stage["jobs"]):
            _check_job(world, job, job_names, licensed)
            job_names.append(job["name"])


def _check_approval(world: World, stage: Mapping[str, Any]) -> None:
    approval = stage["approval"]
    if world.has(release.APPROVAL_JOBS) or not approval or not approval["enabled"]:
        return
    native = approval["native_approval"]
    trouble = ""
    if approval["type"] not in APPROVAL_TYPES:
        trouble = f"invalid approval type {approval['type']}"
    elif approval["type"] == "native" and native is None:
        trouble = "approval not found"
    elif native is not None and len(native["approve_users"]) < native["needed_approvers"]:
        trouble = "all approve users should not less than needed approvers"
    if trouble:
        raise refusal(world, f"stage: {stage['name']} approval info error: {trouble}")


def _check_job(world: World, job: Mapping[str, Any], earlier: list[str], licensed: bool) -> None:
    name, kind, spec = job["name"], job["type"], job["spec"] if isinstance(job["spec"], Mapping) else {}
    if not re.fullmatch(JOB_NAME, name):
        raise refusal(world, f"job name [{name}] did not match {JOB_NAME}")
    if name in earlier:
        raise refusal(world, f"duplicated job name: {name}")
    approval = kind == "approval" and world.has(release.APPROVAL_JOBS)
    if kind not in JOB_TYPES and not approval:
        own_code = world.has(release.CODE_OF_CHECKS)
        raise refusal(world, "job type not supported" if own_code else f"[job: {name}] job type not found {kind}")
    if kind == "freestyle" and Defect.OLD_SCRIPT_JOB_CRASHES in world.defects and "advanced_setting" not in spec:
        raise PanicError
    quoted = spec.get("job_name", "") if spec.get("source") == "fromjob" else ""
    if quoted and quoted not in earlier:
        raise refusal(world, f"can not quote job {quoted} in job {name}")
    if approval and not licensed:
        raise refusal(world, f"{MESSAGES[7050]}: ")
    if kind == PAID_JOB and not licensed and not world.has(release.CODE_OF_CHECKS):
        raise refusal(world, f"{MESSAGES[7050]}: 校验工作流失败")
