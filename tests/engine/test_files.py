"""Files are kept, read, served and forgotten, for the official client."""

import asyncio
import io
import json
import zlib
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from documents import docx, docx_with_body, pdf, word_xml
from vapi.core.api_error import ApiError

from allokoli.core import storage
from allokoli.core.errors import NotFound
from allokoli.engine.files import extraction, reading
from allokoli.engine.files.formats import BY_MIMETYPE

FRENCH = "Le restaurant est ouvert du mardi au samedi, de 19 h à 23 h."


async def _download(http, tenant, url: str) -> httpx.Response:
    """By its link alone: no key."""
    path = url[url.index("/file/") :]
    async with httpx.AsyncClient(base_url=tenant.base_url) as anybody:
        return await anybody.get(path)


@pytest.mark.parametrize(
    ("name", "media", "content", "expected"),
    [
        ("horaires.txt", "text/plain", FRENCH.encode(), FRENCH),
        ("vieux.txt", "text/plain", FRENCH.encode("cp1252"), FRENCH),
        ("windows.txt", "text/plain", FRENCH.encode("utf-16"), FRENCH),
        ("carte.md", "text/markdown", b"# Carte\n\nPizza", "# Carte\n\nPizza"),
        ("prix.csv", "text/csv", b"plat;prix\nPizza;12\n", "plat: Pizza; prix: 12"),
        ("a.json", "application/json", b'{"a": {"b": [1, "x"]}}', "a.b: 1\na.b: x"),
        (
            "page.html",
            "text/html",
            b"<title>T</title><script>bad()</script><p>Un <b>mot</b></p>",
            "T\nUn mot",
        ),
        ("carte.pdf", "application/pdf", pdf("Pizza reine", "12 euros"), "Pizza reine\n12 euros"),
        (
            "carte.docx",
            "application/octet-stream",
            docx("Bonjour", table=(("Pizza", "12"),)),
            "Bonjour\nPizza; 12",
        ),
        ("blob", "text/plain", FRENCH.encode(), FRENCH),
        ("blob", None, pdf("Sans nom"), "Sans nom"),
    ],
)
async def test_a_document_is_read_and_served(
    tenant, http, run_jobs, name, media, content, expected
) -> None:
    made = await tenant.sdk().files.create(
        file=(name, content, media) if media else (name, content),
        purpose="assistant",
        metadata='{"page": 1}',
    )
    assert (made.status, made.object, made.original_name) == ("processing", "file", name)
    assert (made.bytes, made.purpose, made.metadata) == (len(content), "assistant", {"page": 1})
    assert made.org_id == str(tenant.org_id)
    await run_jobs()
    read = await tenant.sdk().files.get(made.id)
    assert read.status == "done"
    text = await _download(http, tenant, read.parsed_text_url)
    assert text.text.strip() == expected
    assert read.parsed_text_bytes == len(text.content)
    whole = await _download(http, tenant, read.url)
    assert whole.content == content
    assert whole.headers["content-disposition"] == "attachment"
    assert whole.headers["x-content-type-options"] == "nosniff"


async def test_files_are_listed_by_purpose_renamed_and_deleted(tenant, http, run_jobs) -> None:
    sdk = tenant.sdk()
    kept = await sdk.files.create(file=("a.txt", b"un"), purpose="assistant")
    plain = await sdk.files.create(file=("b.txt", b"deux"))
    composed = await sdk.files.create(file=("c.txt", b"trois"), purpose="composer-attachment")
    assert [one.id for one in await sdk.files.list()] == [plain.id, kept.id]
    assert [one.id for one in await sdk.files.list(purpose="composer-attachment")] == [composed.id]
    assert (await http.get("/file?purpose=nothing")).status_code == 400
    assert (await http.get("/file?colour=red")).status_code == 400
    renamed = await sdk.files.update(kept.id, name="Carte d’été")
    assert (renamed.name, renamed.original_name) == ("Carte d’été", "a.txt")
    for body in ({"name": "x" * 41}, {"name": ""}, {"name": 3}, {"status": "done"}, {"url": "x"}):
        assert (await http.patch(f"/file/{kept.id}", json=body)).status_code == 400, body
    await run_jobs()
    gone = await sdk.files.delete(kept.id)
    assert (gone.id, gone.name) == (kept.id, "Carte d’été")
    await run_jobs()
    with pytest.raises(ApiError) as missing:
        await sdk.files.get(kept.id)
    assert missing.value.status_code == 404
    for part in ("content", "text"):
        with pytest.raises(NotFound):
            await storage.get(f"files/{tenant.org_id}/{kept.id}/{part}")
    assert (await _download(http, tenant, gone.url)).status_code == 404


