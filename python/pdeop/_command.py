"""Running the command."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
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
        options: The command's options: `learning_rate=1e-3` is `--learning-rate 1e-3`. True is a flag; False and None leave an
            option out; a list is given as the command takes it, once for each file of `data`, with commas elsewhere. An
            underscore at the end is for Python's own words: `from_`.

    Returns:
        What the command prints with `--json`, as a dictionary; the text that it prints where it has no such option.

    Raises:
        UsageError, DataError, RunError: with the command's message.
        KeyboardInterrupt: when interrupted, after the command has saved what it does.
    """
    program = command()
    known = _options_of(program, tuple(str(word) for word in words))
    arguments = [str(os.fspath(word)) for word in words]
    if not arguments:
        raise UsageError('name a command, as in pdeop.run("train", data="flows.hdf5"); pdeop.run("help") lists them.')
    for name, value in options.items():
        arguments += _argument(name, value, known)
    wants_json = "json" in known and options.get("json") is not False
    if wants_json and "--json" not in arguments:
        arguments.append("--json")
    shows = progress if progress is not None else (Progress.in_notebook() or sys.stderr.isatty())
    output, said, code = _execute([program, *arguments], Progress(shows))
    if code == 130:
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
    if value is None or value is False:
        return []
    if value is True:
        # Options that take a word say yes or true by it; flags take none.
        takes_value = known.get(option, {}).get("kind") == "option"
        return [flag, "true"] if takes_value else [flag]
    if isinstance(value, (list, tuple)):
        texts = [_text(name, item) for item in value]
        if option in ("data", "test-data", "validation-data", "pattern", "kind"):
            return [word for text in texts for word in (flag, text)]
        return [flag, ",".join(texts)]
    if isinstance(value, dict):
        return [flag, ",".join(f"{key}={_text(name, item)}" for key, item in value.items())]
    # A value that begins with a dash would be taken for an option.
    text = _text(name, value)
    return [f"{flag}={text}"] if text.startswith("-") else [flag, text]


def _text(name: str, value: Any) -> str:
    if isinstance(value, (str, os.PathLike)):
        return str(os.fspath(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)) or hasattr(value, "__float__"):
        # NumPy's numbers, too, as Python writes them.
        return repr(value.item() if hasattr(value, "item") else value)
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
            output = _wait(process)
        except BaseException:
            process.kill()
            raise
        reader.join(timeout=10)
    progress.end()
    return output, _message(said), process.returncode


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
