"""What the application calls: questions in, words out, and what waits for a person."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from graphwire import AsyncClient
from graphwire_core.errors import NotFoundError


@dataclass(frozen=True)
class Pending:
    """A question that a person has to decide."""

    thread_id: str
    question: str


class Desk:
    """The help desk over a client of the deployment."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def open(self, customer: str) -> str:
        """Begin a conversation; return its id."""
        thread = await self._client.threads.create(metadata={"customer": customer})
        return thread.thread_id

    async def ask(self, thread_id: str, question: str) -> AsyncIterator[str]:
        """Ask, and yield the words of the answer; none come while a person has to decide."""
        stream = self._client.runs.stream(
            thread_id,
            "desk",
            input={"question": question},
            stream_mode="custom",
            stream_resumable=True,
        )
        async for part in stream:
            if part.event == "custom":
                yield part.data

    async def pending(self) -> list[Pending]:
        """Return what waits for a person."""
        threads = await self._client.threads.search(status="interrupted")
        return [
            Pending(thread.thread_id, asked.value["question"])
            for thread in threads
            for interrupts in thread.interrupts.values()
            for asked in interrupts
        ]

    async def decide(self, thread_id: str, *, approved: bool) -> str | None:
        """Decide for a conversation; return the answer, `None` where there is no such one."""
        try:
            state = await self._client.runs.wait(
                thread_id, "desk", command={"resume": approved}, if_not_exists="reject"
            )
        except NotFoundError:
            return None
        answer: str = state["answer"]
        return answer
