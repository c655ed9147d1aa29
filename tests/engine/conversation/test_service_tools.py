"""Tools of outside services: what they send, and what the model is told when they cannot."""

import pytest
from scripted_talk import NOW, Engine, ScriptedModel, Talk, assistant, call

from allokoli.core.settings import get_settings
from allokoli.engine.conversation.conversation import Facts
from allokoli.engine.conversation.events import EndCall, SendDigits
from allokoli.engine.conversation.tools import gohighlevel, google, slack

TWILIO = {"accountSid": "AC1", "authToken": "secret-token"}


async def used(tool, arguments, engine=None, facts=None):
    """A turn in which the model asks for the only tool; its result and all that was done."""
    model = ScriptedModel(["", "Voilà."])
    model.answers[0] = lambda _, tools: call(tools[0]["function"]["name"], "c1", **arguments)
    engine = engine or Engine({})
    engine.models = {"Ada": model}
    talk = Talk(assistant("Ada", tool), engine, facts=facts)
    reply = await talk.hear("S'il vous plaît")
    result = next(one["content"] for one in talk.now.history if one["role"] == "tool")
    return result, reply, talk


@pytest.fixture
def services(tool_server, monkeypatch):
    """The services' addresses lead to the local server."""
    for service in (
        slack.SLACK,
        google.CALENDAR,
        google.SHEETS,
        gohighlevel.GOHIGHLEVEL,
    ):
        monkeypatch.setattr(service, "url", tool_server.url("echo"))
    monkeypatch.setattr(get_settings(), "twilio_api_url", tool_server.url("echo"))
    tool_server.answer = {"ok": True}
    return tool_server


EVENT = {
    "summary": "Table",
    "startDateTime": "2026-05-04T19:00:00+02:00",
    "endDateTime": "2026-05-04T21:00:00+02:00",
}
GOOGLE = "google.calendar.oauth2-authorization"
SHEETS = "google.sheets.oauth2-authorization"
ROW = {"spreadsheetId": "s/../x", "range": "A:B", "values": [1]}
APPOINTMENT = {"calendarId": "c", "locationId": "l", "contactId": "p", "startTime": "t"}


@pytest.mark.parametrize(
    ("kind", "arguments", "provider", "line"),
    [
        ("slack.message.send", {"channel": "#a", "message": "b"}, "slack.oauth2-authorization",
         ("POST", "echo/chat.postMessage")),
        ("google.calendar.event.create", EVENT, GOOGLE, ("POST", "echo/calendars/primary/events")),
        ("google.calendar.availability.check", EVENT, GOOGLE, ("POST", "echo/freeBusy")),
        ("google.sheets.row.append", ROW, SHEETS,
         ("POST", "echo/spreadsheets/s%2F..%2Fx/values/A%3AB:append?valueInputOption=RAW")),
        ("gohighlevel.contact.create", {"locationId": "l", "phone": "+1"}, "gohighlevel",
         ("POST", "echo/contacts/")),
        ("gohighlevel.contact.get", {"locationId": "l", "email": "a@b"}, "gohighlevel",
         ("GET", "echo/contacts/?locationId=l&query=a%40b")),
        ("gohighlevel.calendar.event.create", APPOINTMENT, "ghl.oauth2-authorization",
         ("POST", "echo/calendars/events/appointments")),
        ("gohighlevel.calendar.availability.check",
         {"calendarId": "c", "startDate": "1", "endDate": "2"}, "gohighlevel",
         ("GET", "echo/calendars/c/free-slots?startDate=1&endDate=2")),
    ],
)  # fmt: skip
async def test_a_service_is_asked_with_the_stored_credential(
    services, kind, arguments, provider, line
):
    engine = Engine({}, credentials={provider: {"apiKey": "stored-key"}})
    result, _, _ = await used({"type": kind}, arguments, engine)
    assert '"error"' not in result
    assert services.lines == [line]
    assert services.heads[0]["authorization"] == "Bearer stored-key"
    # Without one, the model and the owner are told which is missing; nothing is sent.
    result, reply, talk = await used({"type": kind}, arguments)
    assert "credential is stored" in result
    assert provider.split(".", maxsplit=1)[0] in result
    assert any("credential" in one for one in talk.engine.warnings)
    assert reply.text == "Voilà."
    assert len(services.lines) == 1


