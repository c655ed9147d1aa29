"""Points for what structured outputs say."""

import pytest

from allokoli.engine.testing.scorecards import compare, evaluate


def metric(output: str, *conditions: tuple) -> dict:
    return {
        "structuredOutputId": output,
        "conditions": [
            {"type": "comparator", "comparator": comparator, "value": value, "points": points}
            for comparator, value, points in conditions
        ],
    }


def outputs(**results) -> dict:
    return {name: {"name": name, "result": result} for name, result in results.items()}


CARD = {
    "name": "Service",
    "metrics": [
        metric("booked", ("=", True, 60)),
        metric("mood", (">=", 5, 20), (">=", 8, 20)),
    ],
}


@pytest.mark.parametrize(
    ("found", "score", "normalized"),
    [
        (outputs(booked=True, mood=9), 100, 100),
        (outputs(booked=True, mood=6), 80, 80),
        (outputs(booked=False, mood=2), 0, 0),
        (outputs(mood=8), 40, 40),
        ({}, 0, 0),
        (outputs(booked="true", mood="9"), 0, 0),
        (outputs(booked=1, mood=True), 0, 0),
    ],
)
def test_points_are_added_and_set_on_a_scale_of_a_hundred(found, score, normalized):
    result = evaluate(CARD, found)
    assert (result["score"], result["scoreNormalized"]) == (score, normalized)
    assert result["name"] == "Service"
    assert set(result["metricPoints"]) == {"booked", "mood"}


def test_conditions_that_exclude_each_other_do_not_raise_the_scale():
    card = {"metrics": [metric("n", ("<", 5, 10), (">=", 5, 40))]}
    assert evaluate(card, outputs(n=7))["scoreNormalized"] == 100
    assert evaluate(card, outputs(n=1))["scoreNormalized"] == 25


def test_a_card_without_metrics_scores_nothing():
    assert evaluate({"metrics": []}, {})["scoreNormalized"] == 0


@pytest.mark.parametrize(
    ("comparator", "value", "expected", "holds"),
    [
        ("=", "Oui ", "oui", True),
        ("!=", "oui", 3, True),
        ("=", 3, 3.0, True),
        ("=", None, False, False),
        ("!=", None, 3, False),
        (">", "4", 3, False),
        ("~", 3, 3, False),
    ],
)
def test_values_compare_with_their_own_kind_only(comparator, value, expected, holds):
    assert compare(comparator, value, expected) is holds
