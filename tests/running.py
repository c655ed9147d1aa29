"""A running product, and the voices of the people who call it; fixtures for several folders."""

import pytest
from product import MODELS, Product

from allokoli.core.settings import get_settings
from allokoli.engine.speech.speech import Speech


@pytest.fixture(scope="session")
def speech():
    """Voices for callers, and ears to check what was said."""
    loaded = Speech.load(MODELS, get_settings().whisper_model)
    yield loaded
    loaded.close()


@pytest.fixture
def product(data_folder):
    """A product of one's own, to break if need be."""
    running = Product(data_folder).start()
    yield running
    running.stop()