async def test_what_google_and_slack_are_sent(services):
    credentials = {
        GOOGLE: {"authenticationSession": {"accessToken": "x"}},
        "slack.oauth2-authorization": {"authorizationId": "xoxb"},
    }
    await used({"type": "google.calendar.event.create"}, EVENT, Engine({}, credentials=credentials))
    assert services.received[0]["start"] == {"dateTime": EVENT["startDateTime"]}
    services.answer = {"ok": False, "error": "channel_not_found"}
    arguments = {"channel": "#a", "message": "b"}
    result, _, _ = await used(
        {"type": "slack.message.send"}, arguments, Engine({}, credentials=credentials)
    )
    assert "channel_not_found" in result
    assert services.received[1] == {"channel": "#a", "text": "b"}


async def test_slack_is_reached_by_a_webhook_when_that_is_all_there_is(services):
    engine = Engine({}, credentials={"slack-webhook": {"webhookUrl": services.url("echo") + "/T1"}})
    arguments = {"channel": "#a", "message": "b"}
    result, _, _ = await used({"type": "slack.message.send"}, arguments, engine)
    assert result == "The message was sent."
    assert services.lines == [("POST", "echo/T1")]
    assert services.received == [{"text": "b"}]


async def test_a_text_message_goes_to_the_caller_through_twilio(services):
    facts = Facts(NOW, customer={"number": "+33612345678"})
    tool = {"type": "sms", "metadata": {"from": "+33900000000"}}
    engine = Engine({}, credentials={"twilio": TWILIO})
    result, _, _ = await used(tool, {"message": "À lundi"}, engine, facts)
    assert result == "The message was sent."
    assert services.lines == [("POST", "echo/2010-04-01/Accounts/AC1/Messages.json")]
    raw = services.received[0]["raw"]
    assert raw == "To=%2B33612345678&From=%2B33900000000&Body=%C3%80+lundi"
    assert services.heads[0]["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "message must have"),
        ({"message": "x" * 2000}, "message must have"),
        ({"message": "x", "to": "911"}, "international form"),
        ({"message": "x", "to": "+33612345678"}, "no number to send from"),
    ],
)
async def test_a_text_message_that_cannot_be_sent_is_an_error(services, arguments, told):
    engine = Engine({}, credentials={"twilio": TWILIO})
    result, _, _ = await used({"type": "sms"}, arguments, engine)
    assert told in result
    assert services.lines == []


@pytest.mark.parametrize("kind", ["500", "html", "huge"])
async def test_a_service_that_fails_is_told_without_its_secrets(services, monkeypatch, kind):
    monkeypatch.setattr(gohighlevel.GOHIGHLEVEL, "url", services.url(kind))
    engine = Engine({}, credentials={"gohighlevel": {"apiKey": "stored-key"}})
    arguments = {"locationId": "l"}
    result, reply, _ = await used({"type": "gohighlevel.contact.create"}, arguments, engine)
    assert result.startswith('{"error"')
    assert "stored-key" not in result
    assert reply.text == "Voilà."


async def test_arguments_of_another_shape_are_refused(services):
    engine = Engine({}, credentials={"gohighlevel": {"apiKey": "k"}, GOOGLE: {"apiKey": "k"}})
    result, _, _ = await used({"type": "gohighlevel.contact.get"}, {"email": ["x"]}, engine)
    assert "locationId must be given" in result
    result, _, _ = await used({"type": "google.calendar.event.create"}, {}, engine)
    assert "are needed" in result


# Tools of the line and of the machine


@pytest.mark.parametrize("digits", ["1234#", "1 2w3", "*"])
async def test_keys_are_pressed_and_the_conversation_goes_on(digits):
    _, reply, _ = await used({"type": "dtmf"}, {"dtmf": digits})
    assert SendDigits(digits.replace(" ", "")) in reply.events
    assert reply.text == "Voilà."


@pytest.mark.parametrize("digits", ["", "12a", "1" * 51, None, ["1"]])
async def test_what_is_no_key_is_refused(digits):
    result, reply, _ = await used({"type": "dtmf"}, {"dtmf": digits})
    assert '"error"' in result
    assert not any(isinstance(one, SendDigits) for one in reply.events)


