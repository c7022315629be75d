"""x"""
import asyncio
import sys
from pathlib import Path

from townclerk.app.logs import start_logging
from townclerk.app.run import Daemon
from townclerk.app.systemd import ServiceManager
from townclerk.app.wiring import load_files, open_database, open_office
from townclerk.mail.parsing import ParsePool


async def main(path):
    files = load_files(path)
    pool = ParsePool()
    db = open_database(files.settings)
    try:
        await Daemon(open_office(files, db, pool), files.settings, path, ServiceManager()).run()
    finally:
        await pool.close()
        db.close()

start_logging()
asyncio.run(main(Path(sys.argv[2])))
