"""Owners' templates: Liquid as Vapi knows it, and nothing a template does may hold up a call."""

from zoneinfo import ZoneInfo

import pytest
from scripted_talk import NOW, Engine, ScriptedModel, Talk, assistant, call

from allokoli.engine.conversation.conversation import Facts
from allokoli.engine.conversation.variables import bounded, fill, filled, taken

# What a template may cost is bounded; without the bounds, these would go on for hours.
pytestmark = pytest.mark.timeout(30)

PARIS = ZoneInfo("Europe/Paris")
CUSTOMER = {"number": "+33612345678", "name": "Zoé"}


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ customer.number }}", "+33612345678"),
        ("{{customer.name | upcase}} {{ nobody }}.", "ZOÉ ."),
        ('{{ "now" | date: "%A, %B %d, %Y, %I:%M %p", "America/Los_Angeles" }}',
         "Monday, May 04, 2026, 02:00 AM"),
        ('{{ "now" | date: "%H:%M" }}', "11:00"),
        ('{{ "2026-05-04T09:00:00Z" | date: "%d/%m %H:%M", "Europe/Paris" }}', "04/05 11:00"),
        ('{{ "1777885200000" | date: "%Y" }}', "2026"),
        ("{{ 'never' | date: '%Y' }}", "never"),
        ("{{ vip | default: 'non' }}", "non"),
        ("{% for one in items %}{{ one.n }}{% unless forloop.last %}, {% endunless %}{% endfor %}",
         "a, b"),
        ("{% if customer.name == 'Zoé' %}oui{% else %}non{% endif %}", "oui"),
        ("{{ items[1].n }} {{ items | size }} {{ items.first.n }}", "b 2 a"),
        ("Un prix : 9 € {pas une place}", "Un prix : 9 € {pas une place}"),
    ],
)  # fmt: skip
def test_templates_say_what_vapis_would(at, template, said):
    at(NOW)
    values = {"customer": CUSTOMER, "items": [{"n": "a"}, {"n": "b"}]}
    assert fill(template, values, zone=PARIS) == said


HOSTILE = [
    "{% for i in (1..1000000000) %}a{% endfor %}",
    "{% for i in (1..9999) %}{% for j in (1..9999) %}a{% endfor %}{% endfor %}",
    "{% assign x = 'aaaaaaaaaa' %}" + "{% assign x = x | append: x %}" * 60 + "{{ x }}",
    "{{ 'a' " + "| replace: 'a', 'aaaaaaaaaa' " * 12 + "}}",
    "{{ (1..1000000000) | join: ',' }}",
    "{{ 'now' | date: '%9999999999d' }}",
    "{{ 9999999 " + "| times: 99999999999999 " * 3000 + "}}",
    "{% if a %}" * 5000,
    "{{ " + "(" * 5000 + " }}",
    "{{ unclosed",
    "{{" * 300_000,
    "{% include 'x' %}",
    "{% render 'x' %}",
    "{{ 1 | divided_by: 0 }}",
    "{{ 'x' | nothing_like_it }}",
    "{{ 'now' | date: '%Y', 'Mars/Olympus' }}",
    "{% for i in (1..9999) %}" + "{{ big | upcase | downcase }}" * 500 + "{% endfor %}",
    "{% capture z %}{% for i in (1..9999) %}" + "a" * 500 + "{% endfor %}{% endcapture %}",
    "{{ big | split: '' | join: big }}",
    "{{ '%s' | date: '%Y' }}" * 3000,
]


@pytest.mark.parametrize("template", HOSTILE, ids=range(len(HOSTILE)))
def test_a_template_that_cannot_be_or_asks_too_much_stays_as_it_is(template):
    warned: list[str] = []
    told = fill(template, {"big": "x" * 150_000}, warn=warned.append)
    assert told == template or len(told) <= 200_000
    assert warned or told != template


