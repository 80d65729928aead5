"""The sync code is the async code rewritten."""

from __future__ import annotations

from collections import Counter

from tools.unasync import RULES, main, rewrite


def test_the_generated_code_is_current_and_every_rule_is_used() -> None:
    assert main(["--check"]) == 0


def test_code_and_docstring_examples_are_rewritten() -> None:
    source = '''
async def first(client: AsyncClient) -> AsyncIterator[int]:
    """Take one.

    async with client as c:
        print(await c.threads.create())
    """
    async for one in client:
        await asyncio.sleep(1)
        yield one
    await client.aclose()
'''
    assert (
        rewrite(source)
        == '''
def first(client: Client) -> Iterator[int]:
    """Take one.

    with client as c:
        print(c.threads.create())
    """
    for one in client:
        time.sleep(1)
        yield one
    client.close()
'''
    )


def test_a_rule_that_never_applies_is_counted_as_unused() -> None:
    used: Counter[str] = Counter()
    rewrite("await something()", used)
    assert used[r"\bawait "] == 1
    assert [pattern for pattern in RULES if not used[pattern]] == [
        pattern for pattern in RULES if pattern != r"\bawait "
    ]
