"""What can go wrong for the person at the keyboard."""

import errno


class Problem(Exception):  # noqa: N818 - it is told, not reported
    """One sentence that says what is wrong and what to do about it."""


class Ended(Problem):
    """A problem that every further request would meet too, so that there is no sense in going on."""


class SignedOut(Ended):
    """Nobody is signed in here, or no longer."""


class Refused(Problem):
    """Darkroom answered no."""


class Unreachable(Problem):
    """Nothing answers at an address."""


class Stopped(Exception):  # noqa: N818 - a wish, not an error
    """The person pressed Ctrl-C."""


def explain(error: OSError) -> Problem:
    """Return the sentence for an error of the machine."""
    where = f" {error.filename}" if error.filename else ""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Problem("The disk is full: free some space and run the same command again.")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return Problem(f"No permission for{where or ' a file'}: change its owner or choose another place.")
    if error.errno == errno.ENOENT:
        return Problem(f"There is no file{where}: check the name.")
    return Problem(f"The computer refused{where} ({error.strerror or error}): put that right and try again.")
