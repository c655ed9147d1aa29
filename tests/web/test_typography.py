import pytest

from allokoli.web.typography import typeset


@pytest.mark.parametrize(
    ("plain", "set_"),
    [
        ("Prêt ?", "Prêt\u202f?"),
        ("Bonjour ! Oui ; non ?", "Bonjour\u202f! Oui\u202f; non\u202f?"),
        ("Nom : Mario", "Nom\u00a0: Mario"),
        ("dites « oui »", "dites «\u00a0oui\u00a0»"),
        ("http://a.fr:8000/b?c", "http://a.fr:8000/b?c"),
        (" ?", " ?"),
    ],
)
def test_french_spaces_hold_to_their_neighbour(plain, set_):
    assert typeset(plain) == set_
