"""Requests of `client.server`, and of `client.request`."""

from tests.core.requests.row import Row

ROWS = [
    Row("server.info", [], {}, "GET /info"),
    Row("server.ok", [], {}, "GET /ok"),
    Row("server.ok", [], {"check_db": True}, "GET /ok?check_db=1"),
    Row("server.ok", [], {"check_db": False}, "GET /ok?check_db=0"),
    Row("server.metrics", [], {}, "GET /metrics?format=json"),
    Row(
        "server.metrics",
        [],
        {"params": {"format": "prometheus"}},
        "GET /metrics?format=prometheus",
    ),
    Row("server.openapi", [], {}, "GET /openapi.json"),
    Row("request", ["GET", "/x"], {}, "GET /x"),
    Row("request", ["post", "/a%2Fb/"], {"json": None}, "POST /a%2Fb/", None),
    Row(
        "request",
        ["PATCH", "/x"],
        {"json": [1], "output": dict, "headers": {"X": "1"}, "params": [("a", 1), ("a", None)]},
        "PATCH /x?a=1&a=",
        [1],
        {"x": "1"},
    ),
    Row("request", ["DELETE", "/x"], {"json": {"a": 1}}, "DELETE /x", {"a": 1}),
    Row("request", ["PUT", "/x"], {}, "PUT /x"),
]
