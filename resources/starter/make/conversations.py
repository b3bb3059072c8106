"""
Writes the sample conversations: conversations.jsonl and conversations-val.jsonl (CustomJSON: one array of messages a
line), smoltalk-sample.parquet (conversations with a system message) and gsm8k-sample.parquet (word problems with calls
of the calculator), in the hub's schemas. Deterministic; run by make.sh.

Sources: written.txt (by hand) and generated.py (by rule). Every eighth conversation of either is held out for
validation.
"""

import json
import pathlib
import random

import pyarrow as pa
import pyarrow.parquet as pq
from generated import PLAIN, WITH_SYSTEM, generate, word_problems

MAKE = pathlib.Path(__file__).parent
STARTER = MAKE.parent
ROLES = {"U": "user", "A": "assistant", "S": "system"}
HELD_OUT_EVERY = 8


def read_written(path: pathlib.Path):
    """The conversations of written.txt, in order."""
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    for block in "\n".join(lines).split("\n---\n"):
        messages = []
        for line in block.strip("-\n").split("\n"):
            if line[:3] in ("U: ", "A: ", "S: "):
                messages.append({"role": ROLES[line[0]], "content": line[3:]})
            elif messages:
                messages[-1]["content"] += "\n" + line
        if messages:
            check(messages)
            yield messages


def check(messages):
    """Roles alternate from the user on, after an optional system message, and the assistant speaks last."""
    roles = [m["role"] for m in messages if m["role"] != "system"]
    assert roles == ["user", "assistant"] * (len(roles) // 2), messages
    assert all(m["content"].strip() == m["content"] != "" for m in messages), messages


def write_jsonl(name: str, conversations):
    lines = [json.dumps(c, ensure_ascii=False) for c in conversations]
    (STARTER / name).write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{name}: {len(lines)} conversations")


def write_parquet(name: str, table: pa.Table):
    pq.write_table(table, STARTER / name, compression="snappy")
    print(f"{name}: {table.num_rows} rows")


def main():
    written = list(read_written(MAKE / "written.txt"))
    plain = [c for c in written if c[0]["role"] != "system"] + list(generate(PLAIN, seed=1))
    held_out = [c for i, c in enumerate(plain) if i % HELD_OUT_EVERY == HELD_OUT_EVERY - 1]
    kept = [c for i, c in enumerate(plain) if i % HELD_OUT_EVERY != HELD_OUT_EVERY - 1]
    random.Random(2).shuffle(kept)  # so that a reader of the file meets every kind soon
    write_jsonl("conversations.jsonl", kept)
    write_jsonl("conversations-val.jsonl", held_out)

    with_system = [c for c in written if c[0]["role"] == "system"] + list(generate(WITH_SYSTEM, seed=3))
    message = pa.struct([("content", pa.string()), ("role", pa.string())])
    columns = {
        "messages": pa.array(with_system, pa.list_(message)),
        "source": pa.array(["midbench-starter"] * len(with_system)),
    }
    write_parquet("smoltalk-sample.parquet", pa.table(columns))

    rows = word_problems(seed=4)
    columns = {k: pa.array([r[k] for r in rows]) for k in ("question", "answer")}
    write_parquet("gsm8k-sample.parquet", pa.table(columns))


if __name__ == "__main__":
    main()
