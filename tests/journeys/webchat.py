"""A shop's own page on another origin, with a strict content policy, for the chat's journeys."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from goldseam.channels.webchat.models import Door
from goldseam.people.models import Shop

POLICY = (
    "default-src 'none'; script-src {site}; connect-src {site}; style-src 'none'; img-src data:;"
    " require-trusted-types-for 'script'; base-uri 'none'; form-action 'none'"
)
PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title></head>
<body><main><h1>A shop</h1><p><a href="#x">A link of the page</a></p></main>
<script src="{site}/static/webchat/chat.js" defer></script>
<goldseam-chat door="{key}" {more}></goldseam-chat></body></html>"""


@contextmanager
def shop_page(site: str, shop: Shop) -> Iterator[str]:
    """The address of a page that shows the shop's chat; `?more=` adds attributes to the element."""
    door = Door.objects.create(shop=shop, key="journey", active=True, by_mail=True)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            from urllib.parse import parse_qs, urlsplit

            asked = parse_qs(urlsplit(self.path).query)
            more = asked.get("more", [""])[0]
            language = asked.get("lang", ["zh-CN"])[0]
            body = PAGE.format(site=site, key=door.key, more=more, language=language).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY.format(site=site))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    Door.objects.update(origins=[address])
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()
