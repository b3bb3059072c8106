/**
 * A Python package in place of a real one, to try what becomes of a helper whose library misbehaves. What the real ones
 * write is tried in tests/contract/loggers.test.ts.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { vi } from 'vitest'

/** A run of wandb's that writes what it is given to a file. */
const WRITES = `
import json, os

class Settings:
    def __init__(self, **_):
        pass

class Run:
    url = None
    dir = "somewhere"

    def log(self, row, step):
        logged(row, step)

    def finish(self, exit_code):
        finished(exit_code)

class Table:
    def __init__(self, columns, data):
        self.data = data

def init(**options):
    begun(options)
    return Run()

def teardown():
    pass

def write(**what):
    with open(os.path.join(HERE, "logged.jsonl"), "a") as file:
        file.write(json.dumps(what, default=lambda value: value.data) + "\\n")

def begun(options):
    if options["mode"] != "offline":
        raise RuntimeError("No API key configured.")
    write(project=options["project"], id=options["id"], name=options["name"], resume=options["resume"])

def logged(row, step):
    write(step=step, row=row)

def finished(exit_code):
    write(exit=exit_code)
`

/** Puts a package wandb where Python finds it; `python` replaces some of its functions. @returns the file it writes */
export function standInForWandb(folder: string, python = ''): string {
  mkdirSync(join(folder, 'wandb-0.0.1.dist-info'), { recursive: true })
  writeFileSync(join(folder, 'wandb-0.0.1.dist-info', 'METADATA'), 'Name: wandb\nVersion: 0.0.1\n')
  writeFileSync(join(folder, 'wandb.py'), `HERE = ${JSON.stringify(folder)}\n${WRITES}\n${python}\n`)
  vi.stubEnv('PYTHONPATH', folder)
  vi.stubEnv('MIDBENCH_PYTHON', '')
  return join(folder, 'logged.jsonl')
}
