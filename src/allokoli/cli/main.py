"""`allokoli`: run the product, one of its processes, or look after it."""

import sys
from typing import Annotated

import typer

from allokoli.core.errors import AlloKoliError

app = typer.Typer(
    help="AlloKoli: make a phone voice assistant by talking.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Entry point: what the operator must change is one sentence and a non-zero exit."""
    try:
        app()
    except AlloKoliError as error:
        sys.stderr.write(f"allokoli: {error.message}\n")
        sys.exit(1)


@app.command()
def run() -> None:
    """Start the database, the web process, the engine and the worker; Ctrl-C stops them."""
    from allokoli.cli.supervisor import supervise

    sys.exit(supervise())


@app.command()
def serve() -> None:
    """Start the web process alone."""
    from allokoli.cli.processes import serve as start

    start()


@app.command()
def engine() -> None:
    """Start one engine alone."""
    from allokoli.cli.processes import engine as start

    start()


@app.command()
def worker() -> None:
    """Start one worker alone."""
    from allokoli.cli.processes import worker as start

    start()


@app.command()
def migrate(
    revision: Annotated[str, typer.Argument(help="An Alembic revision.")] = "head",
) -> None:
    """Bring the database to the newest schema."""
    from allokoli.core.migrations import migrate as apply

    apply(revision)


@app.command()
def models() -> None:
    """Make sure the local speech models are there, with a progress bar."""
    from allokoli.cli.models import fetch

    fetch()


@app.command()
def doctor() -> None:
    """Check this machine and say, line by line, what is ready and what is not."""
    from allokoli.cli.doctor import examine

    sys.exit(examine())


@app.command()
def rotate_keys() -> None:
    """Seal every stored secret again with the first of ALLOKOLI_VAULT_KEYS."""
    from allokoli.core.rotation import rotate

    typer.echo(f"{rotate()} secrets sealed with the newest key")


if __name__ == "__main__":
    main()
