"""Take the README's pictures of the demo: ``python docs/pictures.py`` (needs chromium).

The real demo is started, its crash awaited, a command typed; nothing is staged. In UTC, as the log lines are.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import sys
from pathlib import Path

from playwright.async_api import Browser, Error, Page, async_playwright

IMAGES = Path(__file__).parent / "images"
MOST = 250_000  # bytes a picture may have: a README is read over phones too
PORT = 8797
ALERT = re.compile("checkout .*OOMKilled")


async def main(executable: str) -> int:
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--port", str(PORT), stdout=asyncio.subprocess.DEVNULL
    )
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
            await desktop(browser)
            await phone(browser)
            await browser.close()
    finally:
        demo.terminate()
        await demo.wait()
    for path in sorted(IMAGES.glob("demo*.png")):
        print(f"{path.relative_to(IMAGES.parent.parent)}: {path.stat().st_size // 1000} kB")
        if path.stat().st_size > MOST:
            print(f"that is more than {MOST // 1000} kB", file=sys.stderr)
            return 1
    return 0


async def visit(page: Page, who: str) -> None:
    """Open the demo as somebody, once it answers, and wait for the alert with its log."""
    for _ in range(100):
        try:
            await page.goto(f"http://127.0.0.1:{PORT}/?as={who}#k8s-alerts")
        except Error:  # it is not up yet; a demo that never comes fails below
            await asyncio.sleep(0.2)
        else:
            break
    await page.wait_for_selector(f"body[data-ready={who}]")
    alert = page.locator("#channel .message").filter(has_text=ALERT)
    await alert.get_by_role("button", name="Logs").first.wait_for(timeout=60_000)
    await alert.filter(has_text="Changed").first.wait_for(timeout=20_000)
    await asyncio.sleep(3)  # the pods crash within seconds of one another: count all of them


async def desktop(browser: Browser) -> None:
    """The alert, and below it what ``/k8s logs`` answers."""
    context = await browser.new_context(viewport={"width": 1280, "height": 985}, timezone_id="UTC")
    page = await context.new_page()
    await visit(page, "dana")
    await page.locator("#channel").get_by_role("combobox").fill("/k8s logs deploy/checkout -n shop")
    await page.keyboard.press("Enter")
    await page.locator(".message.ephemeral").get_by_role("button", name="Share here").wait_for()
    await take(page, "demo.png")
    await context.close()


async def phone(browser: Browser) -> None:
    context = await browser.new_context(
        viewport={"width": 390, "height": 790}, device_scale_factor=2, timezone_id="UTC", has_touch=True
    )
    page = await context.new_page()
    await visit(page, "april")
    await page.locator("#channel .message").first.evaluate("message => message.scrollIntoView({block: 'start'})")
    await take(page, "demo-phone.png")
    await context.close()


async def take(page: Page, name: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    await asyncio.sleep(0.5)
    await page.screenshot(path=IMAGES / name)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--chromium", default=shutil.which("chromium") or "/usr/bin/chromium")
    sys.exit(asyncio.run(main(arguments.parse_args().chromium)))
