"""A provider for the ingest bench, in a process of its own: ``python -m tests.bench.sound_server`` prints its address.

The first half of a recording's name says, in hex, how many seconds it lasts. Deleting always works.
"""

import socketserver
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.media_house import wav_head

RATE = 16_000
PIECE = bytes(n * 7 % 251 for n in range(256 * 1024))


class Provider(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 0

    def do_GET(self) -> None:
        sound = int(self.path.rpartition("/RE")[2][:16], 16) * RATE
        self.send_response(200)
        self.send_header("Content-Type", "audio/x-wav")
        self.send_header("Content-Length", str(sound + 44))
        self.end_headers()
        self.wfile.write(wav_head(sound))
        for at in range(0, sound, len(PIECE)):
            self.wfile.write(PIECE[: sound - at])

    def do_DELETE(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: only the address is printed."""


class Server(ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True


def main() -> None:
    socketserver.TCPServer.allow_reuse_address = True
    with Server(("127.0.0.1", 0), Provider) as server:
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
