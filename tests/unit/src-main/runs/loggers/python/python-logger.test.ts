import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'

import type { HelperLimits } from '../../../../../../src-main/runs/loggers/python/helper'
import { PythonLogger } from '../../../../../../src-main/runs/loggers/python/python-logger'
import type { LoggedRun, RunLogger } from '../../../../../../src-main/runs/loggers/run-logger'
import { listen, loggedRun } from '../../../../../support/logged-run'
import { sampleAnswers } from '../../../../../support/run-samples'
import { standInForWandb } from '../../../../../support/stand-in-package'
import { temporaryFolder } from '../../../../../support/temporary-folder'

afterEach(() => {
  vi.unstubAllEnvs()
})

interface Opened {
  logger: PythonLogger
  said: string[]
  dir: string
}

function open(
  limits: Partial<HelperLimits> = {},
  run: Partial<LoggedRun> = {},
  dir = temporaryFolder(),
): Opened {
  const { say, said } = listen()
  const logger = new PythonLogger('wandb', loggedRun(dir, run), say, limits)
  return { logger, said, dir }
}

function giveSteps(logger: RunLogger, from: number, to: number): void {
  for (let step = from; step <= to; step++) {
    const figures = { 'train/loss': 8 / step }
    logger.figures({ kind: 'step', step, at: 0, figures, totals: { total_training_flops: step } })
  }
}

function linesOf(file: string): unknown[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.map((line): unknown => JSON.parse(line))
}

/** Waits until something was said, for as long as the test may take. */
async function hear(said: readonly string[], text: string): Promise<void> {
  await vi.waitFor(() => expect(said.join('\n')).toContain(text), { timeout: 50_000, interval: 20 })
}

describe('a logger in Python', () => {
  test('gives its library the rows with their names and steps, and says where they go', async () => {
    const file = standInForWandb(temporaryFolder())
    const { logger, said, dir } = open()
    giveSteps(logger, 1, 2)
    logger.answers(sampleAnswers(2))
    await logger.end('done')
    expect(linesOf(file)).toEqual([
      { project: 'nanochat-mid', id: '2026-11-29-120000-3fa9', name: 'first', resume: 'allow' },
      { step: 1, row: { step: 1, 'train/loss': 8, total_training_flops: 1 } },
      { step: 2, row: { step: 2, 'train/loss': 4, total_training_flops: 2 } },
      { step: 2, row: { step: 2, samples: [['How do you spell cat?', 'c, a, t\n2', false]] } },
      { exit: 0 },
    ])
    const upload = `To upload it later: wandb sync ${dir}/wandb/offline-run-*`
    expect(said).toEqual([`info: W&B is offline: No API key configured. ${upload}`])
  })

  test('passes over the steps that a run makes again when it goes on', async () => {
    const file = standInForWandb(temporaryFolder())
    const first = open()
    giveSteps(first.logger, 1, 4)
    await first.logger.end('interrupted')
    const second = open({}, { step: 2 }, first.dir)
    giveSteps(second.logger, 3, 6)
    const figures = { 'val/bpb': 1 }
    second.logger.figures({ kind: 'eval', step: 4, at: 0, figures, totals: {} }) // none was logged yet
    await second.logger.end('failed')
    const steps = linesOf(file).flatMap((line) => (JSON.stringify(line).includes('"row"') ? [line] : []))
    expect(steps).toMatchObject([1, 2, 3, 4, 5, 6, 4].map((step) => ({ step })))
    expect(linesOf(file).filter((line) => JSON.stringify(line).includes('exit'))).toEqual([
      { exit: 1 },
      { exit: 1 },
    ])
  })

  test('says once that its package is not installed, and how to get it', async () => {
    vi.stubEnv('PATH', temporaryFolder()) // no Python at all is the same to it
    const { logger, said } = open()
    giveSteps(logger, 1, 3)
    await logger.end('done')
    expect(said).toEqual([
      expect.stringMatching(/^warn: W&B gets nothing of this run: .*midbench -- loggers install wandb$/),
    ])
  })

  test('says once that a key was refused, and goes on offline', async () => {
    const file = standInForWandb(
      temporaryFolder(),
      'def begun(options):\n    if options["mode"] != "offline":\n        raise RuntimeError("unauthorized\\nand more")',
    )
    const { logger, said } = open()
    giveSteps(logger, 1, 2)
    await logger.end('done')
    expect(said).toEqual([
      expect.stringMatching(
        /^warn: W&B is offline: it refuses this machine’s key, and wandb login takes another\. To upload it later: /,
      ),
    ])
    expect(linesOf(file)).toHaveLength(3)
  })
})

