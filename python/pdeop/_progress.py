"""What the command says while it runs, shown where it is read: at a terminal, in a notebook, or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from typing import Any

_CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Progress:
    """Shows lines, and a progress line that is replaced by the next one."""

    def __init__(self, is_shown: bool) -> None:
        self.is_shown = is_shown
        self._place: Any = None
        self._is_line_open = False

    @staticmethod
    def in_notebook() -> bool:
        """Whether this process is the kernel of a notebook."""
        shell = sys.modules.get("IPython")
        instance = shell.get_ipython() if shell is not None else None
        return instance is not None and type(instance).__name__ == "ZMQInteractiveShell"

    def show(self, kind: str, text: str) -> None:
        """Shows a `"line"`, or a piece of `"progress"`."""
        if not self.is_shown:
            return
        if self.in_notebook():
            self._show_in_notebook(kind, text)
        elif kind == "line":
            sys.stderr.write(("\r\x1b[K" if self._is_line_open else "") + text + "\n")
            self._is_line_open = False
        elif sys.stderr.isatty():
            sys.stderr.write(f"\r{text}\x1b[K\r")
            sys.stderr.flush()
            self._is_line_open = bool(text)

    def _show_in_notebook(self, kind: str, text: str) -> None:
        from IPython.display import display  # type: ignore[import-not-found,unused-ignore]

        if kind == "line":
            print(text)
            return
        content = {"text/plain": text}
        if self._place is None:
            self._place = display(content, raw=True, display_id=True)
        else:
            self._place.update(content, raw=True)

    def end(self) -> None:
        """Takes the progress line away."""
        if self._place is not None:
            self._place.update({"text/plain": ""}, raw=True)
            self._place = None
        elif self._is_line_open:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._is_line_open = False


@contextlib.contextmanager
def stream(as_terminal: bool) -> Iterator[tuple[int, Iterator[tuple[str, str]]]]:
    """A descriptor to write to, and what is written there, as pairs of `"line"` or `"progress"` and a text.

    As a terminal it makes the command show its progress line. The reader ends when all writers have closed it.
    """
    if as_terminal:
        import fcntl
        import pty
        import struct
        import termios

        reading, writing = pty.openpty()
        attributes = termios.tcgetattr(writing)
        attributes[1] &= ~termios.OPOST
        termios.tcsetattr(writing, termios.TCSANOW, attributes)
        fcntl.ioctl(writing, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 110, 0, 0))
    else:
        reading, writing = os.pipe()
    try:
        yield writing, _pieces(reading)
    finally:
        os.close(reading)


def _pieces(reading: int) -> Iterator[tuple[str, str]]:
    rest = b""
    while True:
        try:
            part = os.read(reading, 65536)
        except OSError:
            # A terminal whose other end is closed says so by an error.
            part = b""
        rest += part
        *whole, rest = re.split(rb"([\r\n])", rest)
        if not part and rest:
            whole += [rest, b"\n"]
            rest = b""
        for text, end in zip(whole[::2], whole[1::2]):
            clean = _CONTROL.sub("", text.decode("utf-8", "replace"))
            if end == b"\n":
                yield "line", clean
            elif clean or b"\x1b[K" in text:
                yield "progress", clean
        if not part:
            return
