/**
 * The Python side of python-logger.ts: opens a run of the library that argv names (wandb or trackio), and logs what comes
 * on stdin, a JSON object a line, until `end` or the line's end. On stdout it says, a JSON object a line, where it logs,
 * how many lines it has handled, and what a person has to know.
 *
 * Where Midbench dies, the line ends: then what came is finished and the process ends, within a minute. A run that goes on
 * makes some steps again; those are passed over here, by the last step of each kind, which a file in the run's folder
 * keeps.
 */
export const LOGGER_SCRIPT = String.raw`
import inspect, json, os, sys, threading, warnings

library = sys.argv[1]
answer = os.dup(1)
given = os.fdopen(os.dup(0), encoding="utf-8")
nothing = os.open(os.devnull, os.O_RDWR)
os.dup2(nothing, 0)
os.dup2(2, 1)  # what the library prints is for its own log


def tell(**what):
    try:
        os.write(answer, (json.dumps(what) + "\n").encode())
    except OSError:
        pass  # nobody listens any more


def first_line(error):
    return (str(error).strip().split("\n")[0] or type(error).__name__)[:300]


def taken(function, options):
    """Those of the options that this version has."""
    known = inspect.signature(function).parameters
    return {name: value for name, value in options.items() if name in known}


class Wandb:
    def __init__(self, begin):
        import wandb

        self.library = wandb
        wanted = {
            "console": "off", "symlink": False, "disable_git": True, "init_timeout": 30, "x_stats_pid": os.getppid(),
        }
        known = getattr(wandb.Settings, "model_fields", wanted)
        options = dict(
            project=begin["project"], id=begin["id"], name=begin["name"], dir=begin["dir"], config=begin["config"],
            resume="allow", settings=wandb.Settings(**{k: v for k, v in wanted.items() if k in known}),
        )
        refused = None
        mode = os.environ.get("WANDB_MODE")
        if mode is None:
            try:
                self.run = wandb.init(mode="online", **options)
            except Exception as error:
                refused = first_line(error)
                mode = "offline"
                wandb.teardown()  # its service would hold the run's id
        if mode is not None:
            self.run = wandb.init(mode=mode, **options)
        tell(opened=self.run.url or self.run.dir, online=self.run.url is not None, refused=refused)

    def log(self, step, figures):
        self.run.log({"step": step, **figures}, step=step)

    def finish(self, well):
        self.run.finish(exit_code=0 if well else 1)


class Trackio:
    def __init__(self, begin):
        import trackio

        self.library = trackio
        # Two runs of one name are two: the id, which ends the name, tells them apart, also after a renaming.
        name = begin["name"] + " " + begin["id"]
        try:
            names = [run.name for run in trackio.Api().runs(begin["project"])]
            name = next((one for one in names if one.endswith(begin["id"])), name)
        except Exception:
            pass  # there is no such project yet
        options = dict(config=begin["config"], resume="allow", embed=False, auto_log_gpu=False, auto_log_cpu=False)
        warnings.showwarning = self.warned
        self.run = trackio.init(project=begin["project"], name=name, **taken(trackio.init, options))
        tell(opened=begin["project"], online=False, refused=None)

    def warned(self, message, *_):
        if str(message).lstrip("* ").startswith("trackio"):
            tell(warning=first_line(message))

    def log(self, step, figures):
        self.run.log(figures, step=step)

    def finish(self, well):
        self.run.finish()


class Logged:
    """The last step of each kind that was logged, over all processes of the run."""

    def __init__(self, path):
        self.path = path
        try:
            with open(path, encoding="utf-8") as file:
                self.last = json.load(file)
        except (OSError, ValueError):
            self.last = {}

    def is_new(self, kind, step):
        return step > self.last.get(kind, -1)

    def add(self, kind, step):
        self.last[kind] = step
        with open(self.path + ".tmp", "w", encoding="utf-8") as file:
            json.dump(self.last, file)
        os.replace(self.path + ".tmp", self.path)


def table(logger, answers):
    rows = [[one["prompt"], one["answer"], one["cut"]] for one in answers]
    return logger.library.Table(columns=["prompt", "answer", "cut"], data=rows)


def main():
    begin = json.loads(given.readline())
    logger = {"wandb": Wandb, "trackio": Trackio}[library](begin)
    logged = Logged(begin["kept"])
    handled, well, ended = 1, False, False
    tell(handled=handled)
    for line in given:
        message = json.loads(line)
        if "end" in message:
            well, ended = message["end"], True
            break
        kind, step = message["kind"], message["step"]
        if logged.is_new(kind, step):
            logger.log(step, message["figures"] if "figures" in message else {"samples": table(logger, message["answers"])})
            logged.add(kind, step)
        handled += 1
        tell(handled=handled)
    if not ended:  # Midbench is gone, and what it would read as well
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        timer = threading.Timer(60, os._exit, [1])
        timer.daemon = True
        timer.start()
    logger.finish(well)


main()
`
