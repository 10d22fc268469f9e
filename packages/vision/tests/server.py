"""A real HTTP server for tests: it serves files from memory, and can be told to misbehave as servers do."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer:
    """Serves ``files`` by path. Faults go by path too: a function of the request's handler, or None for the rule.

    Attributes:
        files: What is served, by path: ``"/a.gz"``.
        faults: What goes wrong instead, by path; each is called with the handler.
        requests: The paths and ranges asked for, in order.
    """

    def __init__(self):
        self.files, self.faults, self.requests = {}, {}, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.requests.append((self.path, self.headers.get("Range")))
                fault = outer.faults.get(self.path)
                if fault is not None:
                    fault(self)
                elif self.path in outer.files:
                    self.give(outer.files[self.path])
                else:
                    self.send_error(404)

            def give(self, data, content_type="application/octet-stream"):
                """The whole of it, or the range asked for."""
                start = self.start()
                if start and start >= len(data):
                    self.send_response(416)
                    self.send_header("Content-Range", f"bytes */{len(data)}")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.announce(data, start, content_type)
                self.write(data[start:])

            def start(self):
                """The first byte asked for."""
                return int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))

            def announce(self, data, start=0, content_type="application/octet-stream"):
                """The head of an answer of all bytes from the start on."""
                self.send_response(206 if start else 200)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(data) - start))
                if start:
                    self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
                self.end_headers()

            def write(self, data):
                try:
                    self.wfile.write(data)
                except OSError:  # whoever asked is gone
                    self.close_connection = True

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.stopped = threading.Event()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self):
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def asked(self, path):
        """The ranges asked for of one path."""
        return [wanted for there, wanted in self.requests if there == path]


def status(code):
    """Only an error."""
    return lambda handler: handler.send_error(code)


def cut(files, path, at):
    """The announced length, but the connection closes after ``at(start)`` of the asked bytes."""

    def fault(handler):
        data = files[path]
        start = handler.start()
        handler.announce(data, start)
        handler.write(data[start : start + at(start)])
        handler.close_connection = True

    return fault


def stall(files, path, after, server):
    """Some bytes, and then nothing."""

    def fault(handler):
        data = files[path]
        handler.announce(data)
        handler.write(data[:after])
        handler.wfile.flush()
        server.stopped.wait(20)
        handler.close_connection = True

    return fault


def redirect(there, code=302):
    def fault(handler):
        handler.send_response(code)
        handler.send_header("Location", there)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return fault


def page(text, content_type="text/html"):
    """A web page, with status 200."""
    return lambda handler: handler.give(text, content_type=content_type)


def without_ranges(files, path):
    """A server that cannot resume: always all of it, with status 200."""

    def fault(handler):
        data = files[path]
        handler.announce(data)
        handler.write(data)

    return fault


def slowly(files, path, pieces, pause):
    """In pieces, with pauses."""

    def fault(handler):
        data = files[path]
        handler.announce(data)
        step = -(-len(data) // pieces)
        for start in range(0, len(data), step):
            handler.write(data[start : start + step])
            handler.wfile.flush()
            time.sleep(pause)

    return fault
