"""Launches a command that gets a signal when its parent dies, as another user if requested.

`python -I -S launch.py PARENT_PID SIGNAL (same|namespace|nobody) COMMAND…`

A separate program, because forking the supervisor, which has threads (gRPC's among them), and
running Python in the child could hang; an ordinary spawn can't. Standard library only, and no
imports of ours: it must start in milliseconds.
"""

import ctypes
import os
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000


def main() -> None:
    """Set up this process and replace it by the command."""
    parent, signal_number, user = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    libc = ctypes.CDLL(None, use_errno=True)
    if user == "namespace":
        _enter_namespace(libc)
    elif user == "nobody":
        _become_nobody()
    # After the change of user, which clears it. Only Linux has it.
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        sys.exit("the parent has gone")
    os.execvp(sys.argv[4], sys.argv[4:])  # noqa: S606  the supervisor's own commands


def _enter_namespace(libc: ctypes.CDLL) -> None:
    """Be user 1000 in a namespace of our own; outside, files still belong to root."""
    if libc.unshare(_CLONE_NEWUSER) != 0:
        sys.exit(f"no user namespaces: {os.strerror(ctypes.get_errno())}")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text("1000 0 1")
    Path("/proc/self/gid_map").write_text("1000 0 1")


def _become_nobody() -> None:
    import pwd  # noqa: PLC0415  only here

    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


if __name__ == "__main__":
    main()
