"""Running the command."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ._errors import Error, RunError, UsageError, error
from ._progress import Progress, stream

_PACKAGE = Path(__file__).resolve().parent


def command() -> str:
    """The path of the command `pdeop`: that of the environment variable PDEOP_COMMAND, the one in this package, that of the
    checkout that this package is in, or the one on the PATH, whichever is there first.

    Raises:
        RunError: if there is none.
    """
    chosen = os.environ.get("PDEOP_COMMAND")
    if chosen:
        if not _is_program(Path(chosen)):
            raise RunError(f"PDEOP_COMMAND names {chosen}, which is no program; unset it, or name the command pdeop.")
        return chosen
    for path in (_PACKAGE / "bin/pdeop", _PACKAGE.parents[1] / ".build/release/pdeop"):
        if _is_program(path):
            return str(path)
    for folder in os.get_exec_path():
        found = shutil.which("pdeop", path=folder)
        # A script of that name would only call this function again.
        if found and not _is_script(found):
            return found
    raise RunError(
        "there is no command pdeop: install the wheel for this platform, or build the command (swift build -c release) "
        "and set PDEOP_COMMAND to its path."
    )


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _is_script(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return True


def run(*words: str | os.PathLike[str], progress: bool | None = None, **options: Any) -> Any:
    """Runs a command of `pdeop` and waits for its end.

        pdeop.run("train", data="flows.hdf5", epochs=20, modes=[12, 12], output="runs/a")
        pdeop.run("inspect", "flows.hdf5")
        pdeop.run("export", "well", "flows.hdf5", output="flows")
        pdeop.run("train", data="b.hdf5", from_="a.safetensors", output="runs/b")

    Args:
        words: The command, its subcommand if it has some, and its arguments.
        progress: Whether to show what the command says while it runs; in a notebook and at a terminal unless told otherwise.
        options: The command's options: `learning_rate=1e-3` is `--learning-rate 1e-3`. True is a flag; False is its opposite,
            such as `--no-shuffle`, and leaves out an option that has none; None leaves any option out. A list, or an array, is given
            as the command takes it: one by one where an option may be repeated, as `data` may, with commas elsewhere. An
            underscore at the end is for Python's own words: `from_`.

    Returns:
        What the command prints with `--json`, as a dictionary; the text that it prints where it has no such option, or is asked for
            what is none: `csv`, `paper`, `schema`, `reference`, `help`, `version`.

    Raises:
        UsageError, DataError, RunError: with the command's message.
        KeyboardInterrupt: when interrupted, after the command has saved what it does.
    """
    program = command()
    known = _options_of(program, tuple(str(word) for word in words))
    arguments = [str(os.fspath(word)) for word in words]
    if not arguments:
        raise UsageError('name a command, as in pdeop.run("train", data="flows.hdf5"); pdeop.run("help") lists them.')
    options = {name: _plain(value) for name, value in options.items()}
    for name, value in options.items():
        arguments += _argument(name, value, known)
    wants_json = "json" in known and options.get("json") is not False and not _asks_for_text(arguments)
    if wants_json and "--json" not in arguments:
        arguments.append("--json")
    shows = progress if progress is not None else (Progress.in_notebook() or sys.stderr.isatty())
    output, said, code = _execute([program, *arguments], Progress(shows))
    if code in (129, 130):
        raise KeyboardInterrupt(said or "pdeop was interrupted and has saved its state.")
    if code < 0:
        reason = signal.Signals(-code).name if -code in [int(one) for one in signal.Signals] else f"signal {-code}"
        raise RunError(f"pdeop {arguments[0]} was ended by {reason}. {said}".strip(), code)
    if code != 0:
        raise error(said or f"pdeop {arguments[0]} failed with exit code {code}.", code)
    if wants_json:
        try:
            return json.loads(output)
        except json.JSONDecodeError:
            raise RunError(f"pdeop {arguments[0]} printed no JSON: {output[:200]!r}") from None
    return output


def _argument(name: str, value: Any, known: dict[str, dict[str, Any]]) -> list[str]:
    """One option as words of a command line."""
    option = name.rstrip("_").replace("_", "-")
    flag = f"--{option}"
    if value is None:
        return []
    if value is False:
        # What is so by default, or by a recipe, has to be said not to be.
        return [f"--no-{option}"] if f"no-{option}" in known else []
    described = known.get(option, {})
    if value is True:
        # Options that take a word say yes or true by it; flags take none.
        return [flag, "true"] if described.get("kind") == "option" else [flag]
    if isinstance(value, (list, tuple)):
        texts = [_text(name, item) for item in value]
        if described.get("isRepeating"):
            return [word for text in texts for word in _words(flag, text)]
        return _words(flag, ",".join(texts))
    if isinstance(value, dict):
        return _words(flag, ",".join(f"{key}={_text(name, item)}" for key, item in value.items()))
    return _words(flag, _text(name, value))


def _asks_for_text(arguments: list[str]) -> bool:
    """Whether words of a command line ask for what is no JSON, or what no `--json` may be given with."""
    given = {argument.partition("=")[0] for argument in arguments if argument.startswith("-")}
    if given & {"--help", "-h", "--version"}:
        return True
    # What is asked for in so many words, the command judges itself.
    if "--json" in given:
        return False
    # Pages and figures show the paper's numbers beside any output.
    paper = "--paper" in given and not given & {"--html", "--figures"}
    return paper or bool(given & {"--csv", "--schema", "--reference"})


def _words(flag: str, text: str) -> list[str]:
    # A value that begins with a dash would be taken for an option.
    return [f"{flag}={text}"] if text.startswith("-") else [flag, text]


def _plain(value: Any) -> Any:
    """Arrays and numbers of NumPy, and of what is like it, as Python's own."""
    return value.tolist() if hasattr(value, "tolist") else value


