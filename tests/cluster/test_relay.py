"""The relay's doors, against an echo on loopback: no cluster, no root."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.cluster.relay import Door, Relay
from tests.cluster.waiting import wait_until


@pytest.fixture
def door() -> Iterator[Door]:
    """A door to a server that sends everything back."""
    listening = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=echo, args=(listening,), daemon=True).start()
    relay = Relay()
    yield relay.door("127.0.0.1", listening.getsockname()[1])
    relay.close()
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


def echo(listening: socket.socket) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


def answer(connection: socket.socket) -> None:
    with connection:
        try:
            while data := connection.recv(1000):
                connection.sendall(data)
        except ConnectionResetError:
            return


def send_and_end(client: socket.socket, data: bytes) -> None:
    client.sendall(data)
    client.shutdown(socket.SHUT_WR)


def connect(door: Door) -> socket.socket:
    return socket.create_connection(("127.0.0.1", door.port), timeout=1)


def ask(client: socket.socket, text: bytes = b"hello") -> bytes:
    client.sendall(text)
    return client.recv(1000)


def test_bytes_pass_both_ways(door: Door) -> None:
    with connect(door) as client:
        assert ask(client) == b"hello"
        assert door.connections == 1
    wait_until(lambda: door.connections == 0, 2, "the passage to close with its client")


def test_the_end_of_one_direction_passes(door: Door) -> None:
    with connect(door) as client:
        client.sendall(b"last")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(10) == b"last"
        assert client.recv(10) == b""


def test_half_open_swallows_and_old_connections_stay_dead(door: Door) -> None:
    with connect(door) as old:
        assert ask(old) == b"hello"
        door.half_open(on=True)
        with pytest.raises(TimeoutError):
            ask(old)
        with connect(door) as new, pytest.raises(TimeoutError):
            ask(new)
        door.half_open(on=False)
        with pytest.raises(TimeoutError):
            ask(old)
        with connect(door) as later:
            assert ask(later) == b"hello"


def test_nothing_is_lost_when_one_side_ends_early(door: Door) -> None:
    sent = b"x" * 3_000_000  # more than the buffers on the way hold
    with connect(door) as client:
        client.settimeout(10)
        threading.Thread(target=send_and_end, args=(client, sent), daemon=True).start()
        received = 0
        while data := client.recv(65536):
            received += len(data)
    assert received == len(sent)


def test_slow_delays_each_direction(door: Door) -> None:
    with connect(door) as client:
        door.slow(0.15)
        begin = time.monotonic()
        assert ask(client) == b"hello"
        assert time.monotonic() - begin >= 0.3
        door.slow(0)


def test_refusing_cuts_off_and_returns_at_the_same_port(door: Door) -> None:
    with connect(door) as client:
        assert ask(client) == b"hello"
        door.refuse(on=True)
        with pytest.raises(ConnectionRefusedError):
            connect(door)
        with pytest.raises(ConnectionResetError):
            client.recv(10)
    door.refuse(on=False)
    with connect(door) as client:
        assert ask(client) == b"hello"


def test_a_server_that_is_away_closes_the_door_in_ones_face() -> None:
    relay = Relay()
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    door = relay.door("127.0.0.1", port)
    with pytest.raises((ConnectionResetError, BrokenPipeError)), connect(door) as client:
        ask(client)
    relay.close()


def test_a_thread_that_cannot_join_says_so_to_its_maker() -> None:
    def join() -> None:
        raise PermissionError("not root")

    with pytest.raises(PermissionError, match="not root"):
        Relay(join)
