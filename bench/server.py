"""A throw-away PostgreSQL for measuring, the same for every tool: private socket, no durability."""
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

DATABASE = "bench"
PORT = 5432
SETTINGS = {"listen_addresses": "", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
            "shared_buffers": "256MB", "max_connections": "40", "autovacuum": "off",
            # A whole schema of 10,000 models is dropped in one transaction.
            "max_locks_per_transaction": "1024"}


def program(name):
    """The newest of Debian's server programs, else what PATH has."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
                   key=lambda path: float(path.parent.parent.name))
    path = str(found[-1]) if found else shutil.which(name)
    if not path:
        raise SystemExit(f"bench: {name} is missing; run scripts/setup")
    return path


class Server:
    """Started by `with`; `environment` is what libpq needs to reach it."""

    def __enter__(self):
        # PostgreSQL refuses to run as root.
        self._user = next((user for user in ("postgres", "nobody") if self._exists(user)), None) \
            if os.getuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="weft-bench-", dir="/tmp"))
        owner = self._user or pwd.getpwuid(os.getuid()).pw_name
        if self._user:
            shutil.chown(self.folder, self._user)
        self._call("initdb", "-D", str(self.folder / "data"), "-U", "bench", "-A", "trust", "-E", "UTF8",
                   "--locale=C", "--no-sync")
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with open(self.folder / "log", "wb") as log:
            self._process = subprocess.Popen(
                [program("postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), "-p", str(PORT), *options],
                user=self._user, cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.owner = owner
        self.environment = {"PGHOST": str(self.folder), "PGPORT": str(PORT), "PGUSER": "bench",
                            "PGDATABASE": DATABASE}
        self._wait()
        self.sql(f"create database {DATABASE}", database="postgres")
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def _exists(user):
        try:
            return pwd.getpwnam(user).pw_uid > 0
        except KeyError:
            return False

    def _call(self, name, *arguments):
        done = subprocess.run([program(name), *arguments], user=self._user, cwd=self.folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise SystemExit(f"bench: {name} failed\n{done.stdout}")

    def _wait(self):
        for _ in range(300):
            try:
                return self.sql("select 1", database="postgres")
            except subprocess.CalledProcessError:
                if self._process.poll() is not None:
                    raise SystemExit("bench: the server ended\n" + (self.folder / "log").read_text()) from None
                time.sleep(0.05)
        raise SystemExit("bench: the server does not answer")

    def sql(self, text, database=DATABASE):
        """The output of one statement, unaligned."""
        return subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", text], text=True,
                              env={**os.environ, **self.environment, "PGDATABASE": database}, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL).stdout
