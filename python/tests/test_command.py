"""Running the command from Python."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import pdeop
from conftest import LINE, ROOT
from pdeop import _command

DESCRIPTION = """{"command": {"commandName": "pdeop", "subcommands": [
  {"commandName": "train", "arguments": [
     {"kind": "option", "names": [{"name": "modes"}]}, {"kind": "flag", "names": [{"name": "json"}]},
     {"kind": "flag", "names": [{"name": "symmetrize"}]}]},
  {"commandName": "export", "subcommands": [{"commandName": "well", "arguments": []}]}]}}"""


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Puts a script in the place of the command."""

    def make(script: str) -> None:
        path = tmp_path / "pdeop"
        path.write_text(
            f"#!/bin/sh\nif [ \"$1\" = --experimental-dump-help ]; then cat <<'END'\n{DESCRIPTION}\nEND\nexit; fi\n"
            + textwrap.dedent(script)
        )
        path.chmod(0o755)
        monkeypatch.setenv("PDEOP_COMMAND", str(path))
        _command._description.cache_clear()

    return make


def test_keywords_are_options(fake):
    fake("""printf '{"words": "%s"}' "$*" """)
    words = pdeop.run(
        "train", data=["a.hdf5", "b.hdf5"], modes=[12, 8], learning_rate=1e-3, from_="c.safetensors", symmetrize=True,
        resume=None, pad=False, noise=-0.5,
    )["words"]  # fmt: skip
    assert words == (
        "train --data a.hdf5 --data b.hdf5 --modes 12,8 --learning-rate 0.001 --from c.safetensors --symmetrize --noise=-0.5 --json"
    )


def test_text_is_given_where_a_command_prints_no_json(fake):
    fake("""echo "$@" """)
    assert pdeop.run("export", "well", "flows.hdf5", output="flows") == "export well flows.hdf5 --output flows\n"


@pytest.mark.parametrize(("code", "kind"), [(64, pdeop.UsageError), (65, pdeop.DataError), (1, pdeop.RunError)])
def test_failures_are_raised_with_the_message(fake, code, kind):
    fake(f"""echo 'Note: something.' >&2; echo 'pdeop: it is so; do that.' >&2; exit {code}""")
    with pytest.raises(kind) as caught:
        pdeop.run("train", data="a.hdf5")
    assert str(caught.value) == "it is so; do that."
    assert caught.value.exit_code == code
    assert isinstance(caught.value, pdeop.Error)


def test_a_signal_is_said(fake):
    fake("kill -9 $$")
    with pytest.raises(pdeop.RunError, match="ended by SIGKILL"):
        pdeop.run("train")


def test_values_of_other_types_are_refused(fake):
    fake("")
    with pytest.raises(pdeop.UsageError, match="modes is a object"):
        pdeop.run("train", modes=object())
    with pytest.raises(pdeop.UsageError, match="name a command"):
        pdeop.run()


def test_what_is_said_is_shown(fake, capsys):
    fake("""echo 'epoch 1' >&2; echo '{}'""")
    pdeop.run("train", progress=True)
    assert "epoch 1\n" in capsys.readouterr().err
    pdeop.run("train", progress=False)
    assert capsys.readouterr().err == ""


def test_an_interruption_lets_the_command_save(fake, tmp_path):
    fake(f"""trap 'echo saved > {tmp_path}/saved; exit 130' INT; touch {tmp_path}/started; while :; do sleep 0.1; done""")

    def interrupt():
        while not (tmp_path / "started").exists():
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        pdeop.run("train")
    assert (tmp_path / "saved").exists()


def test_no_command_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PDEOP_COMMAND", str(tmp_path / "none"))
    with pytest.raises(pdeop.RunError, match="PDEOP_COMMAND names"):
        pdeop.run("train")
    monkeypatch.delenv("PDEOP_COMMAND")
    monkeypatch.setattr(_command, "_PACKAGE", tmp_path / "a/b")
    script = tmp_path / "pdeop"
    script.write_text("#!/usr/bin/env python3\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pdeop.RunError, match="there is no command pdeop"):
        pdeop.command()


def test_the_real_command_runs(command, workspace):
    assert pdeop.run("inspect", LINE)["samples"] == 320
    with pytest.raises(pdeop.DataError, match="none.hdf5"):
        pdeop.run("inspect", "none.hdf5")
    with pytest.raises(pdeop.UsageError, match="epoch"):
        pdeop.run("train", data=LINE, epochs=-1, output="run")
    with pytest.raises(pdeop.UsageError, match="(?i)unknown option.*--epoch"):
        pdeop.run("train", data=LINE, output="run", epoch=3)


def test_the_package_is_the_command_too(command):
    done = subprocess.run(
        [sys.executable, "-m", "pdeop", "--version"], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT / "python")}
    )
    assert done.returncode == 0 and done.stdout.strip() == pdeop.__version__


def test_importing_imports_no_framework():
    code = "import sys, pdeop; print([name for name in ('torch', 'numpy', 'pandas', 'xarray', 'matplotlib', 'h5py') if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT / "python")}
    )
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize(
    ("blocked", "use", "message"),
    [
        ("torch", "pdeop.torch.load('x')", "pdeop.torch needs torch, which is not installed: pip install torch"),
        ("pandas", "pdeop.read_run('.')", "pdeop.read_run needs pandas, which is not installed: pip install pandas"),
        ("xarray", "pdeop.read_predictions('x')", "pdeop.read_predictions needs xarray, which is not installed: pip install xarray"),
        ("matplotlib", "pdeop.plot.metric('x')", "pdeop.plot.metric needs matplotlib, which is not installed: pip install matplotlib"),
    ],
)
def test_a_missing_package_gives_one_line(blocked, use, message):
    pytest.importorskip("h5py")
    code = f"import sys\nsys.modules['{blocked}'] = None\nimport pdeop\ntry:\n    {use}\nexcept ImportError as error:\n    print(error)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT / "python")}
    )
    assert done.stdout.strip() == message, done.stderr
