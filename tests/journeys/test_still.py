"""Pages stand still: what arrives after the first paint moves nothing, in whatever order it arrives."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from goldseam.conversations.models import Conversation
from goldseam.people.models import Shop
from tests.journeys.conftest import Desk, Desks

pytestmark = pytest.mark.django_db(transaction=True)

MOST_SHIFT = 0.02
"""Cumulative layout shift, as the browser counts it: the share of the window that moved, times how far."""
WATCH = """
window.moved = [];
window.watching = new PerformanceObserver(list => window.moved.push(...list.getEntries()));
window.watching.observe({ type: "layout-shift", buffered: true });
"""
MOVED = """() => {
  window.moved.push(...window.watching.takeRecords());
  const box = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");
  return window.moved.map(({ value, sources }) => [value, sources.map(({ node, previousRect, currentRect }) =>
    `${node?.id || node?.className} ${box(previousRect)} > ${box(currentRect)}`)]);
}"""
FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
SLOT = '[hx-trigger^="load"]'


def arrive_last_first(desk: Desk, path: str) -> Page:
    """Open a page; its fragments are held until all are asked for, and come from below: the worst order."""
    page, held, slots = desk.page, list[Route](), 999

    def hold(route: Route) -> None:
        asked = route.request
        if asked.method == "GET" and "hx-request" in asked.headers and len(held) < slots:
            held.append(route)
        else:
            route.continue_()

    page.route(f"{desk.site}/**", hold)
    page.goto(desk.site + path)
    slots = page.locator(SLOT).count()
    for _ in range(1000):
        if len(held) >= slots:
            break
        page.evaluate(FRAME)
    assert len(held) >= slots > 5
    for route in held[slots:]:  # asked for once more, because the stream had opened
        route.continue_()
    del held[slots:]
    for route in reversed(held):
        with page.expect_event("requestfinished", lambda done, asked=route.request: done == asked):
            route.continue_()
        page.evaluate(FRAME)
    expect(page.locator(f"{SLOT}:not([data-came])")).to_have_count(0)
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.evaluate(FRAME)
    page.unroute(f"{desk.site}/**", hold)
    return page


@pytest.mark.parametrize("width", [360, 1440, 2560])
def test_nothing_jumps_when_fragments_arrive(desks: Desks, shop: Shop, width: int) -> None:
    desk = desks(width=width)
    desk.page.add_init_script(WATCH)
    desk.sign_in("lead")
    expect(desk.page.locator("#alerts .alarm").first).to_be_visible()
    expect(desk.page.locator(f"{SLOT}:not([data-came])")).to_have_count(0)
    expect(desk.page.locator(".htmx-request")).to_have_count(0)
    number = Conversation.objects.get(external_id="c-1001").pk
    for path in ("/inbox/", f"/conversations/{number}/", "/start/"):
        page = arrive_last_first(desk, path)
        expect(page.locator("#alerts .alarm").first).to_be_visible()
        moved = page.evaluate(MOVED)
        assert sum(value for value, _ in moved) < MOST_SHIFT, (path, moved)


def test_the_thread_stays_at_its_end_when_the_composer_grows(desks: Desks, shop: Shop) -> None:
    desk = desks(height=640)
    desk.sign_in()
    page = desk.open(f"/conversations/{Conversation.objects.get(external_id='c-1001').pk}/")
    last = page.locator("#thread .bubble-text").last
    expect(last).to_be_in_viewport(ratio=1)
    page.fill("#words", "一行\n" * 8)
    page.evaluate(FRAME)
    expect(last).to_be_in_viewport(ratio=1)
