import pickle
import subprocess
import sys

from tests.core.models.bodies import body_of

from graphwire_core.models import Run, Thread


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_the_models_builds_none_of_them() -> None:
    code = """
import graphwire_core.models as models
import graphwire_stream.parts as parts
from pydantic import BaseModel
print([
    name for module in (models, parts) for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, BaseModel) and value is not BaseModel
    and value.__pydantic_complete__
])
"""
    assert run(code) == "[]"


def test_a_pickle_loads_in_a_process_that_has_built_nothing() -> None:
    thread = Thread.model_validate(body_of("threads.get interrupted"))

    code = f"""
import pickle
thread = pickle.loads({pickle.dumps(thread)!r})
print(thread.status, thread["values"], len(thread.model_dump()["interrupts"]))
"""
    assert run(code) == "interrupted {'out': []} 2"


def test_a_model_is_built_once_at_first_use() -> None:
    Run.model_validate(body_of("runs.get done"))
    first = Run.__pydantic_validator__

    Run.model_validate(body_of("runs.get done"))

    assert Run.__pydantic_validator__ is first
