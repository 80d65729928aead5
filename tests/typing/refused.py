# mypy: ignore-errors
"""What a user's type checker refuses; each line that must be an error says so."""

from graphwire import get_client, get_sync_client
from graphwire.models import Command, Config

client = get_client()
sync_client = get_sync_client()

client.runs.stream("t", "a", stream_mode="valus")  # error
client.runs.stream("t", "a", inptu={})  # error
client.runs.stream("t", "a", version="v3")  # error
client.runs.stream("t", "a", on_gap="ignore")  # error
client.threads.stream("t")  # error
client.threads.stream(assistant_id="a", transport=3)  # error
client.threads.stream(assistant_id="a").run.start(multitask_strategy="wait")  # error
client.threads.stream(assistant_id="a").run({}, confg={})  # error
client.threads.stream(assistant_id="a").run.respond()  # error
client.runs.resume(b"bytes")  # error
client.threads.get(None)  # error
client.threads.get(b"bytes")  # error
client.threads.search(status="asleep")  # error
client.crons.create("a")  # error
sync_client.threads.create(metadata="text")  # error
sync_client.threads.get("t").thread_idd.upper()  # error
sync_client.runs.create("t", "a", multitask_strategy="wait")  # error
get_client(tiemout=3)  # error
get_client(timeout="3")  # error
Config(tgas=["x"])  # error
Command(resum=1)  # error
