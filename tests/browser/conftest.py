"""Debian's chromium for the page's tests, driven through Playwright's asynchronous API.

Why not pytest-playwright's own ``page``: its synchronous API leaves a running loop in the main thread until the session
ends, and every asyncio test that comes later in the same run fails. Here the browser lives in pytest-asyncio's session
loop, so that both suites run in one invocation and in any order. Nothing is ever installed or downloaded.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browser.workspace import RecordedWorkspace, Visit

ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
RESULTS = Path("test-results")
FINE = ("net::ERR_", "Failed to load resource")  # what tests provoke on purpose

failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]  # noqa: ANN201 - a hook wrapper
    report = yield
    if report.when == "call":
        item.stash[failed] = report.failed
    return report


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        missing = "no chromium here: apt-get install chromium fonts-noto-color-emoji"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
def context_options() -> dict[str, object]:
    """A desktop in Seoul, light; a module overrides this for a phone or the dark."""
    return {"viewport": {"width": 1280, "height": 800}, "timezone_id": "Asia/Seoul", "color_scheme": "light"}


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser, context_options: dict[str, object]) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(locale="en-GB", **context_options)  # type: ignore[arg-type]
    context.set_default_timeout(5000)
    yield context
    await context.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the page's own code threw or logged as an error; a test that provokes one takes it out."""
    return []


@pytest_asyncio.fixture(loop_scope="session")
async def page(request: pytest.FixtureRequest, context: BrowserContext, complaints: list[str]) -> AsyncIterator[Page]:
    """A tab that must not complain: an error in the page's own code fails the test, and leaves a picture."""
    page = await context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    yield page
    if request.node.stash.get(failed, False):
        RESULTS.mkdir(exist_ok=True)
        name = re.sub(r"\W+", "-", request.node.name)
        await page.screenshot(path=RESULTS / f"{name}.png")
    await page.close()
    assert [line for line in complaints if not any(part in line for part in FINE)] == []


@pytest_asyncio.fixture(loop_scope="session")
async def workspace() -> AsyncIterator[RecordedWorkspace]:
    async with RecordedWorkspace() as workspace:
        yield workspace


@pytest.fixture
def visit(page: Page, workspace: RecordedWorkspace) -> Visit:
    """Open the page as somebody, in a channel, and wait until it is drawn."""

    async def visit(who: str = "dana", channel: str = "k8s-alerts") -> Page:
        await page.goto(f"{workspace.url}/?as={who}#{channel}")
        await page.wait_for_selector(f"body[data-ready={who}]")
        return page

    return visit
