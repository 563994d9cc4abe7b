"""Drops a file on a window, as a file manager does: the source's part of the XDND protocol, version 5
(https://www.freedesktop.org/wiki/Specifications/XDND/), with nothing but libX11.
"""

import ctypes
import ctypes.util
import pathlib
import time

x11 = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
Window = Atom = Time = ctypes.c_ulong
pointer = ctypes.c_void_p
x11.XOpenDisplay.restype = pointer
x11.XOpenDisplay.argtypes = [ctypes.c_char_p]
x11.XDefaultRootWindow.restype = Window
x11.XDefaultRootWindow.argtypes = [pointer]
x11.XCreateSimpleWindow.restype = Window
x11.XCreateSimpleWindow.argtypes = [pointer, Window] + [ctypes.c_int] * 2 + [ctypes.c_uint] * 3 + [ctypes.c_ulong] * 2
x11.XInternAtom.restype = Atom
x11.XInternAtom.argtypes = [pointer, ctypes.c_char_p, ctypes.c_int]
x11.XSetSelectionOwner.argtypes = [pointer, Atom, Window, Time]
x11.XSendEvent.argtypes = [pointer, Window, ctypes.c_int, ctypes.c_long, pointer]
x11.XPending.argtypes = [pointer]
x11.XNextEvent.argtypes = [pointer, pointer]
x11.XFlush.argtypes = [pointer]
x11.XChangeProperty.argtypes = [pointer, Window, Atom, Atom, ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
x11.XCloseDisplay.argtypes = [pointer]

CLIENT_MESSAGE, SELECTION_NOTIFY, SELECTION_REQUEST = 33, 31, 30


class ClientMessage(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", pointer),
        ("window", Window), ("message_type", Atom), ("format", ctypes.c_int), ("data", ctypes.c_long * 5),
    ]


class SelectionRequest(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", pointer),
        ("owner", Window), ("requestor", Window), ("selection", Atom), ("target", Atom), ("property", Atom),
        ("time", Time),
    ]


class SelectionNotify(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", pointer),
        ("requestor", Window), ("selection", Atom), ("target", Atom), ("property", Atom), ("time", Time),
    ]


class Event(ctypes.Union):
    _fields_ = [
        ("type", ctypes.c_int), ("message", ClientMessage), ("request", SelectionRequest), ("notify", SelectionNotify),
        ("pad", ctypes.c_long * 24),
    ]


class Source:
    """A window that offers one file."""

    def __init__(self, target, path):
        self.display = x11.XOpenDisplay(None)
        assert self.display, "no display"
        self.target = target
        self.uri = (pathlib.Path(path).resolve().as_uri() + "\r\n").encode()
        root = x11.XDefaultRootWindow(self.display)
        self.window = x11.XCreateSimpleWindow(self.display, root, 0, 0, 1, 1, 0, 0, 0)
        x11.XSetSelectionOwner(self.display, self.atom("XdndSelection"), self.window, 0)

    def atom(self, name):
        return x11.XInternAtom(self.display, name.encode(), 0)

    def send(self, name, *data):
        event = Event()
        event.message = ClientMessage(
            type=CLIENT_MESSAGE, send_event=1, window=self.target, message_type=self.atom(name), format=32,
            data=(ctypes.c_long * 5)(self.window, *data, *[0] * (4 - len(data))),
        )
        x11.XSendEvent(self.display, self.target, 0, 0, ctypes.byref(event))
        x11.XFlush(self.display)

    def answer(self, request):
        """Hands over the list of files that the target asks for."""
        x11.XChangeProperty(
            self.display, request.requestor, request.property, request.target, 8, 0, self.uri, len(self.uri)
        )
        event = Event()
        event.notify = SelectionNotify(
            type=SELECTION_NOTIFY, send_event=1, requestor=request.requestor, selection=request.selection,
            target=request.target, property=request.property, time=request.time,
        )
        x11.XSendEvent(self.display, request.requestor, 0, 0, ctypes.byref(event))
        x11.XFlush(self.display)

    def wait_for(self, name, within_s):
        """Waits for a message of the target, and answers what it asks meanwhile. Says whether it came."""
        end = time.monotonic() + within_s
        event = Event()
        while time.monotonic() < end:
            if x11.XPending(self.display) == 0:
                time.sleep(0.02)
                continue
            x11.XNextEvent(self.display, ctypes.byref(event))
            if event.type == SELECTION_REQUEST:
                self.answer(event.request)
            elif event.type == CLIENT_MESSAGE and event.message.message_type == self.atom(name):
                return True
        return False

    def drop(self, x, y):
        """Moves over the target and lets go. Says whether the target took the file."""
        self.send("XdndEnter", 5 << 24, self.atom("text/uri-list"))
        self.send("XdndPosition", 0, x << 16 | y, 0, self.atom("XdndActionCopy"))
        if not self.wait_for("XdndStatus", within_s=10):
            return False
        self.send("XdndDrop", 0, 0)
        return self.wait_for("XdndFinished", within_s=10)


def drop(window, path, x=400, y=400):
    """Drops a file on a window. Says whether the window took it."""
    source = Source(window, path)
    try:
        return source.drop(x, y)
    finally:
        x11.XCloseDisplay(source.display)
