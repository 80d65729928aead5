"""A deployment keeps its threads over a restart, users of its own class included."""

from pathlib import Path

from tests.auth.conftest import HERE, Callers

from graphwire_core.testing import DevServer

CONFIG = HERE / "server" / "langgraph.json"


def test_threads_runs_and_their_users_survive_a_restart(tmp_path: Path) -> None:
    with DevServer(CONFIG, state=tmp_path) as first:
        callers = Callers(first.url)
        thread = callers.ada.post("/threads", json={}).json()["thread_id"]
        body = {"assistant_id": "echo", "input": {"text": "kept"}}
        callers.ada.post(f"/threads/{thread}/runs/wait", json=body)
        waiting = body | {"after_seconds": 3600}
        run = callers.ada.post(f"/threads/{thread}/runs", json=waiting).json()["run_id"]
        callers.close()
    with DevServer(CONFIG, state=tmp_path) as second:
        callers = Callers(second.url)
        assert callers.ada.get(f"/threads/{thread}/state").json()["values"]["text"] == "kept"
        assert callers.ada.get(f"/threads/{thread}/runs/{run}").json()["status"] == "pending"
        assert callers.bob.get(f"/threads/{thread}").status_code == 404
        log = second.log_tail(10_000)
        callers.close()
    assert "invalid cache data" not in log
