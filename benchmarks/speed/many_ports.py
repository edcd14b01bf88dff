"""A server on many loopback ports, and a second process that is measured while it asks them."""

import asyncio
import json
import multiprocessing
import subprocess
import sys
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from typing import Any

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Answers the requests of one connection until it ends."""


def listen(pipe: Connection, ports: int, answer: Answer) -> None:
    """Listen on so many free ports, send them through the pipe, and answer until killed."""

    async def quiet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def run() -> None:
        servers = [await asyncio.start_server(quiet, "127.0.0.1", 0) for _ in range(ports)]
        pipe.send([server.sockets[0].getsockname()[1] for server in servers])
        await asyncio.Event().wait()

    asyncio.run(run())


def measured_beside(serve: Callable[[Connection], None], module: str, word: str) -> dict[str, Any]:
    """Run ``python -m MODULE WORD PORT…`` beside a server process; return the JSON it prints."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=serve, args=(there,), daemon=True)
    server.start()
    try:
        command = [sys.executable, "-m", module, word, *map(str, here.recv())]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    finally:
        server.terminate()
        server.join()
    found: dict[str, Any] = json.loads(done.stdout)
    return found
