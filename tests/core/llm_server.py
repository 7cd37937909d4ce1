"""A small server with the OpenAI chat route that answers as it is told: the twin of an endpoint."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, str]
Answering = Callable[[dict[str, Any]], Reply]


class Endpoint:
    """`answer` decides on each request's JSON; `asked` keeps them; `hold` lets a request wait."""

    def __init__(self, answer: Answering) -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.hold = threading.Event()
        self.hold.set()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.asked.append(body)
                endpoint.keys.append(self.headers.get("Authorization", ""))
                endpoint.hold.wait(10)
                status, text = endpoint.answer(body)
                raw = text.encode() if status != 200 else completion(body["model"], text)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"


def completion(model: str, text: str, finish: str = "stop") -> bytes:
    """The body of a successful answer."""
    if text.startswith("CUT:"):
        text, finish = text[4:], "length"
    return json.dumps(
        {
            "id": "c-1",
            "object": "chat.completion",
            "created": 1,
            "model": model,
            "choices": [
                {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}
            ],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }
    ).encode()


@contextmanager
def endpoint(answer: Answering) -> Iterator[Endpoint]:
    """The server for the length of a test."""
    twin = Endpoint(answer)
    thread = threading.Thread(target=twin.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield twin
    finally:
        twin.hold.set()
        twin.server.shutdown()
        twin.server.server_close()
        thread.join()
