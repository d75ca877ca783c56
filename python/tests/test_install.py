"""What `make install` installs."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess

import pytest

from conftest import ROOT


def test_the_command_is_installed_with_pages_and_completions(command, tmp_path):
    environment = {**os.environ, "PDEOP": command, "PREFIX": "/usr", "DESTDIR": str(tmp_path)}
    subprocess.run([ROOT / "scripts/install-command"], check=True, env=environment)
    pages = sorted((tmp_path / "usr/share/man/man1").iterdir())
    assert {"pdeop.1.gz", "pdeop-train.1.gz", "pdeop-generate-cfd2d.1.gz"} <= {page.name for page in pages}
    train = gzip.decompress((tmp_path / "usr/share/man/man1/pdeop-train.1.gz").read_bytes()).decode()
    assert "\\fB\\-\\-learning\\-rate\\fR" in train
    if shutil.which("man"):
        for page in pages:
            shown = subprocess.run(
                ["man", "--warnings", "-l", page], capture_output=True, text=True, env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"}
            )
            assert shown.returncode == 0 and not shown.stderr and "NAME" in shown.stdout, (page, shown.stderr)
    if shutil.which("bash"):
        script = tmp_path / "usr/share/bash-completion/completions/pdeop"
        subprocess.run(["bash", "-c", f"source {script} && complete -p pdeop"], check=True, capture_output=True)
    program = tmp_path / "usr/bin/pdeop"
    assert program.exists()
    subprocess.run([ROOT / "scripts/uninstall-command"], check=True, env=environment)
    assert not [path for path in tmp_path.rglob("*pdeop*") if path.is_file()]


def test_what_cannot_be_installed_is_said(command, tmp_path):
    for change, message in [
        ({"PDEOP": "none"}, "run make build first"), ({"PREFIX": "usr"}, "must begin with /"),
        ({"PREFIX": "/proc/none"}, "cannot be written"),
    ]:  # fmt: skip
        environment = {**os.environ, "PDEOP": command, "PREFIX": "/usr", "DESTDIR": ""} | change
        done = subprocess.run([ROOT / "scripts/install-command"], capture_output=True, text=True, env=environment)
        assert done.returncode == 1 and message in done.stderr, done.stderr
