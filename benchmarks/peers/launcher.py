"""The launcher: runs one command and tells what the kernel counted for it.

A child's peak memory begins at that of the process that starts it, so this one is small: it imports
nothing that it can do without. `launcher.py RESULT COMMAND...` writes one line to the file RESULT:
the seconds by the wall and by the processor, the peak in bytes, and the exit code.
"""

import os
import sys
import time


def main() -> None:
    result, *command = sys.argv[1:]
    begun = time.perf_counter()
    process = os.posix_spawn(command[0], command, os.environ)
    _, status, used = os.wait4(process, 0)
    wall_s = time.perf_counter() - begun
    code = os.waitstatus_to_exitcode(status)
    # The kernel counts memory in kilobytes on Linux.
    peak = used.ru_maxrss * 1024
    with open(result, "w") as told:  # noqa: PTH123 - pathlib is one more import
        told.write(f"{wall_s} {used.ru_utime + used.ru_stime} {peak} {code}")


if __name__ == "__main__":
    main()
