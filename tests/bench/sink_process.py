"""An SMTP server that takes everything and says so: a line "moment recipient bytes" for each mail, by the monotonic clock."""

import asyncio
import sys
import time
from typing import Any

from aiosmtpd.smtp import SMTP


class Handler:
    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        sys.stdout.write(f"{time.monotonic()} {envelope.rcpt_tos[0]} {len(envelope.original_content)}\n")
        sys.stdout.flush()
        return "250 2.0.0 taken"


async def serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), data_size_limit=60_000_000), "127.0.0.1", port)
    await server.serve_forever()


asyncio.run(serve(int(sys.argv[1])))
