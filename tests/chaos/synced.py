"""The power cut: a shim notes how long each file was when it was last synced; afterwards no file is longer than that.

The shim is compiled when it is needed and given to the processes by LD_PRELOAD. The worst case is made: nothing that
was not synced survives. A file that was never synced is left as it is: it is no record of ours.
"""

import os
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
static void note(int fd) {
    const char *log = getenv("SYNCED_LOG");
    char link[64], path[4096], line[4200];
    struct stat seen;
    if (!log || fstat(fd, &seen) || !S_ISREG(seen.st_mode)) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return;
    path[length] = 0;
    int out = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (out < 0) return;
    int size = snprintf(line, sizeof line, "%lld %s\n", (long long)seen.st_size, path);
    if (write(out, line, size) < 0) {}
    close(out);
}
int fsync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    int result = real(fd);
    if (result == 0) note(fd);
    return result;
}
int fdatasync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    int result = real(fd);
    if (result == 0) note(fd);
    return result;
}
"""


class NoCompiler(AssertionError):
    """This machine has none: the power cannot be cut."""


@cache
def shim() -> Path:
    """The shared object. Raises NoCompiler."""
    place = Path(mkdtemp(prefix="onenumber-sync-"))
    (place / "synced.c").write_text(SOURCE)
    made = place / "synced.so"
    try:
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", made, place / "synced.c", "-ldl"], check=True)  # noqa: S607
    except (OSError, subprocess.CalledProcessError) as missing:
        raise NoCompiler(str(missing)) from missing
    return made


def sync(log: Path, below: Path) -> None:
    """What others than our processes wrote and synced (a tool that closed the record) is noted too."""
    for path, _ in _beyond(log, below):
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            os.fsync(file.fileno())
        with log.open("a") as noted:
            noted.write(f"{size} {path}\n")


def unsynced(log: Path, below: Path) -> int:
    """Bytes that a cut of this moment would take."""
    return sum(path.stat().st_size - size for path, size in _beyond(log, below))


def cut_to_synced(log: Path, below: Path) -> int:
    """Every file below is as long as it was when it was last synced; how many bytes that took."""
    lost = 0
    for path, size in _beyond(log, below):
        lost += path.stat().st_size - size
        with path.open("r+b") as file:
            file.truncate(size)
    return lost


def _beyond(log: Path, below: Path) -> list[tuple[Path, int]]:
    """The files that are longer than they were when they were last synced, and how long that was."""
    sizes: dict[str, int] = {}
    for line in log.read_text(errors="replace").splitlines():
        length, _, name = line.partition(" ")
        if name:  # the last line may be half written
            sizes[name] = int(length)
    found = ((Path(name), size) for name, size in sizes.items())
    return [
        (path, size) for path, size in found
        if path.is_relative_to(below) and path.exists() and path.stat().st_size > size
    ]  # fmt: skip
