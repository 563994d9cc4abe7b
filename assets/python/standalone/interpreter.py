# ---- An interpreter that measures -------------------------------------------------------------------------------------


class Failed(Exception):
    """A window that could not be measured: a sentence without full stop."""


class Interpreter:
    """A process of this Python that runs HARNESS and answers requests, one window each."""

    START_LIMIT_S = 30
    # Beyond what the request itself asks for.
    ANSWER_LIMIT_S = 60

    def __init__(self, flags):
        self.token = "@%016x " % random.getrandbits(64)
        self.answers = queue.Queue()
        self.last_words = ""
        self.requests = 0
        # The code of a lesson may leave threads or processes behind, which would disturb the next window.
        self.has_leftover = False
        self.process = None
        self.folder = tempfile.mkdtemp(prefix="threadlab-")
        try:
            self.start(flags)
            self.next_answer(time.monotonic() + self.START_LIMIT_S)
        except BaseException:
            self.end()
            raise

    def start(self, flags):
        # A file: processes that `multiprocessing` spawns read it again.
        path = os.path.join(self.folder, "harness.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(HARNESS)
        options = {name: subprocess.PIPE for name in ("stdin", "stdout", "stderr")}
        if os.name == "posix":
            # A group of its own, which ends as one, and which Ctrl+C does not reach.
            options.update({"process_group": 0} if sys.version_info >= (3, 11) else {"start_new_session": True})
        command = [sys.executable] + flags + ["-B", path, self.token, "0"]
        self.process = subprocess.Popen(command, bufsize=0, cwd=self.folder, **options)
        self.listen(self.process.stdout, self.note_answer, lambda: self.answers.put(None))
        self.listen(self.process.stderr, self.note_words, lambda: None)

    @staticmethod
    def listen(stream, note, at_end):
        def read():
            rest = b""
            with stream:
                while True:
                    data = stream.read(65536)
                    if not data:
                        break
                    *lines, rest = (rest + data).split(b"\n")
                    # What is no answer may have no end.
                    rest = rest[-(1 << 20) :]
                    for line in lines:
                        note(line.decode("utf-8", "replace"))
            at_end()

        threading.Thread(target=read, daemon=True).start()

    def note_answer(self, line):
        if line.startswith(self.token):
            self.answers.put(json.loads(line[len(self.token) :]))
        else:
            self.note_words(line)

    def note_words(self, line):
        self.last_words = line.strip()[:200] or self.last_words

    def next_answer(self, deadline):
        while True:
            try:
                # On Windows a wait cannot be interrupted, so it is short.
                answer = self.answers.get(timeout=0.1)
            except queue.Empty:
                if time.monotonic() >= deadline:
                    raise Failed("the interpreter did not answer in time and was ended")
                # What it started may hold its output open.
                if self.process.poll() is not None:
                    raise self.gone()
                continue
            if answer is None:
                raise self.gone()
            return answer

    def gone(self):
        said = "; its last words were `%s`" % self.last_words if self.last_words else ""
        return Failed("the interpreter ended %s%s" % (self.how_ended(), said))

    def how_ended(self):
        try:
            code = self.process.wait(1)
        except subprocess.TimeoutExpired:
            return "its output"
        return "with exit status %d" % code if code >= 0 else "by signal %d" % -code

    def ask(self, request, longest_s):
        """The window that is asked for. Whether it can be asked again says `is_ready`."""
        self.requests += 1
        line = (json.dumps(dict(request, id=self.requests)) + "\n").encode("ascii")
        deadline = time.monotonic() + longest_s + self.ANSWER_LIMIT_S
        try:
            while line:
                line = line[self.process.stdin.write(line) :]
        except OSError:
            raise self.gone()
        answer = self.next_answer(deadline)
        done = self.next_answer(deadline)
        self.has_leftover = done["leftover"]
        if answer["kind"] == "error":
            where = "line %d of the code: " % answer["line"] if answer["line"] else ""
            raise Failed(where + answer["message"])
        return answer

    def is_ready(self):
        return not self.has_leftover and self.process.poll() is None

    def end(self):
        """Ends it with all that it started, and removes its folder."""
        if self.process is not None:
            try:
                if os.name == "posix":
                    os.killpg(self.process.pid, signal.SIGKILL)
                else:
                    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
                    subprocess.call(["taskkill", "/F", "/T", "/PID", str(self.process.pid)], **quiet)
            except OSError:
                # It had ended by itself.
                pass
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
        shutil.rmtree(self.folder, ignore_errors=True)
