"""The repository's scripts, where they do not build anything."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys

import pytest

from conftest import ROOT


def script(path, monkeypatch):
    """A script in Python as a module."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(str(ROOT / path.rpartition("/")[0]))
    loader = importlib.machinery.SourceFileLoader(path.replace("/", "_").replace("-", "_"), str(ROOT / path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def test_a_relative_command_is_found_from_where_it_was_named(command, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/pdeop").symlink_to(os.path.abspath(command))
    environment = {**os.environ, "PDEOP": "bin/pdeop", "PREFIX": "/usr", "DESTDIR": str(tmp_path / "there")}
    subprocess.run([ROOT / "scripts/install-command"], check=True, env=environment, cwd=tmp_path, capture_output=True)
    assert (tmp_path / "there/usr/bin/pdeop").exists()


@pytest.mark.parametrize(
    ("pattern", "matches", "others"),
    [
        (".git", [".git"], ["a/.git", ".github", "x.git"]),
        ("dist", ["dist"], ["python/dist"]),
        ("**/.build*", [".build", ".build-mpi", "Examples/TextFineTuning/.build"], ["build", "a.build"]),
        ("**/runs", ["runs", "a/b/runs"], ["runs.csv", "a/overruns"]),
        ("/a?c/[x-z]*", ["abc/y1"], ["a/c/y1", "abc/y1/z", "abc/w"]),
    ],
)
def test_patterns_of_dockerignore_are_of_whole_paths(monkeypatch, pattern, matches, others):
    expression = script("scripts/trial-docker", monkeypatch).ignored(pattern)
    assert [path for path in [*matches, *others] if expression.fullmatch(path)] == matches


def test_no_build_is_sent_to_an_engine(monkeypatch, tmp_path):
    module = script("scripts/trial-docker", monkeypatch)
    kept = ["Sources/a.swift", "Examples/b/Package.swift", "python/pdeop/__init__.py"]
    left = [".git/HEAD", ".build/x", "Examples/b/.build/x", "benchmarks/.venv/x", "a/runs/x", "runs/x", "python/pdeop/__pycache__/x"]
    for path in kept + left:
        (tmp_path / "from" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "from" / path).touch()
    shutil.copy(ROOT / ".dockerignore", tmp_path / "from")
    monkeypatch.setattr(module, "ROOT", tmp_path / "from")
    sent = module.context(tmp_path / "to")
    assert sorted(path.relative_to(sent).as_posix() for path in sent.rglob("*") if path.is_file()) == sorted([".dockerignore", *kept])


LIBRARIES = ["libfftw3-dev", "libopenblas-dev", "liblapacke-dev", "libhdf5-dev", "libsqlite3-dev", "zlib1g-dev"]


@pytest.fixture
def debian(tmp_path):
    """A system with some packages for some architectures, some programs, and nothing else; `apt-get` says what it is asked."""

    def make(packages, programs, user=0):
        folder = tmp_path / "bin"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in ("bash", "grep", "sed", "sort", "head", "env"):
            (folder / name).symlink_to(shutil.which(name))
        cases = "".join(f"{name}) printf '{states}';;" for name, states in packages.items())
        fakes = {
            "dpkg": "echo amd64", "dpkg-query": f'case "${{@: -1}}" in {cases} *) exit 1;; esac', "id": f"echo {user}",
            "apt-get": 'echo "$@"', "swift": "echo Swift version 6.1.2", **programs,
        }  # fmt: skip
        for name, body in fakes.items():
            (folder / name).write_text(f"#!{shutil.which('bash')}\n{body}\n")
            (folder / name).chmod(0o755)
        return subprocess.run(
            [shutil.which("bash"), ROOT / "scripts/install-dependencies"], capture_output=True, text=True, env={"PATH": str(folder)}
        )

    return make


def test_a_system_that_can_build_is_taken_as_it_is(debian):
    finds_none, finds_all, tools = {"pkg-config": "exit 1"}, {"pkg-config": ""}, {"gnuplot": "", "h5dump": ""}
    installed, both = "amd64 installed\\n", "amd64 installed\\ni386 installed\\n"
    for packages, programs in [
        # A library for two architectures, and pkg-config from pkgconf.
        ({name: both for name in LIBRARIES} | {"pkgconf": installed}, finds_none | tools),
        # All libraries from elsewhere.
        ({}, finds_all | tools),
    ]:
        done = debian(packages, programs, user=1000)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_only_figures_and_tests_need_is_not_required(debian):
    done = debian({}, {"pkg-config": ""}, user=1000)
    assert done.returncode == 0 and "gnuplot-nox hdf5-tools not installed" in done.stderr and not done.stdout
    done = debian({}, {"pkg-config": "", "apt-get": 'if [ "$1" = install ]; then exit 100; fi'})
    assert done.returncode == 0 and "gnuplot-nox hdf5-tools not installed" in done.stderr


def test_what_is_needed_is_installed_or_asked_for(debian):
    foreign = {name: "i386 installed\\n" for name in LIBRARIES}
    done = debian(foreign, {})
    assert done.returncode == 0
    wanted = [line for line in done.stdout.splitlines() if line.startswith("install")]
    assert [line.split()[4:] for line in wanted] == [[*LIBRARIES, "pkg-config"], ["gnuplot-nox", "hdf5-tools"]]
    done = debian(foreign, {}, user=1000)
    assert done.returncode == 1 and f"as root, run: apt-get install {' '.join(LIBRARIES)} pkg-config" in done.stderr
    assert debian(foreign, {"apt-get": 'if [ "$1" = install ]; then exit 100; fi'}).returncode == 100


def test_a_comparison_keeps_what_is_finished(monkeypatch, capsys):
    module = script("benchmarks/compare", monkeypatch)
    asked = {}

    def compare(case, pdeop, python, peers, options, folder):
        asked[case] = peers
        if case == "FNO2d":
            raise module.Failure("train_jax.py ended with exit code 1")
        one = {"step_seconds": 1, "step_seconds_range": [1, 2], "inference_seconds": 1, "peak_memory_bytes": 1e9}
        over = {"step": 1, "inference": 1, "memory": 1}
        others = {peer: one | {"program": peer, "cuda": "13.2" if peer == "pytorch" else None, "over_pdeop": over} for peer in peers}
        return {"pdeop": one | {"share_of_peak_operations": 0.5}, "peers": others}

    for name, value in {"compare": compare, "peer_python": lambda *_: "", "built_pdeop": str, "keep_to": lambda _: None}.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(sys, "argv", ["compare", "FNO1d", "FNO2d", "FNO3d", "DPOT2d", "--peers", "pytorch,jax,neuraloperator"])
    with pytest.raises(SystemExit, match="not compared: FNO2d"):
        module.main()
    assert asked == {
        "FNO1d": ["pytorch", "jax", "neuraloperator"], "FNO2d": ["pytorch", "jax", "neuraloperator"],
        "FNO3d": ["pytorch", "neuraloperator"], "DPOT2d": ["pytorch"],
    }  # fmt: skip
    printed = capsys.readouterr()
    assert "FNO3d: without jax" in printed.err and "exit code 1" in printed.err
    rows = [line.split(" | ") for line in printed.out.splitlines() if line.startswith("| ")][2:]
    assert [row[0] for row in rows] == ["| FNO1d"] * 4 + ["| FNO3d"] * 3 + ["| DPOT2d"] * 2
    assert ["CUDA" in row[5] for row in rows if row[1] in ("pytorch", "jax")] == [True, False, True, True]
    assert "pytorch: the memory is not comparable" in printed.out


def test_data_that_were_ended_early_are_gone_on_with(tmp_path):
    command, work = tmp_path / "pdeop", tmp_path / "work"
    command.write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/calls"\n[ "$1" = generate ]\n')
    command.chmod(0o755)
    work.mkdir()
    for file in (tmp_path / "target.hdf5", work / "distance-0.001.hdf5"):
        file.touch()
    study = [ROOT / "benchmarks/finetuning/neighbors", tmp_path / "target.hdf5", work]
    done = subprocess.run(study, capture_output=True, text=True, env={**os.environ, "PDEOP": str(command)})
    assert done.returncode != 0, "the training of this command fails"
    calls = [line.split() for line in (tmp_path / "calls").read_text().splitlines()]
    made = [words[-1] for words in calls if words[0] == "generate"]
    assert len(made) == 8 and made[0] == "distance-0.001.hdf5"


def test_pairs_without_spread_and_single_seeds_are_compared(monkeypatch, capsys):
    pairs = script("benchmarks/pairs.py", monkeypatch)
    base, key = {"0": 0.2, "1": 0.3, "2": 0.1}, ("1D CFD", 18)
    arms = {"base": base, "idle": dict(base), "worse": {"0": 0.4, "1": 0.5, "2": 0.3}, "one": {"1": 0.6}, "other": {"9": 0.2}}
    pairs.print_arms({key: arms}, {(key, arm): "1e-3" for arm in arms}, list(arms))
    pairs.print_comparisons({key: arms}, [(arm, "base") for arm in arms if arm != "base"])
    lines = capsys.readouterr().out.splitlines()
    assert "| 1D CFD, 18 | one | 0.001 | 0.6000 |" in lines and "| 1D CFD, 18 | idle | 0.001 | 0.2000 ± 0.1000 |" in lines
    assert "| data, samples | arm | against | ratio (95 % interval) | p (Holm over 2) |" in lines
    rows = {line.split(" | ")[1]: line.split(" | ", 3)[3] for line in lines[-4:]}
    assert rows.pop("worse").startswith("2.154 (")
    assert rows == {"idle": "1.000 (1.000 to 1.000) | 1 |", "one": "2.000 | – |", "other": "– | – |"}
    assert pairs.two_sided(0.0, 2) == 1


def test_all_programs_are_held_alike(monkeypatch):
    module = script("benchmarks/compare", monkeypatch)
    assert module.INSTRUCTION_SETS["avx2"]["XLA_FLAGS"].endswith("--xla_cpu_max_isa=AVX2")
    code = "import os, support; support.keep_to(1); print(len(os.sched_getaffinity(0)), flush=True); os.execvp('nproc', ['nproc'])"
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT / "benchmarks")}
    )
    assert done.stdout.split() == ["1", "1"], done.stderr
