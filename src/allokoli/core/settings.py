"""Every setting of the product, in one place.

Values come from the environment (`ALLOKOLI_*`), then from a `.env` file, then from the defaults
below, which run the whole product on one machine with no account anywhere.
"""

import ipaddress
import json
import os
import secrets
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from allokoli.core import embedded_postgres
from allokoli.core.errors import BadSetting


class Settings(BaseSettings):
    """The settings, read once per process by `get_settings`.

    Attributes:
        data_dir: where the embedded server, secrets, models and recordings are kept.
        host: address the web process listens on.
        port: port of the web process (1-65535).
        public_url: address people and voice platforms reach the product at.
        engine_host: address the engine listens on; keep it on the loopback.
        engine_port: port of the engine (1-65535).
        engine_internal_url: engine as reached by the web process and the worker.
        web_internal_url: web process as reached by the engine and the worker.
        database_url: PostgreSQL as its owner, for migrations; embedded server when unset.
        secret_key: signs tokens; made once and kept in `data_dir` when unset.
        vault_keys: Fernet keys, newest first; made once and kept in `data_dir` when unset.
        smtp_url: `smtp://user:password@host:587` or `smtps://…:465`; mails stay in the outbox
            page when unset.
        mail_from: sender of every mail.
        storage_url: `s3://bucket/prefix` for object storage; files in `data_dir` when unset.
        models_dir: local speech models; in `data_dir` when unset.
        whisper_model: model-hub name of the local recognizer.
        default_locale: language of visitors who ask for none of ours: fr, en or he.
        max_calls_per_organization: calls at once, text calls apart.
        max_body_bytes: largest JSON body accepted, in bytes.
        max_file_bytes: largest file an organization may upload, in bytes.
        chat_retention_days: chats and sessions are removed this long after their last word.
        private_servers: whether webhooks, models and tools may be at private addresses (the
            machine itself, its network); when unset, only while `public_url` is one itself.
            Addresses where clouds keep a machine's secrets are refused in any case.
        model_url: OpenAI-compatible base URL of the operator's model, which answers for
            assistants whose provider has no credential stored; the guided model does when unset.
        model_name: that model's name at `model_url`.
        model_key: key for `model_url`; none is sent when unset.
        twilio_api_url: base URL of Twilio's REST API, for a region of it or a gateway.
        code_sandbox_url: where the programs of `code` tools are posted to be run; they are refused
            when unset, and never run on this machine.
        log_level: DEBUG, INFO, WARNING or ERROR.
    """

    model_config = SettingsConfigDict(
        env_prefix="ALLOKOLI_", env_file=".env", env_file_encoding="utf-8", extra="ignore"
    )

    data_dir: Path = Path(".data")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: str = ""
    engine_host: str = "127.0.0.1"
    engine_port: int = Field(default=8001, ge=1, le=65535)
    engine_internal_url: str = ""
    web_internal_url: str = ""
    database_url: str = ""
    secret_key: str = ""
    vault_keys: list[str] = []
    smtp_url: str = ""
    mail_from: str = "AlloKoli <ne-pas-repondre@localhost>"
    storage_url: str = ""
    models_dir: Path = Path()
    whisper_model: str = "Systran/faster-whisper-base"
    default_locale: str = "fr"
    max_body_bytes: int = Field(default=1_000_000, ge=1_000)
    max_file_bytes: int = Field(default=20_000_000, ge=1_000)
    chat_retention_days: int = Field(default=365, ge=1)
    max_calls_per_organization: int = Field(default=10, ge=1)
    private_servers: bool | None = None
    model_url: str = ""
    model_name: str = ""
    model_key: str = Field(default="", repr=False)
    twilio_api_url: str = "https://api.twilio.com"
    code_sandbox_url: str = ""
    log_level: str = "INFO"

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator(
        "public_url", "engine_internal_url", "web_internal_url", "model_url", "twilio_api_url"
    )
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("vault_keys")
    @classmethod
    def _fernet_keys(cls, value: list[str]) -> list[str]:
        for key in value:
            Fernet(key)
        return value

    def model_post_init(self, _context: object) -> None:
        """Derive addresses and folders, and complete the secrets."""
        if self.models_dir == Path():
            self.models_dir = self.data_dir / "models"
        self.public_url = self.public_url or f"http://{_reachable(self.host)}:{self.port}"
        self.web_internal_url = (
            self.web_internal_url or f"http://{_reachable(self.host)}:{self.port}"
        )
        self.engine_internal_url = (
            self.engine_internal_url or f"http://{_reachable(self.engine_host)}:{self.engine_port}"
        )
        if not self.secret_key or not self.vault_keys:
            kept = _kept_secrets(self.data_dir / "secrets.json")
            self.secret_key = self.secret_key or kept["secret_key"]
            self.vault_keys = self.vault_keys or kept["vault_keys"]

    @property
    def engine_public_url(self) -> str:
        """The engine as Vapi's clients reach it, through the web address."""
        return f"{self.public_url}/engine"

    @property
    def private_servers_allowed(self) -> bool:
        """Whether assistants may name servers at private addresses."""
        if self.private_servers is not None:
            return self.private_servers
        return self.is_private_installation

    @property
    def is_private_installation(self) -> bool:
        """Whether `public_url` is somebody's own machine or network, out of reach for others."""
        return _is_private(urlsplit(self.public_url).hostname or "")

    @property
    def postgres_dir(self) -> Path:
        """Files of the embedded server."""
        return self.data_dir / "postgres"

    @property
    def recordings_dir(self) -> Path:
        """Recordings of calls still running."""
        return self.data_dir / "recordings"

    @cached_property
    def admin_database_url(self) -> str:
        """PostgreSQL as the owner of the schema. Only migrations and the supervisor use it.

        Raises:
            BadSetting: no server is configured and the embedded one is not running.
        """
        return self.database_url or embedded_postgres.url(self.postgres_dir)


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process.

    Raises:
        BadSetting: a value is wrong; the sentence names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "ALLOKOLI_" + "_".join(str(part) for part in first["loc"]).upper()
        raise BadSetting(f"{name}: {first['msg']}") from None


def _is_private(host: str) -> bool:
    """Whether a host is this machine or on its own network; of names, only `localhost` is."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 - compared, not bound


def _kept_secrets(path: Path) -> dict[str, Any]:
    """Read the machine's own secrets, making them the first time, readable by their owner only."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        raise BadSetting(f"{path} cannot be read: {error}") from None
    made = {
        "secret_key": secrets.token_urlsafe(48),
        "vault_keys": [Fernet.generate_key().decode()],
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(made, file)
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return _kept_secrets(path)
        finally:
            draft.unlink()
    except OSError as error:
        raise BadSetting(f"{path} cannot be written: {error.strerror}") from None
    return made
