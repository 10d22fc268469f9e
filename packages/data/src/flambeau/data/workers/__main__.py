"""What new interpreters run: ``python -m flambeau.data.workers server FD``, or ``worker FD FD FD``."""

import socket
import sys

from flambeau.data.workers import process, server

role, *descriptors = sys.argv[1:]
if role == "server":
    server.main(socket.socket(fileno=int(descriptors[0])))
else:
    process.serve_descriptors(*map(int, descriptors))