async def test_another_organization_and_an_old_link_get_nothing(
    tenant, http, make_tenant, at
) -> None:
    at(datetime(2026, 11, 20, 12, tzinfo=UTC))
    made = await tenant.sdk().files.create(file=("a.txt", b"secret"))
    stranger = (await make_tenant()).sdk()
    assert await stranger.files.list() == []
    for attempt in (
        lambda: stranger.files.get(made.id),
        lambda: stranger.files.update(made.id, name="mine"),
        lambda: stranger.files.delete(made.id),
    ):
        with pytest.raises(ApiError) as refused:
            await attempt()
        assert refused.value.status_code == 404
    assert (await _download(http, tenant, made.url)).content == b"secret"
    other = await tenant.sdk().files.create(file=("b.txt", b"b"))
    stolen = made.url.replace(made.id, other.id)
    assert (await _download(http, tenant, stolen)).status_code == 401
    assert (await _download(http, tenant, made.url.replace("/content", "/text"))).status_code == 401
    assert (await http.get(f"/file/{made.id}/content")).status_code == 401
    at(datetime(2026, 11, 20, 12, tzinfo=UTC) + timedelta(hours=25))
    assert (await _download(http, tenant, made.url)).status_code == 401


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Windows\\menu.txt", "menu.txt"),
        ("..", "file"),
        ("", "file"),
        ("a\tb\u202e.txt", "ab.txt"),
        ("x" * 400 + ".txt", "x" * 251 + ".txt"),
        ("Menu d’été.txt", "Menu d’été.txt"),
    ],
)
async def test_names_cannot_climb_out_nor_hide_anything(tenant, http, given, kept) -> None:
    head = f'--b\r\ncontent-disposition: form-data; name="file"; filename="{given}"\r\n'
    body = head.replace("\\", "\\\\").encode() + b"content-type: text/plain\r\n\r\nmots\r\n--b--"
    answer = await http.post(
        "/file", content=body, headers={"content-type": "multipart/form-data; boundary=b"}
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["originalName"], made["name"]) == (kept, kept[:40])
    assert made["key"] == f"files/{tenant.org_id}/{made['id']}/content"


async def test_what_is_no_document_is_refused_with_a_reason(http) -> None:
    def send(name, content, media="application/octet-stream", **fields):
        return http.post("/file", files={"file": (name, content, media)}, data=fields)

    refused = {
        "empty": await send("a.txt", b""),
        "a program": await send("a.exe", b"MZ\x90\x00"),
        "a picture called text": await send("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00"),
        "text called PDF": await send("a.pdf", b"bonjour", "application/pdf"),
        "PDF called text": await send("a.txt", pdf("x"), "text/plain"),
        "text called Word": await send("a.docx", b"bonjour"),
        "bytes with no name": await send("blob", b"\x00\x01\x02"),
        "purpose": await send("a.txt", b"x", purpose="fun"),
        "metadata": await send("a.txt", b"x", metadata="[1]"),
        "metadata that is no JSON": await send("a.txt", b"x", metadata="{"),
        "metadata with a null": await send("a.txt", b"x", metadata='{"a": "\\u0000"}'),
        "deep metadata": await send("a.txt", b"x", metadata='{"a":' * 700 + "1" + "}" * 700),
        "long metadata": await send("a.txt", b"x", metadata=json.dumps({"a": "x" * 5000})),
        "another field": await send("a.txt", b"x", colour="red"),
        "no file": await http.post("/file", data={"purpose": "assistant"}),
        "JSON": await http.post("/file", json={"file": "x"}),
        "a file as text": await http.post("/file", files={"file": (None, b"x")}),
        "two files": await http.post("/file", files=[("file", ("a.txt", b"x")), ("file", b"y")]),
        "broken multipart": await http.post(
            "/file", content=b"--x\r\nnothing", headers={"content-type": "multipart/form-data"}
        ),
    }
    for what, response in refused.items():
        assert response.status_code == 400, (what, response.text)
        assert response.json()["statusCode"] == 400, what
    assert (await http.get("/file")).json() == []


