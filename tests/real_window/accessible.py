"""Finds controls of a running program by their accessible names, through AT-SPI, and clicks them with xdotool."""

import subprocess
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402


class NotThere(Exception):
    """A control did not appear in time."""


def switch_accessibility_on(off_first=False):
    """Tells programs of this session that a screen reader is there, as a real one would."""
    for value in (["<false>", "<true>"] if off_first else ["<true>"]):
        for name in ("IsEnabled", "ScreenReaderEnabled"):
            subprocess.run(
                ["gdbus", "call", "--session", "--dest", "org.a11y.Bus", "--object-path", "/org/a11y/bus",
                 "--method", "org.freedesktop.DBus.Properties.Set", "org.a11y.Status", name, value],
                check=True, stdout=subprocess.DEVNULL,
            )


def everything(name_of_program):
    """Every accessible of the program, depth first."""
    found = []

    def walk(node, depth):
        if node is None or depth > 60:
            return
        found.append(node)
        try:
            for index in range(node.get_child_count()):
                walk(node.get_child_at_index(index), depth + 1)
        except GLib.Error:
            pass  # the tree changed while it was read

    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        program = desktop.get_child_at_index(index)
        if program is not None and name_of_program in (program.get_name() or "").lower():
            walk(program, 0)
    return found


class Window:
    """One program, driven as a person would."""

    def __init__(self, name_of_program):
        self.program = name_of_program

    def nodes(self, role=None):
        for node in everything(self.program):
            try:
                if role is None or node.get_role_name() == role:
                    yield node.get_role_name(), node.get_name() or "", node
            except GLib.Error:
                continue

    def find(self, wanted, role=None, within_s=20):
        """The widest control for which `wanted(name)` is true, or whose name is `wanted`."""
        matches = wanted if callable(wanted) else (lambda name: name == wanted)
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            found = [node for _role, name, node in self.nodes(role) if matches(name)]
            if found:
                # A menu may have the name of a command in it: the control to press is the larger one.
                return max(found, key=self.width)
            time.sleep(0.2)
        seen = sorted({f"{role}: {name}" for role, name, _ in self.nodes() if name})
        raise NotThere(f"no {role or 'control'} {wanted!r} within {within_s} s; there are:\n  " + "\n  ".join(seen[:200]))

    def width(self, node):
        try:
            return self.box(node)[2]
        except GLib.Error:
            return 0  # nothing that is on the screen

    def box(self, node):
        """Left, top, width and height on the screen, in pixels."""
        extents = node.get_extents(Atspi.CoordType.SCREEN)
        return extents.x, extents.y, extents.width, extents.height

    def middle(self, node):
        x, y, width, height = self.box(node)
        return x + width // 2, y + height // 2

    def click(self, wanted, role=None):
        x, y = self.middle(self.find(wanted, role))
        pointer("mousemove", x, y, "click", 1)

    def drag(self, from_xy, to_xy):
        pointer("mousemove", *from_xy, "mousedown", 1)
        steps = 8
        for step in range(1, steps + 1):
            x = from_xy[0] + (to_xy[0] - from_xy[0]) * step // steps
            y = from_xy[1] + (to_xy[1] - from_xy[1]) * step // steps
            pointer("mousemove", x, y)
            time.sleep(0.03)
        pointer("mouseup", 1)


def pointer(*words):
    subprocess.run(["xdotool", *map(str, words)], check=True)


def key(*keys):
    subprocess.run(["xdotool", "key", "--delay", "40", *keys], check=True)


def write(text):
    subprocess.run(["xdotool", "type", "--delay", "20", text], check=True)


def picture(path):
    subprocess.run(["import", "-window", "root", str(path)], check=True)
