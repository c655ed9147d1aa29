"""What is expected is written as such where it is heard but for its last word."""

import pytest

from allokoli.engine.speech.recognizer import _as_expected

TERMS = (
    "docteur",
    "ordonnance",
    "prise de sang",
    "une coupe",
    "midi et demi",
    "07 11",
    "au revoir",
)


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("Au sujet de ma prise de 100 de lundi.", "Au sujet de ma prise de sang de lundi."),
        ("Une coute et une couleur", "Une coupe et une couleur"),
        ("ma prise de sang", "ma prise de sang"),
        ("Combien ça coute ?", "Combien ça coute ?"),
        ("une course, une coupure, une cour", "une course, une coupure, une cour"),
        ("midi et quart", "midi et quart"),
        ("midi et 15", "midi et 15"),
        ("du 3 au 12 mars", "du 3 au 12 mars"),
        ("prise de 16", "prise de 16"),
        ("07 12", "07 12"),
        ("", ""),
    ],
)
def test_an_expected_phrase_is_written_for_what_sounds_like_it(heard, written):
    assert _as_expected(heard, TERMS) == written


def test_signs_in_expected_words_are_only_signs():
    assert _as_expected("a (b c", ("(b d", "a* (b", "\\", "x " * 50)) == "a (b c"
