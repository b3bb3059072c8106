/**
 * A whole small run through the built command line, with a home, a cache and a nanochat folder of its own, so that any of
 * its files can be damaged and it can be killed at any instant.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { z } from 'zod'

import { cacheDir, projectDir } from '../../src-main/native/paths'
import type { RunConfigInput } from '../../src-main/config/config.schema'
import { goldenPath } from '../support/golden'

export const STEPS = 24
/** A run of some seconds that says nothing for so long hangs. */
const SILENT_SECONDS = 120

const event = z.looseObject({
  event: z.string(),
  step: z.int().optional(),
  loss: z.number().optional(),
  val_bpb: z.number().optional(),
})

/** What a part of a run came to. */
export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  /** It was killed as asked. */
  killed: boolean
  hung: boolean
  stderr: string
  /** `step 3` and `eval 4` with the number told of it. */
  told: Map<string, number>
}

/** When a part is killed: so many milliseconds after it told of its nth event; null = never. */
export interface Kill {
  afterEvents: number
  milliseconds: number
}

export class Victim {
  readonly config: string

  /** @param folder empty, for everything that the run reads and writes */
  constructor(readonly folder: string) {
    this.config = join(folder, 'config.json')
  }

  /** Makes the run's inputs; `like` gives its home and cache, as they are, too. */
  static make(folder: string, like?: Victim): Victim {
    mkdirSync(folder, { recursive: true })
    const victim = new Victim(folder)
    const source = like === undefined ? goldenPath('nanochat_base') : join(like.folder, 'base')
    cpSync(source, join(folder, 'base'), { recursive: true })
    writeFileSync(victim.config, JSON.stringify(configOf(folder)))
    mkdirSync(join(folder, 'cache'))
    for (const part of readdirSync(cacheDir())) {
      if (part !== 'data') symlinkSync(join(cacheDir(), part), join(folder, 'cache', part))
    }
    return victim
  }

  /** Runs until it ends or is killed. */
  train(resume: boolean, kill: Kill | null = null, more: readonly string[] = []): Promise<Ended> {
    const run = join(this.folder, 'run')
    const args = [
      'train',
      '--config',
      this.config,
      '--run-dir',
      run,
      '--json',
      ...(resume ? ['--resume'] : []),
      ...more,
    ]
    const child = spawn(process.execPath, [join(projectDir(), 'out', 'main', 'headless.js'), ...args], {
      cwd: this.folder,
      env: {
        ...process.env,
        MIDBENCH_HOME: join(this.folder, 'home'),
        MIDBENCH_CACHE: join(this.folder, 'cache'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended: Ended = { code: null, signal: null, killed: false, hung: false, stderr: '', told: new Map() }
    let timer: NodeJS.Timeout | undefined
    const heard = (): void => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        ended.hung = true
        child.kill('SIGKILL')
      }, SILENT_SECONDS * 1000)
    }
    const strike = (events: number): void => {
      if (kill === null || events !== kill.afterEvents) return
      setTimeout(() => (ended.killed = child.kill('SIGKILL')), kill.milliseconds)
    }
    heard()
    strike(0)
    let events = 0
    child.stderr.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()))
    createInterface({ input: child.stdout }).on('line', (line) => {
      heard()
      note(ended.told, line)
      strike(++events)
    })
    return new Promise((resolve) => {
      child.on('close', (code, signal) => {
        clearTimeout(timer)
        resolve({ ...ended, code, signal })
      })
    })
  }

  /** The files that the run made: its folder's, the store's and the caches', relative to the victim's folder. */
  files(): string[] {
    return ['run', 'home', join('cache', 'data')].flatMap((part) => {
      const root = join(this.folder, part)
      if (!existsSync(root)) return []
      return readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(this.folder.length + 1))
    })
  }

  /** The digest of the result's model and optimizers; null where there is no result. */
  result(): string | null {
    const folder = join(this.folder, 'base', 'mid_checkpoints')
    const names = existsSync(folder)
      ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.pt'))
      : []
    if (names.length === 0) return null
    const hash = createHash('sha256')
    for (const name of names.sort()) hash.update(`${name}\0`).update(readFileSync(join(folder, name)))
    return hash.digest('hex')
  }
}

function configOf(folder: string): RunConfigInput {
  const chats = join(folder, 'base', 'identity_conversations.jsonl')
  return {
    base_dir: join(folder, 'base'),
    dtype: 'float32',
    engine: 'eager',
    num_iterations: STEPS,
    max_seq_len: 64,
    device_batch_size: 2,
    total_batch_size: 256,
    eval_every: 8,
    eval_tokens: 256,
    save_every: 4,
    mixture: {
      train: [
        { task: 'CustomJSON', filepath: chats },
        { task: 'SimpleSpelling', split: 'train', size: 60 },
        {
          task: 'GSM8K',
          subset: 'main',
          split: 'train',
          data_files: goldenPath('datasets/gsm8k-main-train.parquet'),
        },
      ],
      val: [{ task: 'CustomJSON', filepath: chats, stop: 40 }],
    },
  }
}

function note(told: Map<string, number>, line: string): void {
  const parsed = event.safeParse(jsonOf(line))
  if (!parsed.success) return
  const { event: kind, step, loss, val_bpb } = parsed.data
  const number = loss ?? val_bpb
  if (step !== undefined && number !== undefined) told.set(`${kind} ${step}`, number)
}

/** A process that is killed may leave half a line. */
function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
