# ---- The local server, for requests over sockets ----------------------------------------------------------------------


class Server:
    """Answers each request after the delay that it asks for.

    A request is eight bytes: the delay in microseconds, little-endian, and four that do not matter here; the answer is
    the first four of them. It runs in a thread of this process, where nothing is measured, so that it never takes the GIL
    of those who send the requests.
    """

    REQUEST = 8
    ANSWER = 4
    LONGEST_DELAY_S = 10
    MOST_CONNECTIONS = 4096

    def __init__(self):
        allow_open_files(self.MOST_CONNECTIONS)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.listener.setblocking(False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        # A heap of answers: when each is due, a number that tells equal times apart, the connection and the bytes.
        self.due = []
        self.numbers = itertools.count()
        threading.Thread(target=self.serve, name="server", daemon=True).start()

    def address(self):
        host, port = self.listener.getsockname()
        return {"host": host, "port": port}

    def serve(self):
        while True:
            for key, _ in self.wait():
                if key.fileobj is self.listener:
                    self.accept()
                else:
                    self.receive(key.fileobj, key.data)
            self.answer()

    def wait(self):
        left = None if not self.due else max(0.0, self.due[0][0] - time.perf_counter())
        if isinstance(self.selector, getattr(selectors, "EpollSelector", ())):
            # epoll itself counts whole milliseconds.
            select.select((self.selector.fileno(),), (), (), left)
            left = 0
        return self.selector.select(left)

    def accept(self):
        try:
            connection, _ = self.listener.accept()
        except OSError:
            # It went away, or there is no open file for it just now.
            time.sleep(0.001)
            return
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(connection, selectors.EVENT_READ, bytearray())

    def receive(self, connection, received):
        try:
            data = connection.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        received += data
        now = time.perf_counter()
        while len(received) >= self.REQUEST:
            answer = bytes(received[: self.ANSWER])
            del received[: self.REQUEST]
            delay_s = min(int.from_bytes(answer, "little") / 1e6, self.LONGEST_DELAY_S)
            heapq.heappush(self.due, (now + delay_s, next(self.numbers), connection, answer))
        if not data:
            self.selector.unregister(connection)
            connection.close()

    def answer(self):
        while self.due and self.due[0][0] <= time.perf_counter():
            _, _, connection, answer = heapq.heappop(self.due)
            try:
                connection.send(answer)
            except OSError:
                # Its window is over.
                pass


def allow_open_files(wanted):
    """Raises the limit on open files of this process as far as the system allows."""
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
