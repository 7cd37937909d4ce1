"""Take the pictures of docs/tour.md and the READMEs from a running demo shop (`make demo`).

    python tools/tour.py [--home ~/.local/share/goldseam-demo] [--site http://127.0.0.1:8420] [NAME ...]

Each page is taken three times: light and in Chinese, on a phone of 360 px, dark and in English. Names
choose some of the pages. The pictures are WebP, so that all of them together stay small.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
BROWSER = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
QUALITY = 78
SETTLED = 1200
"""Milliseconds until the fragments of a page have come."""


@dataclass(frozen=True)
class Look:
    """How a page is looked at; `suffix` ends the picture's name."""

    suffix: str
    language: str
    theme: str
    width: int
    height: int


LOOKS = (
    Look("", "zh-hans", "light", 1440, 860),
    Look("-phone", "zh-hans", "light", 360, 720),
    Look("-dark", "en", "dark", 1440, 860),
)


@dataclass(frozen=True)
class Picture:
    """A page: whose eyes see it, what is done before it is taken (JavaScript in the page), and whether it is
    a page of its own on a phone alone."""

    name: str
    path: str
    who: str = "agent"
    act: str = ""
    phone_only: bool = False


_OPEN = "document.querySelector('.convo:has(.order-state):not(:has(.mark-locked)) .row-link').click()"
_PRESS = "document.dispatchEvent(new KeyboardEvent('keydown', {key: '%s', ctrlKey: %s, bubbles: true}))"
_TAB = "document.querySelector('[data-tab-to=%s]')?.click()"
_ASK = (
    "const chat = document.querySelector('goldseam-chat'); chat.show(); setTimeout(() => {"
    " const box = chat.shadowRoot.querySelector('.write textarea');"
    " const chinese = document.documentElement.lang.startsWith('zh');"
    " box.value = chinese ? '加湿器不出雾怎么办?' : 'My humidifier makes no mist';"
    " box.form.requestSubmit(); }, 800)"
)
"""Asks in the chat of the shop's page, and leaves time for the answer."""
PICTURES = (
    Picture("sign-in", "/sign-in/", who=""),
    Picture("start", "/start/"),
    Picture("inbox", "/inbox/"),
    Picture("workbench", "/inbox/?view=open", act=_OPEN),
    Picture(
        "copilot",
        "/inbox/?view=open",
        act=f"{_OPEN}; setTimeout(() => {_TAB % 'copilot'}, 1800)",
        phone_only=True,
    ),
    Picture(
        "context",
        "/inbox/?view=open",
        act=f"{_OPEN}; setTimeout(() => {_TAB % 'context'}, 1800)",
        phone_only=True,
    ),
    Picture(
        "crisis",
        "/inbox/?view=risk",
        act="document.querySelector('.convo:has(.mark-locked) .row-link').click()",
    ),
    Picture("alerts", "/inbox/", act="document.querySelector('.alert-more').open = true"),
    Picture("palette", "/inbox/", act=_PRESS % ("k", "true")),
    Picture("keys", "/inbox/", act=_PRESS % ("?", "false")),
    Picture("view", "/views/new/"),
    Picture("replies", "/replies/"),
    Picture("me", "/me/"),
    Picture("board", "/copilot/board/", who="lead"),
    Picture("load", "/routing/load/", who="lead"),
    Picture("approvals", "/approvals/", who="lead"),
    Picture("ledger", "/ledger/", who="lead"),
    Picture("policies", "/policies/", who="lead"),
    Picture("knowledge", "/knowledge/"),
    Picture("shop-chat", "/shop/demo/", who="", act=_ASK),
    Picture("help", "/help/demo/", who=""),
    Picture("bot", "/bot/", who="admin"),
    Picture("bot-figures", "/bot/figures/", who="lead"),
    Picture("chat-settings", "/webchat/", who="admin"),
    Picture("help-settings", "/helpcentre/", who="admin"),
    Picture("times", "/sla/", who="admin"),
    Picture("people", "/people/", who="admin"),
    Picture("tokens", "/tokens/", who="admin"),
    Picture("webhooks", "/webhooks/", who="admin"),
    Picture("audit", "/audit/", who="admin"),
)


class Tour:
    """Takes pictures; a person signs in once for each look."""

    def __init__(self, browser: Browser, site: str, home: Path) -> None:
        self._browser, self._site = browser, site
        people = json.loads((home / "demo-sign-ins.json").read_text("utf-8"))
        self._people = {one["role"]: one for one in reversed(people)}
        self._pages: dict[tuple[str, str], Page] = {}

    def take(self, picture: Picture, look: Look) -> Path:
        """One picture, as a file."""
        page = self._page(picture.who, look)
        page.goto(picture.path)
        page.wait_for_timeout(SETTLED)
        if picture.act:
            page.evaluate(f"(() => {{ {picture.act} }})()")
            page.wait_for_timeout(3 * SETTLED)
        file = IMAGES / f"{picture.name}{look.suffix}.webp"
        with Image.open(io.BytesIO(page.screenshot())) as image:
            image.convert("RGB").save(file, quality=QUALITY, method=6)
        return file

    def _page(self, who: str, look: Look) -> Page:
        key = (who, look.suffix)
        if key not in self._pages:
            context = self._browser.new_context(
                base_url=self._site,
                viewport={"width": look.width, "height": look.height},
                locale="en-US" if look.language == "en" else "zh-CN",
                color_scheme="dark" if look.theme == "dark" else "light",
                timezone_id="Asia/Shanghai",
                reduced_motion="reduce",
            )
            self._pages[key] = context.new_page()
            if who:
                self._sign_in(self._pages[key], self._people[who])
        if who:
            self._set(self._pages[key], "/language/", {"language": look.language})
            self._set(self._pages[key], "/me/theme/", {"theme": look.theme})
        return self._pages[key]

    def _sign_in(self, page: Page, person: dict[str, str]) -> None:
        page.goto("/sign-in/")
        page.fill("[name=username]", person["email"])
        page.fill("[name=password]", person["password"])
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda address: "/sign-in/" not in address)

    def _set(self, page: Page, address: str, values: dict[str, str]) -> None:
        page.evaluate(
            """([address, values]) => {
                const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));
                const body = new URLSearchParams(values);
                return fetch(address, { method: "POST", headers: { "X-CSRFToken": token }, body });
            }""",
            [address, values],
        )


def main() -> None:
    """Take what was asked for, or everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these pages")
    parser.add_argument("--home", type=Path, default=Path("~/.local/share/goldseam-demo"))
    parser.add_argument("--site", default="http://127.0.0.1:8420")
    options = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=ARGUMENTS)
        tour = Tour(browser, options.site, options.home.expanduser())
        for look in LOOKS:
            for picture in PICTURES:
                if picture.phone_only and look.suffix != "-phone":
                    continue
                if not options.names or picture.name in options.names:
                    file = tour.take(picture, look)
                    sys.stdout.write(f"{file.name:<24} {file.stat().st_size / 1024:6.0f} KB\n")
        browser.close()


if __name__ == "__main__":
    main()