async def test_a_voicemail_found_by_the_model_gets_its_message():
    model = ScriptedModel([call("leave_voicemail")])
    settings = assistant("Ada", {"type": "voicemail"}, voicemailMessage="Rappelez {{name}}.")
    reply = await Talk(settings, Engine({"Ada": model})).hear("Bip")
    assert reply.text == "Rappelez ."
    assert reply.events[-1] == EndCall("voicemail")


async def test_a_sip_request_needs_a_sip_line():
    facts = Facts(NOW, transport="web")
    result, _, _ = await used({"type": "sipRequest", "verb": "INFO"}, {}, facts=facts)
    assert "carried over SIP" in result


async def test_code_never_runs_on_this_machine(tmp_path):
    written = tmp_path / "x"
    tool = {"type": "code", "code": f"require('fs').writeFileSync('{written}', '')"}
    result, reply, talk = await used(tool, {})
    assert "no sandbox" in result
    assert reply.text == "Voilà."
    assert not written.exists()
    assert any("sandbox" in one for one in talk.engine.warnings)


async def test_code_runs_in_the_sandbox_that_is_named(tool_server, monkeypatch):
    settings = get_settings()
    monkeypatch.setattr(settings, "code_sandbox_url", tool_server.url("echo"))
    tool_server.answer = {"result": {"sum": 3}}
    tool = {
        "type": "code",
        "code": "return 3",
        "environmentVariables": [{"name": "WHO", "value": "{{customer.number}}"}],
        "function": {"name": "add", "parameters": {"properties": {"a": {"type": "number"}}}},
    }
    facts = Facts(NOW, customer={"number": "+336"})
    result, _, _ = await used(tool, {"a": 1}, facts=facts)
    assert result == '{"sum": 3}'
    assert tool_server.received[0]["env"] == {"WHO": "+336"}
    assert tool_server.received[0]["args"] == {"a": 1}
    tool_server.answer = {"error": "boom"}
    assert "boom" in (await used(tool, {"a": 1}))[0]


# Knowledge


async def test_files_are_searched_for_what_the_model_asks():
    bases = [{"name": "menu", "description": "the menu", "provider": "google", "fileIds": ["f"]}]
    engine = Engine({}, passages=["Pizza 9 €.", "Fermé lundi."])
    result, _, _ = await used(
        {"type": "query", "knowledgeBases": bases}, {"query": "prix ?"}, engine
    )
    assert result == "Pizza 9 €.\n\nFermé lundi."
    assert engine.searched == [(bases[0], "prix ?")]
    tool = {"type": "knowledgeBase", "knowledgeBaseId": "kb", "function": {"name": "search_menu"}}
    result, _, _ = await used(tool, {"query": "x"}, Engine({}))
    assert result == "Nothing was found about this."
    assert "query must be given" in (await used(tool, {}))[0]


async def test_the_owners_own_knowledge_is_asked_of_their_server(tool_server):
    base = {"provider": "custom-knowledge-base", "server": {"url": tool_server.url("echo")}}
    settings = assistant("Ada")
    settings["model"]["knowledgeBase"] = base
    said = {"message": {"type": "custom-message", "content": "Neuf euros."}}
    for answer, told in (
        ({"documents": [{"content": "Pizza 9 €.", "similarity": 1}]}, "Voilà."),
        (said, "Neuf euros."),
        ([], "Voilà."),
        ({"documents": 3}, "Voilà."),
    ):
        tool_server.answer = answer
        model = ScriptedModel([call("knowledge_base", query="prix"), "Voilà."])
        reply = await Talk(settings, Engine({"Ada": model})).hear("Le prix ?")
        assert reply.text == told
    message = tool_server.received[0]["message"]
    assert message["type"] == "knowledge-base-request"
    assert [one["content"] for one in message["messagesOpenAIFormatted"]] == ["Le prix ?", "prix"]


async def test_tools_of_no_known_kind_are_left_out_with_a_warning():
    tools = [{"type": "teleport"}, {"type": None}, {}, 3, {"type": "endCall"}, {"type": "endCall"}]
    settings = assistant("Ada")
    settings["model"]["tools"] = tools
    model = ScriptedModel(["Oui."])
    talk = Talk(settings, Engine({"Ada": model}))
    assert (await talk.hear("?")).text == "Oui."
    assert model.offered == [["endCall"]]
    assert any("teleport" in one for one in talk.engine.warnings)
