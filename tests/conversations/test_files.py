"""Attachments: what is taken, how it goes out, who may see it, what is left when it is gone."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from goldseam.conversations import actions
from goldseam.conversations.attaching import FileRefused, keep, media_type_of, name_of, store
from goldseam.conversations.models import Attachment, Conversation, Message
from goldseam.core.errors import DomainError
from goldseam.people.actions import issue_token
from goldseam.people.models import Agent, Shop

pytestmark = pytest.mark.django_db


def picture(kind: str = "PNG", size: tuple[int, int] = (640, 400), colour: str = "navy") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, kind)
    return target.getvalue()


@pytest.fixture
def shop(porcelain: Shop) -> Shop:
    return porcelain


@pytest.fixture
def agent(shop: Shop) -> Agent:
    return Agent.objects.get(email="agent@porcelain.test")


@pytest.fixture
def desk(client: Client, agent: Agent) -> Client:
    client.force_login(agent)
    return client


def talk(key: str = "c-1004") -> Conversation:
    return Conversation.objects.get(external_id=key)


def up(desk: Client, name: str, content: bytes, kind: str = "application/octet-stream") -> Any:
    file = SimpleUploadedFile(name, content, kind)
    return desk.post(reverse("conversations:upload", args=[talk().pk]), {"file": file})


def office(part: str, *, macros: bool = False) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(part, "<x/>")
        if macros:
            archive.writestr("word/vbaProject.bin", "x")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 x", "application/pdf"),
        ("你好,世界".encode(), "text/plain"),
        ("你好".encode("gb18030"), "text/plain"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (office("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (office("word/document.xml", macros=True), None),
        (office("something.txt"), None),
        (b"<svg xmlns='x'><script>1</script></svg>", None),
        (b"  <html>", None),
        (b"MZ\x90\x00\x03", None),
        (b"\x7fELF\x02\x01", None),
    ],
)
def test_the_content_says_what_it_is(content: bytes, kind: str | None) -> None:
    assert media_type_of(content) == kind


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\照片.png", "照片.png"),
        ("a\u202egnp.exe", "a gnp.exe"),
        ("", "file"),
        ("x" * 300 + ".png", "x" * 116 + ".png"),
        ("a\r\nSet-Cookie: b.png", "a Set-Cookie b.png"),
    ],
)
def test_names_cannot_mislead(given: str, kept: str) -> None:
    assert name_of(given) == kept


def test_a_picture_is_known_by_its_content_and_gets_a_thumbnail() -> None:
    kept = keep("invoice.pdf", picture("JPEG", (2000, 1000)))
    assert (kept.media_type, kept.name) == ("image/jpeg", "invoice.pdf.jpg")
    assert kept.picture is not None
    assert (kept.picture.width, kept.picture.height) == (2000, 1000)
    with Image.open(store().path(kept.digest, ".thumb")) as small:
        assert small.size == (480, 240)
    assert store().path(kept.digest).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "content", [b"", picture()[:300], b"\x89PNG\r\n\x1a\n" + b"x" * 50, b"GIF89a" + b"\xff" * 30]
)
def test_what_is_broken_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused):
        keep("x.png", content)


def test_a_picture_of_too_many_pixels_is_refused() -> None:
    target = io.BytesIO()
    Image.new("1", (10_000, 7_000)).save(target, "PNG")
    with pytest.raises(FileRefused):
        keep("bomb.png", target.getvalue())


def test_uploaded_sent_and_served_safely(desk: Client, agent: Agent) -> None:
    photo = up(desk, "photo.exe", picture(), "image/png").json()
    paper = up(desk, "paper.html", b"just words").json()
    assert (photo["name"], photo["image"], paper["name"]) == ("photo.exe.png", True, "paper.html.txt")
    data = {"text": "", "kind": "reply", "key": "k", "attached": f"{photo['id']},{paper['id']}"}
    answer = desk.post(reverse("conversations:write", args=[talk().pk]), data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    message = Message.objects.get(external_id="k")
    assert message.text == "[photo.exe.png] [paper.html.txt]"
    assert message.attachments.count() == 2
    served = desk.get(reverse("conversations:attachment", args=[photo["id"]]))
    assert served.content == picture()
    assert served["Content-Type"] == "image/png"
    assert served["Content-Disposition"].startswith("inline")
    saved = desk.get(reverse("conversations:attachment", args=[paper["id"]]))
    assert saved["Content-Type"] == "application/octet-stream"
    assert saved["Content-Disposition"].startswith("attachment")
    for one in (served, saved):
        assert one["X-Content-Type-Options"] == "nosniff"
        assert one["Content-Security-Policy"] == "default-src 'none'; sandbox"
    small = desk.get(reverse("conversations:attachment", args=[photo["id"]]) + "?thumb")
    assert small["Content-Type"] == "image/webp"


def test_limits_are_told_with_words(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    small = settings.ENVIRONMENT.model_copy(update={"file_limit": 1})
    monkeypatch.setattr(settings, "ENVIRONMENT", small)
    big = up(desk, "大图.png", b"x" * (1024 * 1024 + 1))
    assert big.status_code == 400
    assert "1 MB" in big.json()["error"]
    assert "大图.png" in big.json()["error"]
    assert up(desk, "x.exe", b"MZ\x90\x00").status_code == 400
    assert desk.post(reverse("conversations:upload", args=[talk().pk])).status_code == 400
    many = ",".join(str(up(desk, f"{n}.txt", b"text").json()["id"]) for n in range(11))
    data = {"text": "x", "kind": "reply", "key": "k", "attached": many}
    assert desk.post(reverse("conversations:write", args=[talk().pk]), data).status_code == 400


def test_nobody_sends_what_another_uploaded(desk: Client, agent: Agent) -> None:
    lead = Agent.objects.get(email="lead@porcelain.test")
    theirs = actions.upload(talk(), "a.txt", b"secret", agent=lead, actor="t")
    with pytest.raises(DomainError):
        actions.send_reply(talk(), agent, "x", files=[theirs.pk])
    assert desk.get(reverse("conversations:attachment", args=[theirs.pk])).status_code == 404
    actions.send_reply(talk(), lead, "x", files=[theirs.pk])
    assert desk.get(reverse("conversations:attachment", args=[theirs.pk])).status_code == 200
    again = desk.post(reverse("conversations:discard", args=[theirs.pk]))
    assert again.status_code == 409


def test_what_is_gone_leaves_nothing(desk: Client, agent: Agent) -> None:
    one = actions.upload(talk(), "a.txt", b"the same", agent=agent, actor="t")
    other = actions.upload(talk("c-1005"), "b.txt", b"the same", agent=agent, actor="t")
    assert one.digest == other.digest
    path = store().path(one.digest)
    os.utime(path, (1, 1))
    actions.sweep_store()
    assert path.exists()
    actions.send_reply(talk("c-1005"), agent, "x", files=[other.pk])
    Attachment.objects.filter(pk=one.pk).update(created_at=timezone.now() - timedelta(days=2))
    assert actions.forget_unsent(timezone.now()) == 1
    actions.sweep_store()
    assert path.exists(), "another conversation still names it"
    talk("c-1005").delete()
    actions.sweep_store()
    assert not path.exists()


def test_programs_send_and_fetch_files(client: Client, shop: Shop) -> None:
    _, secret = issue_token(shop, "door", ["conversations:write", "conversations:read"], actor="test")
    headers = {"Authorization": f"Bearer {secret}"}
    base = "/api/v1/conversations/new-1"
    file = SimpleUploadedFile("broken.jpg", picture("JPEG"), "image/jpeg")
    made = client.post(f"{base}/attachments", {"file": file}, headers=headers)
    assert made.status_code == 201, made.content
    body = {"text": "", "attachments": [made.json()["id"]]}
    said = client.post(f"{base}/messages", body, content_type="application/json", headers=headers)
    assert said.status_code == 201, said.content
    thread = client.get(base, headers=headers).json()
    assert thread["messages"][0]["attachments"][0]["type"] == "image/jpeg"
    content = client.get(thread["messages"][0]["attachments"][0]["url"], headers=headers)
    assert content.content == picture("JPEG")
    nothing = client.post(f"{base}/messages", {"text": ""}, content_type="application/json", headers=headers)
    assert nothing.status_code in (400, 422)
    other = Shop.objects.create(slug="elsewhere", name="Elsewhere")
    _, foreign = issue_token(other, "x", ["conversations:read"], actor="test")
    url = thread["messages"][0]["attachments"][0]["url"]
    assert client.get(url, headers={"Authorization": f"Bearer {foreign}"}).status_code == 404
