"""Which runs go first: `"priority": {"path": "./priority.py:priority"}` in `langgraph.json`."""

from graphwire import Priority, PriorityContext, PrioritySettings

priority = Priority()


@priority.assign
async def assign(context: PriorityContext) -> PrioritySettings | None:
    if context.cron_id is not None:
        return PrioritySettings(priority=3)  # nobody is waiting
    if "premium" in context.permissions:
        return PrioritySettings(priority=-3)
    return None
