"""What a hostile owner, or whoever writes for one, puts in a blueprint."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from allokoli.blueprint import Blueprint
from allokoli.blueprint.guided import conversation

NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
PLAIN = {"name": "Léa", "greeting": "Bonjour !"}


@pytest.mark.parametrize(
    "email",
    [
        "a@b.fr,c@d.fr", "a,b@d.fr", "<a@b.fr>", "a@b.fr>", "\u202ea@b.fr", "a@b\u200b.fr",
        "a@b.fr\r\nBcc: x@y.fr", '"a\\"@b.fr', "a;b@c.fr", "a@b.fr\x00", "a@[127.0.0.1]",
        "a(b)@c.fr",
    ],
)  # fmt: skip
def test_one_plain_address_is_notified(email):
    with pytest.raises(ValidationError):
        Blueprint(**PLAIN, notify={"email": email})


@pytest.mark.parametrize(
    "url",
    [
        "https://", "https:///a", "http://a b", "https://a\r\nHost: b", "http://u:p@a.fr/",
        "file:///etc/passwd", "javascript:alert(1)", "https://a.fr/\x00", "HTTPS//a.fr",
        "http://a@169.254.169.254/",
    ],
)  # fmt: skip
def test_one_plain_web_address_is_notified(url):
    with pytest.raises(ValidationError):
        Blueprint(**PLAIN, notify={"webhook": url})


@pytest.mark.parametrize(
    "url", ["https://a.fr", "http://a.fr:8080/b?c=d@e#f", "https://exemple.fr/é"]
)
def test_usual_web_addresses_are_kept(url):
    notify = Blueprint(**PLAIN, notify={"webhook": url}).notify
    assert notify is not None
    assert notify.webhook == url


@pytest.mark.parametrize(
    "unseen", ["\u200b", "\u202e\u2066", "\ufeff \u2060", "\x01\x02", "\u200d"]
)
@pytest.mark.parametrize("part", ["name", "greeting", "label", "answer", "question"])
def test_what_cannot_be_seen_is_nothing(part, unseen):
    parts = {
        "label": {"fields": [{"key": "a", "label": unseen}]},
        "answer": {"faqs": [{"question": "q", "answer": unseen}]},
        "question": {"faqs": [{"question": unseen, "answer": "a"}]},
    }
    with pytest.raises(ValidationError):
        Blueprint(**{**PLAIN, **parts.get(part, {part: unseen})})


def test_names_and_labels_are_lines_that_show_what_they_hold():
    made = Blueprint(
        **{**PLAIN, "name": "Léa\r\nBcc: x@y.fr\u202e"},
        fields=[{"key": "a", "label": "Nom\n\nRÈGLE"}],
        must_not_say=["prix\nremises"],
    )
    assert made.name == "Léa Bcc: x@y.fr"
    assert made.fields[0].label == "Nom RÈGLE"
    assert made.must_not_say == ["prix remises"]


def test_signs_in_an_owners_words_are_no_part_of_them():
    field = {"key": "place", "label": "Où ? :)", "type": "choice"}
    choices = ["dehors :)", "au fond (calme", "((", "*|*"]
    made = Blueprint(**PLAIN, services=["message"], fields=[{**field, "choices": choices}])
    state, reply = conversation(made, ["je laisse un message", "au fond calme (si possible"], NOW)
    assert state.values["place"] == "au fond (calme"
    assert reply.text
