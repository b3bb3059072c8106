"""
Reads what loggers wrote with the readers of TensorBoard, W&B and trackio, and prints it as JSON.

argv: the reader, then where: the run's folder, or trackio's project.
"""
import glob
import json
import os
import subprocess
import sys


def tensorboard(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    scalars = {tag: [[one.step, one.value] for one in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
    texts = {
        tag: [[one.step, one.tensor_proto.string_val[0].decode()] for one in events.Tensors(tag)]
        for tag in events.Tags()["tensors"]
    }
    return {"scalars": scalars, "texts": texts}


def wandb(folder):
    """By `wandb leet inspect`, in the order of the processes that logged."""
    program = os.path.join(os.path.dirname(sys.executable), "wandb")
    runs = []
    for path in sorted(glob.glob(f"{folder}/wandb/*/*.wandb")):
        asked = [program, "leet", "inspect", "--json", path]
        lines = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.splitlines()
        runs.append([json.loads(line) for line in lines])
    return runs


def trackio(project):
    import trackio
    from trackio.sqlite_storage import SQLiteStorage

    runs = trackio.Api().runs(project)
    return [{"name": run.name, "config": run.config, "rows": SQLiteStorage.get_logs(project, run.name)} for run in runs]


print(json.dumps({"tensorboard": tensorboard, "wandb": wandb, "trackio": trackio}[sys.argv[1]](sys.argv[2]), default=str))
