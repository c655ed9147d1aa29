"""How long a reply takes to compute: owner's and caller's conversations, without the network.

Run it with `python bench/bench_dialogue.py`; the promise is 150 ms at p95.
"""

import statistics
import time
from datetime import UTC, datetime

from allokoli.blueprint import Blueprint
from allokoli.blueprint.catalog import templates
from allokoli.blueprint.guided import reply
from allokoli.configurator.conversation import hear
from allokoli.configurator.conversation import open as open_conversation

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
ROUNDS = 30
OWNER = [
    "Je voudrais créer un assistant pour mon restaurant",
    "Assistant Chez Mario",
    "Convivial et chaleureux",
    "Combien ça coûte ?",
    "Restaurant Chez Mario, bonsoir ! Que puis-je faire pour vous ?",
    "Oui, absolument",
    "Oui, et aussi s'ils ont des allergies alimentaires",
    "non, le ton plutôt formel",
    "Oui, c'est parfait !",
]
CALLER = [
    "Bonjour, je voudrais réserver une table",
    "Pour quatre personnes ce soir à vingt heures",
    "c'est au nom de Martin",
    "zéro six douze trente-quatre cinquante-six soixante-dix-huit",
    "vous avez une terrasse ?",
    "non aucune",
    "non, plutôt cinq personnes",
    "oui c'est parfait",
]

# Ten thousand characters in one turn: a page read out, or somebody who means harm.
ENDLESS = ["le " * 3_400, "(" * 10_000, "entre 8h et 9h et demie " * 420, "0123456789" * 1_000]


def owner_latencies() -> list[float]:
    """Seconds for each reply to the owner."""
    spent = []
    for _ in range(ROUNDS):
        state, _first = open_conversation("fr")
        for text in OWNER:
            start = time.perf_counter()
            state, _reply = hear(state, text, NOW)
            spent.append(time.perf_counter() - start)
    return spent


def caller_latencies(blueprint: Blueprint) -> list[float]:
    """Seconds for each reply to a caller, served statelessly from all turns so far."""
    spent = []
    for _ in range(ROUNDS):
        for count in range(1, len(CALLER) + 1):
            start = time.perf_counter()
            reply(blueprint, CALLER[:count], NOW)
            spent.append(time.perf_counter() - start)
    return spent


def endless_latencies(blueprint: Blueprint) -> list[float]:
    """Seconds for each reply, the owner's and the caller's, to a turn that hardly ends."""
    spent = []
    first, _greeting = open_conversation("fr")
    for text in ENDLESS:
        for answer in (
            lambda said: hear(first, said, NOW),
            lambda said: reply(blueprint, [CALLER[0], said], NOW),
        ):
            start = time.perf_counter()
            answer(text)
            spent.append(time.perf_counter() - start)
    return spent


def show(name: str, spent: list[float]) -> None:
    cuts = statistics.quantiles(spent, n=100)
    print(
        f"{name:<8} {len(spent):>4} replies   p50 {cuts[49] * 1000:6.2f} ms   "
        f"p95 {cuts[94] * 1000:6.2f} ms   max {max(spent) * 1000:6.2f} ms"
    )


if __name__ == "__main__":
    restaurant = next(item for item in templates("fr") if item.key == "restaurant")
    show("owner", owner_latencies())
    show("caller", caller_latencies(restaurant.blueprint))
    show("endless", endless_latencies(restaurant.blueprint))
