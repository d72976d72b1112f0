"""Cases of run.py about odd machines: files that are none, closed streams, full disks, missing rights."""
import contextlib
import os
import resource
import shutil
import socket
import struct
import subprocess
import threading
from pathlib import Path

NOBODY = 65534


class OddServer:
    """Lets everybody in and answers each message in one way; none: closes the connection at once."""

    def __init__(self, project, answer: bytes | None):
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.listen, daemon=True).start()
        port = self.listener.getsockname()[1]
        project.write("profiles.yml", f"shop:\n  target: odd\n  outputs:\n    odd: {{type: postgres, host: 127.0.0.1, port: "
                                      f"{port}, user: me, password: '', dbname: db, schema: s, threads: 1}}\n")

    def listen(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            with connection, contextlib.suppress(ConnectionError):
                if self.answer is not None:
                    self.serve(connection)

    def serve(self, connection) -> None:
        # A question for TLS or GSS has eight bytes and is answered by one.
        while len(connection.recv(65536)) == 8:
            connection.sendall(b"N")
        ready = b"Z" + struct.pack("!Ic", 5, b"I")
        version = b"server_version\x0015.1\x00"
        connection.sendall(b"R" + struct.pack("!II", 8, 0) + b"S" + struct.pack("!I", 4 + len(version)) + version + ready)
        while connection.recv(65536):
            connection.sendall(self.answer + ready)


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", 4 + len(body)) + body


def unreadable_things_among_the_models_are_errors(project) -> None:
    pipe = Path(project.root) / "models/pipe.sql"
    os.mkfifo(pipe)
    output = project.run("parse", code=2, timeout=20)
    assert "`models/pipe.sql` cannot be read: is a pipe that nobody writes to" in output, output
    pipe.unlink()
    pipe.symlink_to("/dev/zero")
    output = project.run("parse", code=2, timeout=20)
    assert "`models/pipe.sql` cannot be read: is a device" in output, output
    pipe.unlink()
    pipe.symlink_to("/nowhere")
    assert "`models/pipe.sql` cannot be read: no such file" in project.run("parse", code=2)


def links_in_a_circle_are_walked_once(project) -> None:
    names = project.run("ls", "--quiet")
    for link, target in (("models/up", ".."), ("models/here", "."), ("models/staging/models", "../../models"),
                         ("models/root", "/")):
        (Path(project.root) / link).symlink_to(target)
    assert project.run("ls", "--quiet", timeout=20) == names


def a_log_that_is_a_pipe_holds_nothing_up(project) -> None:
    (Path(project.root) / "logs").mkdir(exist_ok=True)
    (Path(project.root) / "logs/dbt.log").unlink(missing_ok=True)
    os.mkfifo(Path(project.root) / "logs/dbt.log")
    project.run("parse", timeout=20)


def output_that_is_lost_is_an_error(project) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([project.weft, "ls"], cwd=project.root, stdout=full, stderr=subprocess.PIPE, text=True,
                              stdin=subprocess.DEVNULL)
    assert done.returncode == 2, done
    assert "the output cannot be written: No space left on device" in done.stderr, done.stderr
    early = subprocess.run(f"{project.weft} ls --quiet | true; echo ${{PIPESTATUS[0]}}", shell=True, cwd=project.root,
                           executable="/bin/bash", capture_output=True, text=True)
    assert (early.stdout, early.stderr) == ("0\n", ""), early


def closed_streams_are_nobodys_files(project) -> None:
    """The first files and connections would have taken the numbers of the streams."""
    done = subprocess.run(f"exec {project.weft} build <&- >&- 2>&-", shell=True, cwd=project.root)
    assert done.returncode == 0, done
    assert project.rows("select count(*) as n from {{ ref('customers') }}") == [{"n": 2}]
    assert (Path(project.root) / "target/manifest.json").read_text().startswith("{")


def a_folder_that_was_removed_is_said_so(project) -> None:
    gone = Path(project.root) / "gone"
    script = f"mkdir {gone} && cd {gone} && rmdir {gone} && exec {project.weft} parse --project-dir {project.root}"
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True)
    assert done.returncode == 2, done
    assert "the working directory cannot be found" in done.stderr, done


def memory_that_is_used_up_is_said_so(project) -> None:
    with open(Path(project.root) / "models/vast.sql", "w") as vast:
        vast.truncate(1 << 31)
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))  # noqa: E731
    done = subprocess.run([project.weft, "parse"], cwd=project.root, capture_output=True, text=True, preexec_fn=limit)
    assert done.returncode == 2, done
    assert "the memory is used up" in done.stderr, done.stderr


def folders_that_may_not_be_entered_are_errors(project) -> None:
    weft = Path(project.root) / "weft"
    shutil.copy(project.weft, weft)
    (Path(project.root) / "models/secret").mkdir()
    (Path(project.root) / "models/secret").chmod(0)
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}

    def parse() -> str:
        done = subprocess.run([weft, "parse"], cwd=project.root, capture_output=True, text=True, **user)
        assert done.returncode == 2, done
        return done.stdout + done.stderr

    output = parse()
    assert "the folder `models/secret` cannot be read: permission denied" in output, output
    (Path(project.root) / "models/secret").chmod(0o755)
    (Path(project.root) / "logs").mkdir(exist_ok=True)
    Path(project.root).chmod(0o600)
    try:
        output = subprocess.run([project.weft, "parse", "--project-dir", project.root], cwd="/", capture_output=True,
                                text=True, **user)
    finally:
        Path(project.root).chmod(0o755)
    assert output.returncode == 2 and "terminate" not in output.stderr, output


def names_are_measured_as_the_server_does(project) -> None:
    """A name of 40 characters and 80 bytes is cut, and the table would be made anew with each run."""
    project.run("seed")
    model = "{{{{ config(materialized='incremental', {}='{}') }}}} select 1 as id\n"
    for key, what in (("alias", "relation's"), ("schema", "schema's")):
        project.write("models/long.sql", model.format(key, "é" * 40))
        output = project.run("run", "--select", "long", code=1)
        assert f"the {what} name" in output and "is longer than 63 bytes" in output, output
    project.write("models/wide.sql", "{{ config(schema='" + "é" * 40 + "') }} select 1 as id\n")
    project.run("run", "--select", "wide")
    project.write("models/long.sql", model.format("alias", "é" * 31))
    project.run("run", "--select", "long")
    project.run("run", "--select", "long")
    assert project.rows("select id from {{ ref('long') }}") == [{"id": 1}, {"id": 1}]


def servers_that_are_none_are_told_apart(project) -> None:
    OddServer(project, None)
    output = project.run("debug", code=1)
    assert "server closed the connection unexpectedly" in output, output
    OddServer(project, message(b"C", b"SELECT\x00"))
    output = project.run("debug", code=1)
    assert "does not answer a query with rows" in output, output
    OddServer(project, message(b"E", b"SERROR\x00C42000\x00Mpass\xfcort\x00\x00"))
    output = project.run("--log-format", "json", "debug", code=1)
    assert "pass\\\\xfcort" in output, output


CASES = [unreadable_things_among_the_models_are_errors, links_in_a_circle_are_walked_once,
         a_log_that_is_a_pipe_holds_nothing_up, output_that_is_lost_is_an_error, closed_streams_are_nobodys_files,
         a_folder_that_was_removed_is_said_so, memory_that_is_used_up_is_said_so,
         folders_that_may_not_be_entered_are_errors, names_are_measured_as_the_server_does,
         servers_that_are_none_are_told_apart]
