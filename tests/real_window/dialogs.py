"""The system's own file dialogs, as they come up beside the program: where no portal is there, those of zenity."""

import shutil
import subprocess

from accessible import Atspi, GLib, Window, key, write

ZENITY = "zenity"


def why_not():
    """Why the dialogs cannot be tried here, or nothing."""
    if shutil.which(ZENITY) is None:
        return "zenity is not installed"
    return None


def windows():
    """The windows of zenity that can be seen."""
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--class", ZENITY], capture_output=True, text=True, check=False
    )
    return found.stdout.split()


def give_keyboard_to(window):
    """There is no window manager here that would."""
    subprocess.run(["xdotool", "windowfocus", "--sync", str(window)], check=True)


class FileDialog:
    """The dialog of zenity that has come up, with the keyboard."""

    def __init__(self, wait_until):
        self.wait_until = wait_until
        wait_until("a dialog of zenity", lambda: len(windows()) == 1, within_s=20)
        self.window = Window(ZENITY)
        # A button that can be found is one that is drawn and listens.
        self.window.find("Cancel", "push button", within_s=20)
        give_keyboard_to(windows()[0])

    def choose(self, path):
        """Types a path, as GTK's dialogs take it from the first slash on, and Enter."""
        path = str(path)
        write("/")
        self.wait_until("a field for a path in the dialog", lambda: self.typed() is not None, within_s=20)
        key("ctrl+a")
        write(path)
        # The dialog completes a folder's path with a slash.
        self.wait_until(f"`{path}` in the dialog's field", lambda: (self.typed() or "").rstrip("/") == path, within_s=20)
        key("Return")
        self.wait_until_gone()

    def typed(self):
        """What stands in the field that has the keyboard; nothing where none has it."""
        for _role, _name, node in self.window.nodes("text"):
            try:
                states = node.get_state_set()
                if states.contains(Atspi.StateType.SHOWING) and states.contains(Atspi.StateType.FOCUSED):
                    text = node.get_text_iface()
                    return text.get_text(0, text.get_character_count())
            except GLib.Error:
                continue  # the dialog changed while it was read
        return None

    def cancel(self):
        self.window.click("Cancel", "push button")
        self.wait_until_gone()

    def wait_until_gone(self):
        self.wait_until("the dialog is gone", lambda: not windows(), within_s=20)