async def test_a_gigabyte_is_refused_before_it_is_read(tenant, settings, monkeypatch) -> None:
    async def endless():
        yield b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        for _ in range(1000):
            yield b"x" * 1_000_000

    headers = {**tenant.headers, "content-type": "multipart/form-data; boundary=b"}
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=headers) as client:
        answer = await client.post("/file", content=endless())
        assert answer.status_code == 413
        assert (await client.get("/file")).json() == []


async def test_an_announced_gigabyte_is_not_waited_for(tenant) -> None:
    host, port = tenant.base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = (
        f"POST /file HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {tenant.private}\r\n"
        "content-type: multipart/form-data; boundary=b\r\ncontent-length: 1000000000\r\n\r\n"
    )
    writer.write(head.encode() + b"--b\r\n")
    assert b" 413 " in await reader.readline()
    writer.close()


async def test_a_client_that_leaves_while_it_sends_leaves_nothing(tenant, http) -> None:
    host, port = tenant.base_url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = (
        f"POST /file HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {tenant.private}\r\n"
        "content-type: multipart/form-data; boundary=b\r\ncontent-length: 100000\r\n\r\n"
        '--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nmots'
    )
    writer.write(head.encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await http.get("/file")).json() == []


async def test_a_file_as_large_as_allowed_is_taken(tenant, settings) -> None:
    content = b"mots " * (settings.max_file_bytes // 5)
    made = await tenant.sdk().files.create(file=("grand.txt", content))
    assert made.bytes == settings.max_file_bytes
    assert await storage.size(made.key) == settings.max_file_bytes


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("vide.pdf", b"%PDF-1.4\n%%EOF", "damaged"),
        ("sans texte.pdf", pdf(), "no text"),
        ("vide.docx", b"PK\x03\x04", "damaged"),
        ("blanc.txt", b" \n\t ", "no text"),
        ("profond.json", b"[" * 100_000 + b"]" * 100_000, "damaged"),
        ("faux.json", b"{not json", "damaged"),
        (
            "profond.docx",
            docx_with_body(word_xml(b"<w:p>" * 5000 + b"</w:p>" * 5000)),
            "damaged",
        ),
        (
            "entités.docx",
            docx_with_body(
                b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
                + b"".join(
                    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
                )
                + b"]>"
                + word_xml(b"<w:p><w:r><w:t>&j;</w:t></w:r></w:p>")
            ),
            "",
        ),
        (
            "bombe.docx",
            docx_with_body(word_xml(b"<w:p/>" + b" " * 210_000_000)),
            "too long",
        ),
    ],
)
async def test_a_hostile_document_fails_and_says_why(
    tenant, run_jobs, name, content, reason
) -> None:
    made = await tenant.sdk().files.create(file=(name, content))
    await run_jobs()
    read = await tenant.sdk().files.get(made.id)
    assert read.status == "failed"
    assert reason in read.statusReason
    assert read.parsed_text_url is None


