"""Nothing that a conversation compares with what was said is computed while somebody waits."""

from datetime import UTC, datetime

import pytest

from allokoli.blueprint.catalog import template
from allokoli.blueprint.guided import conversation
from allokoli.configurator import conversation as guide
from allokoli.dialogue import meaning

NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
SAID = {
    "fr": ["Bonjour, alors voilà, j'ai un souci avec ma voiture", "vous prenez les chiens ?"],
    "en": ["Hello, well, I've a bit of a problem with the car", "do you take dogs?"],
    "he": ["שלום, יש לי בעיה קטנה עם האוטו", "אתם מקבלים כלבים?"],
}
OWNERS = {
    "fr": ["On est un garage à Lyon", "demandez le nom, la plaque parce qu'on s'y perd sinon"],
    "en": ["We're a garage in Leeds", "ask for the name, the plate because we get lost otherwise"],
    "he": ["אנחנו מוסך בחיפה", "תשאלו שם, מספר רכב כי אחרת אנחנו מתבלבלים"],
}


@pytest.fixture
def computed(monkeypatch):
    """Sentences whose meaning was computed, not learned ahead."""
    texts = []
    compute = meaning._compute
    monkeypatch.setattr(meaning, "_compute", lambda text: (texts.append(text), compute(text))[1])
    meaning._centered.cache_clear()
    meaning._table.cache_clear()
    return texts


@pytest.mark.parametrize("language", SAID)
def test_a_call_computes_only_what_the_caller_said(computed, language):
    said = " ".join(SAID[language])
    for key in ("doctor", "garage", "restaurant"):
        blueprint = template(key, language).blueprint
        conversation(blueprint, SAID[language], NOW)
        said += " ".join(faq.question for faq in blueprint.faqs)  # an owner's own, once
    assert computed
    assert [one for one in computed if one not in said] == []


@pytest.mark.parametrize("language", OWNERS)
def test_the_guide_computes_only_what_the_owner_said(computed, language):
    owner, _ = guide.open(language)
    for said in OWNERS[language]:
        owner, _ = guide.hear(owner, said, NOW)
    assert [one for one in computed if one not in " ".join(OWNERS[language])] == []