def _text(name: str, value: Any) -> str:
    value = _plain(value)
    if isinstance(value, (str, os.PathLike)):
        return str(os.fspath(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)) or hasattr(value, "__float__"):
        return repr(value if isinstance(value, (int, float)) else float(value))
    raise UsageError(f"{name} is a {type(value).__name__}, expected a text, a number, a path, True, or a list of these.")


@functools.lru_cache(maxsize=4)
def _description(program: str) -> dict[str, Any]:
    """What the command says of its commands and their options."""
    try:
        text = subprocess.run(
            [program, "--experimental-dump-help"], capture_output=True, text=True, timeout=60, check=True
        ).stdout
        return dict(json.loads(text)["command"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as problem:
        raise RunError(f"{program} cannot be run: {problem}") from None


def _options_of(program: str, words: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """The options of the command that some words begin with, by their names."""
    place = _description(program)
    for word in words:
        following = [one for one in place.get("subcommands", []) if one["commandName"] == word]
        if not following:
            break
        place = following[0]
    return {
        name["name"]: argument for argument in place.get("arguments", []) for name in argument.get("names") or []
    }


def _execute(words: list[str], progress: Progress) -> tuple[str, str, int]:
    """Runs a program.

    Returns:
        What it printed, its last message, and its exit code.
    """
    with stream(progress.is_shown) as (writing, lines):
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=writing,
                text=True,
                encoding="utf-8",
                errors="replace",
                # An interruption comes to this process alone, and is passed on once.
                start_new_session=True,
            )
        except OSError as problem:
            raise RunError(f"{words[0]} cannot be run: {problem.strerror}.") from None
        finally:
            os.close(writing)
        said: list[str] = []
        reader = threading.Thread(target=_follow, args=(lines, progress, said), daemon=True)
        reader.start()
        try:
            with _ended_with_this_process(process):
                output = _wait(process)
        except BaseException:
            process.kill()
            raise
        reader.join(timeout=10)
    progress.end()
    return output, _message(said), process.returncode


@contextlib.contextmanager
def _ended_with_this_process(process: subprocess.Popen[str]) -> Iterator[None]:
    """Asks a program to save what it does and end (SIGTERM) if this process ends meanwhile, however it does.

    A shell waits at a pipe whose other end is here alone: the end of this process closes it. Linux has a signal for this,
    PR_SET_PDEATHSIG, but a child has to ask for it itself, between fork and exec, where no Python may run while there are other
    threads; NumPy, PyTorch and notebooks start some. And that signal comes when the thread ends that started the child, not the process.
    """
    reading, writing = os.pipe()
    guard = None
    # Without a shell the program outlives this process, as any other child does.
    with contextlib.suppress(OSError):
        guard = subprocess.Popen(
            ["/bin/sh", "-c", 'read -r done || kill -TERM "$0"', str(process.pid)],
            stdin=reading, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    os.close(reading)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.write(writing, b"done\n")
        os.close(writing)
        if guard is not None:
            guard.wait()


def _wait(process: subprocess.Popen[str]) -> str:
    """The program's output, at its end; a first interruption lets it save what it does, a second one ends it."""
    try:
        return process.communicate()[0]
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        try:
            output = process.communicate()[0]
        except KeyboardInterrupt:
            process.kill()
            process.communicate()
            raise
        if process.returncode != 130:
            raise
        return output


def _follow(lines: Any, progress: Progress, said: list[str]) -> None:
    for kind, text in lines:
        if kind == "line":
            said.append(text)
            # What it says last stands in the error.
            del said[:-200]
        progress.show(kind, text)


def _message(said: list[str]) -> str:
    """The command's own message among the last lines that it wrote: from the last one that begins an error on."""
    for place in range(len(said) - 1, -1, -1):
        for beginning in ("pdeop: ", "Error: "):
            if said[place].startswith(beginning):
                lines = [said[place][len(beginning) :], *said[place + 1 :]]
                # The usage lines of the command line mean little here.
                lines = [line for line in lines if not line.startswith(("Usage:", "  See 'pdeop", "Help:"))]
                return "\n".join(lines).strip()
    return "\n".join(said[-3:]).strip()


__all__ = ["Error", "command", "run"]
