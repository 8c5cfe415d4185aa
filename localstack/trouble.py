"""What can go wrong for the person at the keyboard."""

import errno


class Trouble(Exception):  # noqa: N818 - it is told, not reported
    """One sentence that says what is wrong and what to do about it."""


def explain(error: OSError) -> Trouble | None:
    """Return the sentence for an error of the machine that a person can do something about."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Trouble("The disk is full: free some space (200 MB will do) and run `make up` again.")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST}:
        return Trouble(
            f"{error.filename} cannot be written ({error.strerror}): "
            "put that right, or choose another folder with DARKROOM_HOME, and try again."
        )
    return None
