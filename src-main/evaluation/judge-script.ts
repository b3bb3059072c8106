/**
 * The Python side of python-judge.ts: takes a job as JSON on stdin, limits itself, says that it is ready, runs the program,
 * and says on stdout how it went. As in the reference, the program is executed with globals of its own, so that `__name__` is not
 * `__main__`, and leaving early is no success.
 */
export const JUDGE_SCRIPT = String.raw`
import ctypes, json, os, resource, sys

job = json.load(sys.stdin)
answer = os.dup(1)
nothing = os.open(os.devnull, os.O_RDWR)
for stream in (0, 1, 2):
    os.dup2(nothing, stream)


def limit(what, most):
    try:
        resource.setrlimit(what, (most, most))
    except (OSError, ValueError):
        pass  # the system has no such limit, or a lower one


def lock_files():
    """Landlock (Linux 5.13): no file may be written, made, removed or executed from here on."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        changes = ctypes.c_uint64(0b1111111110011)  # all rights of its first version but reading
        rules = libc.syscall(444, ctypes.byref(changes), ctypes.sizeof(changes), 0)
        if rules < 0 or libc.prctl(38, 1, 0, 0, 0) != 0:
            return False
        return libc.syscall(446, rules, 0) == 0
    except Exception:
        return False


def become_nobody():
    try:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    except OSError:
        pass
    return os.getuid() == 65534


limit(resource.RLIMIT_CPU, job["seconds"] + 1)
limit(resource.RLIMIT_FSIZE, 0)
limit(resource.RLIMIT_CORE, 0)
limit(resource.RLIMIT_NOFILE, 64)
nobody = become_nobody() if job["asNobody"] else False
locked = lock_files()
limit(resource.RLIMIT_NPROC, 0)
limit(resource.RLIMIT_AS, job["bytes"])
os.fork = os.forkpty = None  # a limit on processes does not hold for root
os.write(answer, b"ready\n")
try:
    exec(compile(job["program"], "<answer>", "exec"), {})
    said = job["word"]
except BaseException as error:
    said = (type(error).__name__ + ": " + str(error)).rstrip(": ")[:500]
os.write(answer, f"{int(locked)} {int(nobody)} {said}".encode("utf-8", "replace"))
os._exit(0)
`