async def test_a_pdf_that_unpacks_without_end_is_given_up(tenant, run_jobs) -> None:
    squeezed = zlib.compress(b"(a) Tj " * 40_000_000, 9)
    bomb = pdf("x")
    start = bomb.index(b"<< /Length")
    end = bomb.index(b"endobj", start)
    bomb = (
        bomb[:start]
        + b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(squeezed)
        + squeezed
        + b"\nendstream\n"
        + bomb[end:]
    )
    made = await tenant.sdk().files.create(file=("bombe.pdf", bomb))
    await run_jobs()
    assert (await tenant.sdk().files.get(made.id)).status == "failed"


async def test_a_reader_that_hangs_is_killed(settings, monkeypatch) -> None:
    await storage.put("files/slow", b"x" * 10)
    with pytest.raises(extraction.NotRead):
        # Shorter than Python takes to start: it cannot have finished.
        await extraction.text_of("files/slow", BY_MIMETYPE["text/plain"], timeout_s=0.001)


async def test_the_reader_holds_none_of_the_secrets(settings, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("ALLOKOLI_SECRET_KEY", "secret")
    seen: dict = {}

    class Finished:
        returncode = reading.UNREADABLE

        async def wait(self):
            return self.returncode

    async def spawn(*_arguments, **options):
        seen.update(options)
        return Finished()

    monkeypatch.setattr(extraction.asyncio, "create_subprocess_exec", spawn)
    await storage.put("files/any", b"x")
    with pytest.raises(extraction.NotRead):
        await extraction.text_of("files/any", BY_MIMETYPE["text/plain"])
    assert "ALLOKOLI_SECRET_KEY" not in seen["env"]


async def test_a_reading_interrupted_or_run_twice_leaves_one_result(tenant, run_jobs) -> None:
    from allokoli.engine.files.tasks import read_file

    made = await tenant.sdk().files.create(file=("a.txt", FRENCH.encode()))
    identity = {"org_id": str(tenant.org_id), "file_id": made.id}
    await read_file(**identity)
    first = await tenant.sdk().files.get(made.id)
    await read_file(**identity)
    await run_jobs()
    assert (await tenant.sdk().files.get(made.id)).updated_at == first.updated_at
    await tenant.sdk().files.delete(made.id)
    await read_file(**identity)
    await run_jobs()
    with pytest.raises(NotFound):
        await storage.get(f"files/{tenant.org_id}/{made.id}/text")


async def test_what_cannot_be_read_for_an_hour_has_failed_and_can_be_read_again(
    tenant, at, monkeypatch, run_jobs
) -> None:
    from allokoli.engine.files.tasks import read_file

    def broken(_key: str):
        raise OSError("the disk of storage is gone")

    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    at(noon)
    files, bases = tenant.sdk().files, tenant.sdk().knowledge_bases_v_2
    made = await files.create(file=("a.txt", FRENCH.encode()))
    wanted = {"org_id": str(tenant.org_id), "file_id": made.id}
    with monkeypatch.context() as patched:
        patched.setattr(storage, "stream", broken)
        at(noon + timedelta(minutes=50))
        with pytest.raises(OSError, match="gone"):
            await read_file(**wanted)
        assert (await files.get(made.id)).status == "processing"
        at(noon + timedelta(hours=2))
        await read_file(**wanted)
    assert (await files.get(made.id)).status == "failed"
    base = await bases.knowledge_base_v_2_controller_create(name="Base")
    await bases.knowledge_base_v_2_controller_file_attach(base.id, file_id=made.id)
    await bases.knowledge_base_v_2_controller_file_retry(base.id, made.id)
    await run_jobs()
    assert (await files.get(made.id)).status == "done"


async def test_a_spooled_upload_arrives_whole(tenant) -> None:
    content = bytes(range(32, 127)) * 40_000
    made = await tenant.sdk().files.create(file=("a.txt", io.BytesIO(content), "text/plain"))
    assert await storage.get(made.key) == content
