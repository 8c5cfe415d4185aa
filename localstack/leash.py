"""Run a program that dies with the one that started it: `python leash.py SIGNAL UID GID COMMAND...`.

A supervisor that is killed outright cannot stop its children; the kernel can (Linux: PR_SET_PDEATHSIG). The wish is
forgotten when the user changes, so that comes first. Where the kernel cannot, the next start clears up.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Become the command."""
    signal, user, group, parent, *command = sys.argv[1:]
    if user != "-":
        os.setgroups([])
        os.setgid(int(group))
        os.setuid(int(user))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - becoming the command is what this is for


if __name__ == "__main__":
    main()
