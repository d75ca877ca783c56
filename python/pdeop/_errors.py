"""Errors, each with a message that says what to do."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


class Error(Exception):
    """What went wrong, in the words of the command where it is the command's."""

    def __init__(self, message: str, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        """The command's exit code; None where no command was run."""


class UsageError(Error, ValueError):
    """A command or an option that there is not, or a value out of its range (exit code 64)."""


class DataError(Error, ValueError):
    """A file that cannot be used (exit code 65)."""


class RunError(Error, RuntimeError):
    """A failure of the run (any other exit code)."""


class MissingPackage(Error, ImportError):
    """A Python package that is needed and not installed."""


def error(message: str, exit_code: int) -> Error:
    """The error of a command that ended with an exit code."""
    kind = {64: UsageError, 65: DataError}.get(exit_code, RunError)
    return kind(message, exit_code)


def needed(module: str, by: str, package: str | None = None) -> ModuleType:
    """A module that something needs.

    Raises:
        MissingPackage: in one line that says what to install.
    """
    try:
        return import_module(module)
    except ImportError as missing:
        # A module that is there and fails to import says itself why.
        if missing.name is not None and missing.name.partition(".")[0] != module.partition(".")[0]:
            raise
        name = package or module.partition(".")[0]
        raise MissingPackage(f"{by} needs {name}, which is not installed: pip install {name}") from None
