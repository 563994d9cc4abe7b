"""Uses the program as a person would, in a real window: run, move a slider, export, close; and looks at what came of it.

Usage: drive.py PROGRAM HOME PICTURES, under a display and a session bus of its own (run.sh makes them).
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
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
        # There is no window manager here that would give the window the keyboard.
        subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "Threadlab", "windowfocus"], check=True)

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

    def drop_a_lesson(self):
        """Drops a lesson file on the window, as a file manager does: it is opened."""
        lesson = self.home / "my-lesson.md"
        lesson.write_bytes(pathlib.Path("assets/lesson.md").read_bytes())
        search = ["xdotool", "search", "--onlyvisible", "--name", "Threadlab"]
        window = int(subprocess.run(search, check=True, capture_output=True, text=True).stdout.split()[-1])
        assert drop(window, lesson), "the window did not take the file that was dropped on it"
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
        drive.drop_a_lesson()
        drive.look("6-dropped")
        drive.close_in_mid_run()
        print(f"1 passed: ran, stopped, dragged, exported {exported.stat().st_size} bytes{copied}, dropped, closed")
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
