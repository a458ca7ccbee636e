"""How tasks of custom workflows look in answers."""

from typing import Any

from contracts.standin.custom import release
from contracts.standin.custom.tasks import APPROVAL_WAITS_AS, Job, Stage, Task
from contracts.standin.custom.world import World


def shown(world: World, task: Task) -> dict[str, Any]:
    """Return a task as get-task answers it."""
    times = {"start_time": _time(task, task.started), "end_time": _time(task, task.ended)}
    document = {
        "task_id": task.task_id,
        "workflow_key": task.key,
        "workflow_name": task.display_name,
        "params": task.params,
        "status": task.status,
        "task_creator": task.creator,
        "task_revoker": task.revoker,
        "create_time": task.created_at,
        **{key: value for key, value in times.items() if value},
        "stages": [_stage(world, task, stage) for stage in task.stages],
        "project_key": task.project,
    }
    if world.has(release.MANUAL_STEPS):
        restarted = task.restarts > 0
        document |= {"is_restart": restarted, "debug": False, "reverted": False, "remark": task.remark}
    return document


def listed(task: Task) -> dict[str, Any]:
    """Return a task as list-tasks answers it."""
    return {
        "workflow_key": task.key,
        "workflow_name": task.display_name,
        "project_key": task.project,
        "task_id": task.task_id,
        "create_time": task.created_at,
        "task_creator": task.creator,
        "start_time": _time(task, task.started),
        "end_time": _time(task, task.ended),
        "status": task.status,
    }


def _time(task: Task, reading: float | None) -> int:
    """Return a reading of the clock as a time of the day, 0 for none."""
    return 0 if reading is None else task.created_at + int(reading - task.born)


def _stage(world: World, task: Task, stage: Stage) -> dict[str, Any]:
    times = {"start_time": _time(task, stage.started), "end_time": _time(task, stage.ended)}
    return {
        "name": stage.name,
        "status": stage.status,
        **times,
        "parallel": stage.parallel,
        "jobs": [_job(world, stage, job) | times for job in stage.jobs],
    }


def _job(world: World, stage: Stage, job: Job) -> dict[str, Any]:
    status = "skipped" if job.skipped else stage.status
    if job.kind == "approval" and status == "running" and stage.waits:
        status = APPROVAL_WAITS_AS
    origin = {"origin_name": job.origin} if world.has(release.APPROVAL_JOBS) else {}
    return {"name": job.name, **origin, "type": job.kind, "status": status, "error": "", "spec": dict(job.spec)}
