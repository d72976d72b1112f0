"""A proxy between weft and PostgreSQL that breaks the connection at the n-th query."""
import socket
import struct
import threading

LENGTH = 4


class FaultProxy:
    """Listens on 127.0.0.1:`port` and hands on to a Unix socket.

    Counts the queries of all connections from `arm()` on. At the n-th it does what `fault` says:
      cut    ends the connection before the server sees the query
      lost   lets the server answer, and ends the connection without handing the answer on
      call   lets the query through and calls `action`
    """

    def __init__(self, target: str):
        self._target = target
        self._lock = threading.Lock()
        self._count, self._at, self._fault, self._action = 0, 0, "", None
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.cut_query = ""
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, fault: str, at: int, action=None) -> None:
        with self._lock:
            self._count, self._at, self._fault, self._action = 0, at, fault, action
            self.cut_query = ""

    @property
    def count(self) -> int:
        return self._count

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._target)
            state = {"lost": False}
            threading.Thread(target=self._from_client, args=(client, server, state), daemon=True).start()
            threading.Thread(target=self._from_server, args=(client, server, state), daemon=True).start()

    def _is_due(self, text: bytes) -> str:
        with self._lock:
            self._count += 1
            if self._count != self._at:
                return ""
            self.cut_query = text.rstrip(b"\0").decode(errors="replace")
            return self._fault

    def _from_client(self, client, server, state) -> None:
        try:
            self._hand_on_startup(client, server)
            while True:
                head = read(client, 1 + LENGTH)
                body = read(client, struct.unpack("!I", head[1:])[0] - LENGTH)
                fault = self._is_due(body) if head[:1] == b"Q" else ""
                if fault == "cut":
                    break
                if fault == "lost":
                    state["lost"] = True
                server.sendall(head + body)
                if fault == "call":
                    self._action()
        except OSError:
            pass
        end(client, server)

    def _hand_on_startup(self, client, server) -> None:
        """Requests for encryption are refused; a request to cancel has no messages behind it."""
        while True:
            head = read(client, LENGTH)
            body = read(client, struct.unpack("!I", head)[0] - LENGTH)
            if struct.unpack("!I", body[:LENGTH])[0] in (80877103, 80877104):
                client.sendall(b"N")
                continue
            server.sendall(head + body)
            return

    def _from_server(self, client, server, state) -> None:
        try:
            while True:
                head = read(server, 1 + LENGTH)
                body = read(server, struct.unpack("!I", head[1:])[0] - LENGTH)
                if state["lost"]:
                    # Ready for the next query, or waiting for the rows of a COPY.
                    if head[:1] in (b"Z", b"G"):
                        break
                    continue
                client.sendall(head + body)
        except OSError:
            pass
        end(client, server)


def read(connection, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise OSError("closed")
        data += piece
    return data


def end(*connections) -> None:
    for connection in connections:
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        connection.close()
