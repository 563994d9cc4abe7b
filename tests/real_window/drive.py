"""Uses the program as a person would, in a real window: run, move a slider, export, close; and looks at what came of it.

Usage: drive.py PROGRAM HOME PICTURES, under a display and a session bus of its own (run.sh makes them).
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dialogs  # noqa: E402
from accessible import NotThere, Window, key, picture, switch_accessibility_on, write  # noqa: E402
from drop import drop  # noqa: E402


def wait_until(what, condition, within_s):
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"{what}: not within {within_s} s")


class NoBus(Exception):
    """The accessibility bus shows nothing of the program: nothing is known of it yet."""


class Drive:
    def __init__(self, program, home, pictures):
        self.program, self.home, self.pictures = program, pathlib.Path(home), pathlib.Path(pictures)
        self.home.mkdir(parents=True, exist_ok=True)
        self.config = self.home / "threadlab"
        self.window = Window("threadlab")
        self.child = None

    def start(self):
        self.child = subprocess.Popen(
            [self.program, "--config", str(self.config)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _attempt in range(3):
            try:
                self.window.find("Run", "push button", within_s=15)
                break
            except NotThere:
                # A program that starts while the bus does may miss that a screen reader is there: say it again.
                switch_accessibility_on(off_first=True)
        else:
            if not list(self.window.nodes()):
                raise NoBus
            self.window.find("Run", "push button", within_s=1)
        self.take_keyboard()

    def take_keyboard(self):
        """There is no window manager here that would give the window the keyboard."""
        dialogs.give_keyboard_to(self.window_id())

    def window_id(self):
        search = ["xdotool", "search", "--onlyvisible", "--name", "Threadlab"]
        return int(subprocess.run(search, check=True, capture_output=True, text=True).stdout.split()[-1])

    def look(self, name):
        picture(self.pictures / f"{name}.png")

    def run_to_the_end(self):
        """Presses Run with the pointer and waits for the end of the run."""
        self.window.click("Run", "push button")
        self.window.find("Stop", "push button", within_s=10)
        self.look("2-running")
        # Reading the accessible tree costs the window CPU, which disturbs what it measures: leave it alone for a while.
        time.sleep(25)
        self.wait_for_the_end(within_s=150)
        verdicts = [name for _role, name, _node in self.window.nodes() if name.startswith("Verdict: ") and "not measured" not in name]
        assert verdicts, "no verdict is shown after a run"

    def stop_a_run(self):
        key("space")
        self.window.find("Stop", "push button", within_s=10)
        key("space")
        self.wait_for_the_end(within_s=10)

    def wait_for_the_end(self, within_s):
        wait_until("the run is over", lambda: not any(True for _ in self.named("Stop", "push button")), within_s)

    def named(self, name, role):
        return (node for _role, seen, node in self.window.nodes(role) if seen == name)

    def drag_the_thread_slider(self):
        handle = self.window.find(lambda name: "threads" in name.lower() and "most" in name.lower(), "slider")
        before = handle.get_current_value()
        x, y = self.window.middle(handle)
        self.window.drag((x, y), (x - 80, y))
        wait_until(
            "the slider's value falls after it was dragged to the left",
            lambda: self.window.find(
                lambda name: "threads" in name.lower() and "most" in name.lower(), "slider"
            ).get_current_value() < before,
            within_s=10,
        )

    def export(self):
        """Ctrl+E, a path typed into the field, Export; then the file itself."""
        key("ctrl+e")
        self.window.find("Folder", "entry", within_s=10)
        self.look("3-export")
        target = self.home / "exported"
        target.mkdir()
        self.window.click("Folder", "entry")
        key("ctrl+a")
        write(str(target))
        self.window.click("Save", "push button")
        # Written to a hidden file first, which is then renamed.
        wait_until("an exported file", lambda: any(it.suffix == ".svg" for it in target.iterdir()), within_s=20)
        files = list(target.iterdir())
        assert len(files) == 1 and not files[0].name.startswith("."), files
        content = files[0].read_bytes()
        assert content.startswith((b"<svg", b"<?xml")), content[:60]
        assert b"</svg>" in content[-20:]
        return files[0]

    def copy_the_figure(self):
        """Ctrl+Shift+C; then what another program gets from the clipboard: a picture. Says whether it could be tried."""
        if shutil.which("xclip") is None:
            print("LEFT OUT: the clipboard, since xclip is not installed")
            return False
        key("ctrl+shift+c")
        picture_of = ["xclip", "-selection", "clipboard", "-t", "image/png", "-o"]

        def content():
            try:
                return subprocess.run(picture_of, capture_output=True, timeout=10).stdout
            except subprocess.TimeoutExpired:
                return b""

        wait_until("a figure on the clipboard", lambda: content().startswith(b"\x89PNG"), within_s=20)
        figure = content()
        assert figure[12:16] == b"IHDR" and figure[-8:-4] == b"IEND", figure[:40]
        width, height = (int.from_bytes(figure[at : at + 4], "big") for at in (16, 20))
        assert width >= 800 and height >= 400, (width, height)
        (self.pictures / "5-clipboard.png").write_bytes(figure)
        return True

    def use_the_systems_dialogs(self):
        """What the system's own dialogs choose, and what cancelling them does. Says whether they could be tried."""
        reason = dialogs.why_not()
        if reason is not None:
            print(f"LEFT OUT: the system's file dialogs, since {reason}")
            return False
        result = self.export_to_a_chosen_folder()
        self.cancel_a_dialog()
        self.open_a_chosen_file(result)
        return True

    def dialog_from(self, button):
        self.window.click(button, "push button")
        return dialogs.FileDialog(wait_until)

    def export_to_a_chosen_folder(self):
        """Ctrl+E, JSON, a folder chosen in the system's dialog, a name, Save; then the file itself."""
        target = self.home / "chosen"
        target.mkdir()
        key("ctrl+e")
        self.window.find("Folder", "entry", within_s=10)
        self.window.click("JSON")
        dialog = self.dialog_from("Choose…")
        self.look("6-folder-dialog")
        dialog.choose(target)
        self.take_keyboard()
        self.window.find(lambda name: name.startswith(f"{target}/") and name.endswith(".json"), within_s=10)
        self.window.click("File name", "entry")
        key("ctrl+a")
        write("by hand")
        file = target / "by hand.json"
        self.window.find(str(file), within_s=10)
        self.window.click("Save", "push button")
        wait_until(f"the export as `{file.name}`", file.exists, within_s=20)
        assert list(target.iterdir()) == [file], list(target.iterdir())
        assert json.loads(file.read_bytes())["experiments"], "the exported result holds no experiment"
        return file

    def cancel_a_dialog(self):
        """Cancel in the system's dialog: the form stays as it was, and nothing is called a failure."""
        key("ctrl+o")
        self.window.find("Path", "entry", within_s=10)
        self.dialog_from("Choose…").cancel()
        self.take_keyboard()
        self.window.find(lambda name: name.startswith("No file was chosen."), within_s=10)
        failures = [name for _role, name, _node in self.window.nodes() if name.startswith("⚠ ")]
        assert not failures, failures
        self.look("7-cancelled")

    def open_a_chosen_file(self, file):
        """The saved result, chosen in the system's dialog, is shown under its name."""
        dialog = self.dialog_from("Choose…")
        self.look("8-file-dialog")
        dialog.choose(file)
        self.take_keyboard()
        wait_until(
            "the result that was chosen",
            lambda: any(file.name in name for _role, name, _node in self.window.nodes()),
            within_s=10,
        )
        self.look("9-opened-result")
        self.window.click("Back to live", "push button")
        self.window.find("Run", "push button", within_s=10)

    def drop_a_lesson(self):
        """Drops a lesson file on the window, as a file manager does: it is opened."""
        lesson = self.home / "my-lesson.md"
        lesson.write_bytes(pathlib.Path("assets/lesson.md").read_bytes())
        assert drop(self.window_id(), lesson), "the window did not take the file that was dropped on it"
        title = "Waiting threads do not wait for each other"
        wait_until(
            "the lesson that was dropped",
            lambda: any(title in name for _role, name, _node in self.window.nodes()),
            within_s=10,
        )

    def close_in_mid_run(self):
        key("space")
        self.window.find("Stop", "push button", within_s=10)
        began = time.monotonic()
        key("ctrl+q")
        code = self.child.wait(timeout=10)
        took_s = time.monotonic() - began
        output = self.child.stdout.read()
        assert "panicked" not in output, output
        assert code == 0, f"ended with {code}: {output}"
        print(f"closed in mid-run after {took_s:.2f} s")


def main():
    drive = Drive(*sys.argv[1:4])
    switch_accessibility_on()
    try:
        drive.start()
        drive.look("1-opened")
        drive.run_to_the_end()
        drive.look("2-measured")
        drive.stop_a_run()
        drive.drag_the_thread_slider()
        exported = drive.export()
        drive.look("4-exported")
        copied = ", copied" if drive.copy_the_figure() else ""
        chosen = ", chose in dialogs" if drive.use_the_systems_dialogs() else ""
        drive.drop_a_lesson()
        drive.look("10-dropped")
        drive.close_in_mid_run()
        print(f"1 passed: ran, stopped, dragged, exported {exported.stat().st_size} bytes{copied}{chosen}, dropped, closed")
        session = list(drive.config.rglob("*"))
        assert session, "no settings were kept"
    except NoBus:
        drive.child.kill()
        return 75
    except (AssertionError, NotThere, subprocess.SubprocessError) as error:
        drive.look("failed")
        if drive.child is not None and drive.child.poll() is None:
            drive.child.send_signal(signal.SIGKILL)
            print(drive.child.communicate()[0])
        print(f"the real window failed: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
