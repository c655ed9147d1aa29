"""One command starts everything, says what is wrong in one sentence, and stops what it started."""

import os
import signal
import socket
import subprocess

import httpx
import psutil
import pytest
from product import Product, alive, wait_until

from allokoli.cli import preflight
from allokoli.core.errors import BadSetting

pytestmark = pytest.mark.process


@pytest.fixture
def product(data_folder):
    return Product(data_folder)


def _refusal(product: Product) -> str:
    process = product.spawn()
    said, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    lines = [line for line in said.splitlines() if line.startswith("allokoli:")]
    assert len(lines) == 1, said
    assert "Traceback" not in said
    return lines[0]


def test_it_starts_stops_and_starts_again_with_its_data(product):
    product.start()
    assert httpx.get(f"{product.url}/fr", follow_redirects=True).status_code == 200
    registered = httpx.post(
        f"{product.url}/api/v1/auth/register",
        json={"email": "mario@example.com", "password": "bouillabaisse-13"},
    )
    assert registered.status_code == 201, registered.text
    bystander = subprocess.Popen(["/bin/sleep", "300"])
    started = product.processes()
    assert len(started) >= 4
    assert product.stop() == 0
    assert [process for process in started if alive(process)] == []
    assert bystander.poll() is None
    bystander.kill()
    product.start()
    answer = httpx.post(
        f"{product.url}/api/v1/auth/login",
        json={"email": "mario@example.com", "password": "bouillabaisse-13"},
    )
    assert answer.status_code == 200
    assert product.stop() == 0


def test_a_process_that_dies_is_started_again(product):
    product.start()
    product.kill("serve")
    wait_until(lambda: httpx.get(f"{product.url}/healthz").is_success, within_s=30)
    product.kill("worker")
    assert product.stop() == 0


def test_a_supervisor_that_is_killed_leaves_no_process_behind(product):
    product.start()
    servers = [product.child(name) for name in ("serve", "engine", "worker")]
    os.kill(product._process.pid, signal.SIGKILL)
    psutil.wait_procs(servers, timeout=20)
    assert [process for process in servers if alive(process)] == []
    product.start()
    assert product.stop() == 0


def test_a_second_start_on_the_same_data_says_so(product):
    product.start()
    other = Product(product.folder)
    assert "already runs" in _refusal(other)
    assert product.stop() == 0


def test_a_busy_port_is_named(product):
    with socket.create_server(("127.0.0.1", product.port)):
        assert f"Port {product.port} is taken" in _refusal(product)


def test_missing_models_are_named(data_folder, tmp_path):
    product = Product(data_folder, models_dir=str(tmp_path / "nothing"))
    assert "model" in _refusal(product)


@pytest.mark.parametrize(
    ("name", "value"),
    [("port", "eight thousand"), ("port", "70000"), ("vault_keys", '["short"]')],
)
def test_a_broken_setting_is_named(data_folder, name, value):
    product = Product(data_folder, **{name: value})
    assert f"ALLOKOLI_{name.upper()}" in _refusal(product)


def test_a_database_that_does_not_answer_is_named(tmp_path):
    product = Product(tmp_path / "data", database_url="postgresql://nobody@127.0.0.1:9/nothing")
    assert "ALLOKOLI_DATABASE_URL" in _refusal(product)


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    assert "cannot be" in _refusal(Product(tmp_path / "file" / "data"))


def test_a_database_that_cannot_start_is_named(data_folder):
    # As root the server would need this parent opened to all; otherwise a file is in its way.
    private = data_folder / "private"
    private.mkdir(parents=True, mode=0o700)
    if os.geteuid() != 0:
        (private / "data").mkdir()
        (private / "data" / "postgres").write_text("not a folder")
    assert "database" in _refusal(Product(private / "data"))


def test_a_full_disk_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(preflight, "_FREE_BYTES_NEEDED", 10**18)
    with pytest.raises(BadSetting, match="MB left"):
        preflight._enough_disk(tmp_path)