def test_nothing_of_the_program_can_be_named():
    values = {"customer": CUSTOMER}
    for name in ("customer.__class__", "__builtins__", "customer.keys", "self", "zone__.key.x"):
        assert not fill(f"{{{{ {name} }}}}", values, zone=PARIS)


def test_a_prompt_of_a_megabyte_is_filled():
    prompt = ("x" * 10_000 + "{{ customer.name }} {{ customer.name | upcase }}") * 100
    assert "Zoé ZOÉ" in fill(prompt, {"customer": CUSTOMER})


def test_deep_and_odd_json_is_filled_or_left():
    deep: object = "{{a}}"
    for _ in range(500):
        deep = [deep]
    assert filled({"x": ["{{a}}", 3, None, {"y": "{{a}}"}]}, {"a": 1}) == {
        "x": ["1", 3, None, {"y": "1"}]
    }
    filled(deep, {"a": 1})


def test_variables_too_long_to_keep_are_not_kept():
    kept = bounded({"a": "x" * 30_000, "b": 1, "c": object()})
    assert kept == {"b": 1}
    assert len(bounded({str(i): "x" * 1000 for i in range(10_000)})) <= 200


@pytest.mark.parametrize("plan", [None, 3, {}, {"schema": 3}, {"aliases": 3}, {"aliases": [3, {}]}])
def test_a_plan_of_any_other_shape_takes_nothing(plan):
    warned: list[str] = []
    assert taken(plan, {"a": 1}, {}, warned.append) == {}


def test_an_array_is_taken_by_its_title():
    plan = {
        "schema": {"type": "array", "title": "codes"},
        "aliases": [{"key": "c", "value": "{{$[1]}}"}],
    }
    assert taken(plan, ["a", "b"], {}, print) == {"codes": ["a", "b"], "c": "b"}


async def test_the_owner_is_told_once_of_a_template_that_cannot_be_read():
    model = ScriptedModel()
    settings = assistant(prompt="{% broken", firstMessage="Bonjour {{ customer.name }}.")
    talk = Talk(settings, Engine({"Ada": model}), facts=Facts(NOW, customer=CUSTOMER))
    assert (await talk.open()).text == "Bonjour Zoé."
    await talk.hear("?")
    await talk.hear("?")
    assert model.system() == ["{% broken"]
    assert len(talk.engine.warnings) == 1


async def test_the_callers_values_win_over_the_standard_ones_and_members_own_are_beneath():
    model = ScriptedModel()
    settings = assistant(prompt="{{date}} {{year}} {{ plan.name }}")
    facts = Facts(NOW, variable_values={"date": "demain", "plan": {"name": "or"}})
    await Talk(settings, Engine({"Ada": model}), facts=facts).hear("?")
    assert model.system() == ["demain 2026 or"]


async def test_thousands_of_slow_templates_do_not_hold_up_the_others():
    slow = "{% for i in (1..9999) %}{{ i }}{% endfor %}"
    settings = assistant()
    settings["model"]["messages"] = [
        {"role": "system", "content": slow + str(n)} for n in range(2000)
    ]
    model = ScriptedModel(["Oui."])
    talk = Talk(settings, Engine({"Ada": model}))
    assert (await talk.hear("?")).text == "Oui."
    assert any("too long" in one for one in talk.engine.warnings)


async def test_a_plan_of_thousands_of_slow_conditions_is_left_in_time():
    slow = {"type": "regex", "regex": "(x+x+)+y", "negate": True}
    group = {"type": "group", "operator": "AND", "conditions": [slow] * 1000}
    for _ in range(8):
        group = {"type": "group", "operator": "OR", "conditions": [group] * 50}
    tool = {"type": "endCall", "rejectionPlan": {"conditions": [group]}}
    model = ScriptedModel([call("endCall")])
    talk = Talk(assistant("Ada", tool), Engine({"Ada": model}))
    assert (await talk.hear("x" * 5000)).ended == "assistant-ended-call"