describe('a helper that does harm is given up, and that is said once:', () => {
  test.each([
    ['it is killed', 'os.kill(os.getpid(), 9)', 'ended by SIGKILL'],
    ['it fails', 'raise OSError("no space left")', 'no space left'],
    ['it leaves', 'os._exit(0)', 'ended by itself'],
  ])('%s', async (_, act, reason) => {
    const logged = `def logged(row, step):\n    if step == 2:\n        ${act}\n    write(step=step)`
    const file = standInForWandb(temporaryFolder(), logged)
    const { logger, said } = open()
    giveSteps(logger, 1, 3)
    await hear(said, reason)
    giveSteps(logger, 4, 5)
    await logger.end('done')
    expect(said.filter((line) => line.startsWith('warn'))).toHaveLength(1)
    expect(said.at(-1)).toMatch(/^warn: W&B gets no more of this run\. The helper of W&B /)
    expect(linesOf(file).at(-1)).toEqual({ step: 1 })
  })

  test('it hangs', async () => {
    standInForWandb(temporaryFolder(), 'import time\ndef logged(row, step):\n    time.sleep(1000)')
    const { logger, said } = open({ tickMs: 20, startTicks: 3000, silentTicks: 10 })
    giveSteps(logger, 1, 3)
    await hear(said, 'The helper of W&B does not answer.')
    await logger.end('done')
    expect(said.filter((line) => line.startsWith('warn'))).toHaveLength(1)
  })

  test('it does not begin', async () => {
    standInForWandb(temporaryFolder(), 'import time\ndef begun(options):\n    time.sleep(1000)')
    const { logger, said } = open({ tickMs: 20, startTicks: 10 })
    await hear(said, 'does not answer')
    await logger.end('done')
    expect(said).toHaveLength(1)
  })

  test('it lets too much wait', async () => {
    standInForWandb(temporaryFolder(), 'import time\ndef logged(row, step):\n    time.sleep(1000)')
    const { logger, said } = open({ waitingBytes: 10_000 })
    giveSteps(logger, 1, 5000)
    await hear(said, 'does not keep up')
    giveSteps(logger, 5001, 5010)
    await logger.end('done')
    expect(said.filter((line) => line.startsWith('warn'))).toHaveLength(1)
  })

  test('it does not finish', async () => {
    standInForWandb(temporaryFolder(), 'import time\ndef finished(exit_code):\n    time.sleep(1000)')
    const { logger, said } = open({ endMs: 200 })
    giveSteps(logger, 1, 1)
    await logger.end('done')
    expect(said.at(-1)).toContain('did not finish within 0.2 s')
  })

  test('it leaves processes of its own behind, which end with it', async () => {
    const folder = temporaryFolder()
    const child =
      'import subprocess, sys\nchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])'
    standInForWandb(
      folder,
      `${child}\ndef logged(row, step):\n    write(child=child.pid)\n    os.kill(os.getpid(), 9)`,
    )
    const { logger, said } = open()
    giveSteps(logger, 1, 1)
    await hear(said, 'SIGKILL')
    const pid = /"child": (\d+)/.exec(readFileSync(join(folder, 'logged.jsonl'), 'utf8'))?.[1]
    await vi.waitFor(() => expect(isRunning(Number(pid))).toBe(false), { timeout: 10_000 })
    await logger.end('done')
  })
})

test('a file of logged steps that is damaged is none', async () => {
  const file = standInForWandb(temporaryFolder())
  const dir = temporaryFolder()
  writeFileSync(join(dir, 'logged-wandb.json'), '{"step": 3')
  const { logger } = open({}, {}, dir)
  giveSteps(logger, 1, 1)
  await logger.end('done')
  expect(linesOf(file)).toHaveLength(3)
})

/** Whether a process is there and no zombie. */
function isRunning(pid: number): boolean {
  const stat = existsSync(`/proc/${String(pid)}/stat`)
    ? readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    : ''
  return stat !== '' && !/\) [ZX] /.test(stat)
}
