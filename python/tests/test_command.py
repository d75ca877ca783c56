"""Running the command from Python."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

import pdeop
from conftest import LINE, REFERENCE, ROOT
from pdeop import _command

DESCRIPTION = """{"command": {"commandName": "pdeop", "subcommands": [
  {"commandName": "train", "arguments": [
     {"kind": "option", "names": [{"name": "modes"}]}, {"kind": "flag", "names": [{"name": "json"}]},
     {"kind": "option", "names": [{"name": "data"}], "isRepeating": true},
     {"kind": "flag", "names": [{"name": "symmetrize"}]}, {"kind": "flag", "names": [{"name": "no-symmetrize"}]}]},
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


def test_false_is_the_opposite_of_a_flag_that_has_one(fake):
    fake("""echo "$@" """)
    assert pdeop.run("train", symmetrize=False, modes=False, json=False) == "train --no-symmetrize\n"


def test_arrays_and_their_numbers_are_lists_and_numbers(fake):
    numpy = pytest.importorskip("numpy")
    fake("""printf '{"words": "%s"}' "$*" """)
    words = pdeop.run(
        "train", data=numpy.array(["a", "b"]), modes=numpy.array([12, 8]), weights=(numpy.float64(0.5), 1), epochs=numpy.int64(3),
        symmetrize=numpy.True_, pad=numpy.False_, ends=[-0.5, 1], one=numpy.array(2),
    )["words"]  # fmt: skip
    assert words == (
        "train --data a --data b --modes 12,8 --weights 0.5,1 --epochs 3 --symmetrize --ends=-0.5,1 --one 2 --json"
    )
    assert pdeop.run("train", symmetrize=numpy.False_, json=numpy.True_)["words"] == "train --no-symmetrize --json"
    with pytest.raises(pdeop.UsageError, match="modes is a list"):
        pdeop.run("train", modes=numpy.ones((2, 2)))


@pytest.mark.parametrize("choice", ["csv", "paper", "schema", "reference", "help", "version"])
def test_text_is_given_where_it_is_asked_for(fake, choice):
    fake("""echo "$@" """)
    assert pdeop.run("train", **{choice: True}) == f"train --{choice}\n"
    assert pdeop.run("train", f"--{choice}") == f"train --{choice}\n"


def test_a_page_with_the_papers_numbers_goes_with_json(fake):
    fake("""printf '{"words": "%s"}' "$*" """)
    assert pdeop.run("train", paper=True, html="p.html")["words"] == "train --paper --html p.html --json"
    assert pdeop.run("train", csv=False)["words"] == "train --json"


def test_help_and_schemas_are_text_of_the_real_command(command):
    assert "USAGE: pdeop train" in pdeop.run("train", help=True, progress=False)
    assert '"$schema"' in pdeop.run("config", schema=True, progress=False)


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


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_command_ends_with_the_process_that_runs_it(fake, tmp_path, end):
    fake(
        f"""trap 'echo saved > {tmp_path}/saved; exit 130' TERM
        echo $$ > {tmp_path}/pid; mv {tmp_path}/pid {tmp_path}/started; for _ in $(seq 300); do sleep 0.1; done"""
    )
    # From a thread, as a notebook may do.
    code = "import pdeop, threading; threading.Thread(target=pdeop.run, args=('train',)).start()"
    python = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT / "python")})
    assert within(20, (tmp_path / "started").exists)
    time.sleep(0.3)
    assert not (tmp_path / "saved").exists()
    python.send_signal(end)
    python.wait()
    assert within(20, (tmp_path / "saved").exists)


def test_a_training_ends_with_the_process_that_runs_it(command, workspace):
    run = workspace / "run"
    code = f"import pdeop; pdeop.run('train', data={str(LINE)!r}, ratio=0.1, epochs=100000, evaluate_every=1, threads=1, output={str(run)!r})"
    python = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT / "python"), "PDEOP_COMMAND": command}
    )
    try:
        assert within(60, (run / "metrics.jsonl").exists)
        assert len(processes_with(run)) == 1
        python.kill()
        python.wait()
        assert within(30, lambda: not processes_with(run))
    finally:
        for left in processes_with(run):
            os.kill(left, signal.SIGKILL)
    # What it has done is saved, and it can go on.
    epochs = len((run / "metrics.jsonl").read_text().splitlines())
    pdeop.run("train", resume=run, epochs=epochs + 1, progress=False)
    assert len((run / "metrics.jsonl").read_text().splitlines()) == epochs + 1


def within(seconds, holds) -> bool:
    """Whether something comes to hold in some seconds."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return bool(holds())


def processes_with(word) -> list[int]:
    """The processes with a word in their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if os.fsencode(word) in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found


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


def test_lists_and_false_are_what_the_real_command_takes(command, workspace):
    checkpoint = REFERENCE / "fno1d.safetensors"
    all_layers = pdeop.run("analyze", checkpoint=checkpoint, include=["spectral"], layers=["conv0*", "fc1"])["layers"]
    names = {one["name"].split(".")[0] for one in all_layers}
    assert names == {"conv0", "fc1"}
    spectra = pdeop.run("benchmark", "spectra", checkpoint=checkpoint, layers=["fc0", "fc1"], include=("spectral", "matrix"), repeats=1)
    assert spectra
    numpy = pytest.importorskip("numpy")
    solver = {"line": 16, "plane": 8, "samples": 1, "repeats": 1, "lines": numpy.array([16, 32]), "planes": [8]}
    growth = pdeop.run("benchmark", "solver", **solver)["growth"]
    assert [case["resolution"] for case in growth] == [[16], [32], [8, 8]]
    summary = pdeop.run("inspect", LINE, variables=["Vx", "density"])
    assert {one["name"] for one in summary["variables"]} == {"density", "Vx"}
    pdeop.run("train", data=LINE, ratio=0.1, epochs=1, test_samples=4, symmetrize=False, shuffle=False, output="run", progress=False)
    config = (workspace / "run/config.yaml").read_text()
    assert "symmetrize: false" in config and "shuffle: false" in config


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
