"""Text: Slack's markup is understood, and nothing that somebody wrote becomes markup of the page."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.scenes import Json, post, section
from tests.browser.workspace import ALERTS, RecordedWorkspace, Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ATTACKS = (
    "<img src=x onerror=window.hit=1>",
    "<script>window.hit=1</script>",
    "<javascript:window.hit=1|press me>",
    "<data:text/html,<script>1</script>|press me>",
    "`<img src=x onerror=window.hit=1>`",
    "```<svg onload=window.hit=1>```",
    "*<img src=x onerror=window.hit=1>*",
    "&lt;!channel&gt; &lt;@U0DANA&gt;",
)


def everywhere(text: str) -> list[Json]:
    """The same words in every place that takes words."""
    evil = "javascript:window.hit=1"
    plain = {"type": "plain_text", "text": text}
    rich = {"type": "text", "text": text, "style": {"bold": True}}
    link = {"type": "link", "url": evil, "text": text}
    pieces = [
        {"type": "rich_text_section", "elements": [rich, link]},
        {"type": "rich_text_preformatted", "elements": [rich]},
    ]
    words = [
        {"type": "header", "text": plain},
        section(text, fields=[plain]),
        {"type": "rich_text", "elements": pieces},
    ]
    button = {"type": "button", "action_id": "a", "text": plain, "url": evil}
    file = {"id": "F1", "name": text, "title": text, "url_private": evil}
    bar = {"color": "red;background:url(x)", "title": text, "title_link": evil, "text": text}
    return [
        post(ALERTS, 9, text, username=text),
        post(ALERTS, 8, "blocks", *words),
        post(ALERTS, 7, "more", {"type": "markdown", "text": f"{text} [press me]({evil})"}),
        post(ALERTS, 6, "table", {"type": "table", "rows": [[{"type": "raw_text", "text": text}]] * 2}),
        post(ALERTS, 5, "button", {"type": "actions", "elements": [button]}),
        post(ALERTS, 4, "file", files=[file]),
        post(ALERTS, 3, "bar", attachments=[bar]),
        post(ALERTS, 2, "picture", {"type": "image", "image_url": evil, "alt_text": text}),
    ]


@pytest.mark.parametrize("attack", ATTACKS)
async def test_hostile_text_stays_text(attack: str, workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add(*everywhere(attack))
    page = await visit()
    await expect(page.locator("#channel .message")).to_have_count(8)
    assert await page.locator("#channel :is(script, iframe, object, [onerror], [onload], svg [onload])").count() == 0
    addresses = await page.locator("#channel a").evaluate_all("all => all.map(a => a.protocol)")
    assert set(addresses) <= {"http:", "https:", "mailto:"}
    sources = await page.locator("#channel img").evaluate_all("all => all.map(i => i.getAttribute('src'))")
    assert set(sources) == {"/page/lighthouse.svg"}
    assert await page.evaluate("window.hit") is None


async def test_escaped_words_are_read_as_they_were_written(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add(post(ALERTS, 1, "&lt;!channel&gt; a &amp;amp; b <img src=x onerror=1> <ftp://x|y>"))
    page = await visit()
    text = page.locator("#channel .text")
    await expect(text).to_have_text("<!channel> a &amp; b <img src=x onerror=1> <ftp://x|y>")
    await expect(text.locator(".mention")).to_have_count(0)


async def test_the_policy_of_the_page_runs_nothing_inline(visit: Visit, complaints: list[str]) -> None:
    page = await visit()
    refused = await page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.hit = 1';"
        " document.body.append(s); return window.hit === undefined; }"
    )
    assert refused
    assert "Content Security Policy" in complaints.pop()


MARKED = [
    ("a *bold* word", "strong", "bold"),
    ("an _italic_ word", "em", "italic"),
    ("a ~struck~ word", "s", "struck"),
    ("`kubectl get *pods*`", "code", "kubectl get *pods*"),
    ("&gt; quoted\nnot quoted", "blockquote", "quoted"),
    ("```one\n  two *three*```", "pre", "one\n  two *three*"),
    ("<@U0APRIL> look", ".mention", "@april"),
    ("<@U0DANA> look", ".mention-me", "@dana"),
    ("<#C0SHOP>", "a.mention", "#shop-dev"),
    ("<!here> look", ".mention-all", "@here"),
    ("<!subteam^S0ONCALL>", ".mention", "@oncall"),
    ("<https://example.com/a?b=1&amp;c=2|runbook>", "a[href='https://example.com/a?b=1&c=2']", "runbook"),
    ("<!date^1795240800^{date_short} {time}|then>", "time[datetime]", "Nov 21, 2026 15:00"),
    ("<!date^1795240800^{nonsense}|then>", ".text time", "then"),
    (":red_circle: down, 🟠 so so", ".text", "🔴 down, 🟠 so so"),
]  # fmt: skip
PLAIN = ["2 * 3 * 4", "snake_case_name", "a*b*c", "~/.kube/config ~/x", "12:30:45", ":not_an_emoji:", "* not bold*"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def written(browser: Browser) -> AsyncIterator[Page]:
    """One page with every text, for each test looks at another message."""
    async with RecordedWorkspace() as workspace:
        texts = [*(text for text, _, _ in MARKED), *PLAIN]
        workspace.add(*(post(ALERTS, 60 - index, text) for index, text in enumerate(texts)))
        page = await browser.new_page(timezone_id="Asia/Seoul")
        await page.goto(f"{workspace.url}/?as=dana#k8s-alerts")
        await expect(page.locator("#channel .message")).to_have_count(len(texts))
        yield page
        await page.close()


@pytest.mark.parametrize("index", range(len(MARKED)), ids=[text for text, _, _ in MARKED])
async def test_mrkdwn(index: int, written: Page) -> None:
    _, selector, words = MARKED[index]
    found = written.locator("#channel .message").nth(index).locator(f".content {selector}").first
    await expect(found).to_be_visible()
    assert await found.inner_text() == words


@pytest.mark.parametrize("index", range(len(PLAIN)), ids=PLAIN)
async def test_marks_inside_words_are_letters(index: int, written: Page) -> None:
    text = written.locator("#channel .message").nth(len(MARKED) + index).locator(".text")
    await expect(text).to_have_text(PLAIN[index])
    await expect(text.locator("*")).to_have_count(0)
