/** Runs of two ranks in processes of their own: the reference's figures, the same bits again, and what befalls ranks. */
import { writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'

import type { RunConfig } from '../../../../src-main/config/config.schema'
import type { StepMetric } from '../../../../src-main/config/run.schema'
import type { TrainEnd, Trainer, TrainJob, TrainReport } from '../../../../src-main/engine/trainer-calls'
import { freePorts } from '../../../../src-main/runs/free-ports'
import { openRanks } from '../../../../src-main/runs/ranks-trainer'
import { failureOf } from '../../../support/failure'
import { readGolden } from '../../../support/golden'
import { goldenConfig, goldenTrainJob } from '../../../support/golden-run'
import { isLoopback, listeningOf } from '../../../support/listening'
import { children } from '../../../support/processes'
import { keptFolder, temporaryFolder } from '../../../support/temporary-folder'

const golden = readGolden(
  'ranks2.json',
  z.object({
    runs: z.array(
      z.object({
        steps: z.number(),
        grad_accum: z.number(),
        progress_total_steps: z.number(),
        weight_decay: z.number(),
        init_lr_frac: z.number(),
        loss_last_micro: z.array(z.array(z.number())),
        grad_norm: z.array(z.number()),
        val_bpb_5_batches_a_rank: z.number(),
      }),
    ),
  }),
)

/** Programs that are not in the cache yet are compiled by each rank. */
const COMPILING_MS = 600_000
const cacheDir = keptFolder()

function twoRanks(options: Parameters<typeof goldenConfig>[0] = {}): RunConfig {
  const sizes = { total_batch_size: 2 * 4 * 256, eval_tokens: 2 * 5 * 4 * 256 }
  return goldenConfig({ engine: 'graph', world_size: 2, ...sizes, ...options })
}

function jobIn(folder: string, config: RunConfig, options: Partial<TrainJob> = {}): TrainJob {
  const job = goldenTrainJob(folder, config, options)
  return { ...job, locations: { ...job.locations, cacheDir } }
}

interface Trained {
  reports: TrainReport[]
  steps: StepMetric[]
  end: TrainEnd
}

async function train(
  job: TrainJob,
  onReport: (report: TrainReport, trainer: Trainer) => void = () => undefined,
  trainer = openRanks(),
): Promise<Trained> {
  onTestFinished(() => trainer.close())
  const reports: TrainReport[] = []
  const onEvent = (report: TrainReport): void => {
    reports.push(report)
    onReport(report, trainer)
  }
  const end = await trainer.call('train', job, { onEvent })
  const steps = reports.flatMap((report) => (report.type === 'step' ? report.metric : []))
  return { reports, steps, end }
}

/** The hash of the state after a step, as it was told at a save. */
function hashAt({ reports }: Trained, step: number): string | undefined {
  return reports.flatMap((each) => (each.type === 'hash' && each.step === step ? each.sha256 : []))[0]
}

/** The processes of the ranks, in their order. */
const rankPids = (): number[] => children(process.pid)

/** Ports for ranks, of which the first time one is in use. */
async function takenFirst(): Promise<{ pick: (count: number) => Promise<number[]>; calls: () => number }> {
  const taken = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void taken.close())
  await once(taken, 'listening')
  let calls = 0
  const pick = async (count: number): Promise<number[]> => {
    calls += 1
    const free = await freePorts(count)
    return calls === 1 ? [...free.slice(1), (taken.address() as AddressInfo).port] : free
  }
  return { pick, calls: () => calls }
}

type Reference = (typeof golden.runs)[number]

/** The config of a run of the reference; it evaluates where that did, and saves at {@link SAVED}. */
function referenceConfig(run: Reference): RunConfig {
  return twoRanks({
    num_iterations: run.progress_total_steps,
    total_batch_size: 2 * run.grad_accum * 4 * 256,
    weight_decay: run.weight_decay,
    init_lr_frac: run.init_lr_frac,
    eval_every: run.steps,
    save_every: SAVED,
  })
}

/** The step at which runs are compared to the bit. */
const SAVED = 16

/** The first run of the reference, undisturbed, whose first choice of ports has one that is in use. */
let undisturbedRun: Promise<Trained & { triedPorts: number; listening: { address: string }[] }> | undefined
function undisturbed(): NonNullable<typeof undisturbedRun> {
  const begin = async (): Promise<Awaited<NonNullable<typeof undisturbedRun>>> => {
    const run = firstReference()
    const listening: { address: string }[] = []
    const ports = await takenFirst()
    const trained = await train(
      jobIn(temporaryFolder(), referenceConfig(run), { stopAfter: run.steps + 1 }),
      (report) => {
        if (isStep(report, 2)) listening.push(...rankPids().flatMap(listeningOf))
      },
      openRanks({ pickPorts: ports.pick }),
    )
    return { ...trained, triedPorts: ports.calls(), listening }
  }
  undisturbedRun ??= begin()
  return undisturbedRun
}

function firstReference(): Reference {
  const [run] = golden.runs
  if (run === undefined) throw new Error('the reference has runs')
  return run
}

function isStep(report: TrainReport, step: number): boolean {
  return report.type === 'step' && report.metric.step === step
}

/** Losses of both ranks, the first gradient norm and bits per byte are the reference's. */
function expectReference({ steps, reports }: Trained, run: Reference): void {
  const apart = steps
    .slice(0, run.steps)
    .flatMap(({ loss_by_rank: losses }, i) =>
      [0, 1].map((rank) => Math.abs((losses?.[rank] ?? NaN) - (run.loss_last_micro[rank]?.[i] ?? NaN))),
    )
  expect(apart).toHaveLength(2 * run.steps)
  expect(Math.max(...apart)).toBeLessThan(0.01)
  const norm = run.grad_norm[0] ?? NaN
  expect(Math.abs((steps[0]?.grad_norm ?? NaN) - norm) / norm).toBeLessThan(1e-5)
  const bpb = reports.flatMap((report) =>
    report.type === 'eval' && report.metric.step === run.steps ? report.metric.val_bpb : [],
  )
  expect(Math.abs((bpb[0] ?? NaN) - run.val_bpb_5_batches_a_rank)).toBeLessThan(0.002)
}

describe('two ranks of the reference', () => {
  test(
    'have its figures; where a port is taken others are tried, and nothing listens beyond loopback',
    async () => {
      const trained = await undisturbed()
      expectReference(trained, firstReference())
      expect(trained.triedPorts).toBe(2)
      expect(trained.listening).toHaveLength(2)
      expect(trained.listening.every(({ address }) => isLoopback(address))).toBe(true)
    },
    COMPILING_MS,
  )

  test.each(golden.runs.slice(1))(
    'have its figures with accumulation $grad_accum',
    async (run) => {
      const config = { ...referenceConfig(run), save_every: -1 }
      expectReference(await train(jobIn(temporaryFolder(), config, { stopAfter: run.steps + 1 })), run)
    },
    COMPILING_MS,
  )
})

/** Does things to ranks after a step, each once. */
function disturbances(deeds: Record<number, (pids: number[]) => void>): (report: TrainReport) => void {
  const done = new Set<number>()
  return (report) => {
    if (report.type !== 'step' || done.has(report.metric.step)) return
    done.add(report.metric.step)
    deeds[report.metric.step]?.(rankPids())
  }
}

function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid !== undefined) process.kill(pid, name)
}

function saidBy({ reports }: Trained): string[] {
  return reports.flatMap((report) => (report.type === 'log' ? report.line.text : []))
}

/**
 * Lets the main thread of a rank be put into an endless loop, as native code may be in one.
 *
 * @returns what does it; processes that were started before are not reached
 */
function endlessLoops(): (pid: number | undefined) => void {
  const folder = temporaryFolder()
  const hook = join(folder, 'hook.mjs')
  writeFileSync(
    hook,
    `import { existsSync } from 'node:fs'
    import { isMainThread } from 'node:worker_threads'
    const asked = ${JSON.stringify(folder)} + '/' + process.pid
    const look = () => { while (existsSync(asked)); }
    if (isMainThread) setInterval(look, 20).unref()`,
  )
  vi.stubEnv('NODE_OPTIONS', `--import=${hook}`)
  onTestFinished(() => void vi.unstubAllEnvs())
  return (pid) => {
    writeFileSync(join(folder, String(pid)), '')
  }
}

describe('a run that is paused, whose ranks are killed, stopped and stuck, and that is ended and resumed', () => {
  const config = referenceConfig(firstReference())

  test(
    'saves what is left each time, goes on as one, and has the bits of an undisturbed run',
    async () => {
      const expected = hashAt(await undisturbed(), SAVED)
      expect(expected).toMatch(/^[0-9a-f]{64}$/)
      const folder = temporaryFolder()
      const paused: number[] = []
      let savedAt: number | null = null
      const disturb = disturbances({
        1: (pids) => {
          for (const pid of pids) signal(pid, 'SIGINT') // as Ctrl-C in a terminal does
        },
        5: (pids) => {
          signal(pids[0], 'SIGKILL')
        },
        7: (pids) => {
          signal(pids[1], 'SIGSTOP')
        },
      })
      const first = await train(jobIn(folder, config, { stopAfter: 9 }), (report, trainer) => {
        disturb(report)
        if (report.type === 'hash' && savedAt === null) {
          savedAt = report.step // at the pause; the first rank now writes the state
          signal(rankPids()[0], 'SIGKILL')
        }
        if (isStep(report, 2)) void trainer.call('request', 'pause')
        if (report.type !== 'paused') return
        paused.push(report.step)
        void trainer.call('request', 'resume')
      })
      expect(first.end).toEqual({ type: 'stopped' })
      expect(first.steps.at(-1)?.step).toBe(9)
      expect(paused).toEqual([savedAt]) // the other rank saved that step in its place
      expectRestarts(
        first,
        'Rank 0 was ended by SIGKILL.',
        'Rank 0 was ended by SIGKILL.',
        'Rank 1 was stopped from outside',
      )

      const loopForever = endlessLoops()
      const rest = await train(
        jobIn(folder, config, { resume: true, stopAfter: SAVED - 9 }),
        disturbances({
          10: (pids) => {
            signal(pids[1], 'SIGKILL')
          },
          12: (pids) => {
            signal(pids[0], 'SIGSTOP')
          },
          14: (pids) => {
            loopForever(pids[1])
          },
        }),
        openRanks({ patienceMs: 3000 }),
      )
      expect(rest.steps[0]?.step).toBe(10)
      expectRestarts(
        rest,
        'Rank 1 was ended by SIGKILL.',
        'Rank 0 was stopped from outside',
        'Rank 1 is stuck: the others have waited',
      )
      expect(hashAt(rest, SAVED)).toBe(expected)

      const other = jobIn(folder, { ...config, world_size: 1 }, { resume: true })
      const refused = await failureOf(() => train(other))
      expect(refused).toMatchObject({ code: 'run.options-changed', issues: [{ path: 'world_size' }] })
    },
    COMPILING_MS,
  )

  /** That the losses of ranks were told, in their order, that each time what was left was saved, and all began again. */
  function expectRestarts(trained: Trained, ...losses: string[]): void {
    const said = saidBy(trained)
    const restarts = said.filter((text) => text.includes('All ranks begin again'))
    expect(restarts).toHaveLength(losses.length)
    losses.forEach((loss, i) => {
      expect(restarts[i]).toContain(loss)
    })
    expect(said.filter((text) => text.includes('The run is saved as of step'))).toHaveLength(losses.length)
  }
})

describe('ranks of several machines', () => {
  function rankJob(rank: number, hosts: string[], config: RunConfig, timeoutS = 300): TrainJob {
    const job = jobIn(temporaryFolder(), config)
    return { ...job, rank: { rank, hosts, leads: true, timeoutS } }
  }
  const twoHosts = async (): Promise<string[]> => {
    const [a, b] = await freePorts(2)
    return [`127.0.0.1:${String(a)}`, `127.0.0.2:${String(b)}`]
  }

  test(
    'a rank with other options and other data: which and what',
    async () => {
      const hosts = await twoHosts()
      const config = twoRanks({ num_iterations: 1, hosts })
      const [first, ...others] = config.mixture.train
      if (first === undefined) throw new Error('the golden mixture has entries')
      const other = {
        ...config,
        weight_decay: 0.5,
        mixture: { ...config.mixture, train: [{ ...first, stop: 50 }, ...others] },
      }
      const failures = await Promise.all([
        failureOf(() => train(rankJob(0, hosts, config))),
        failureOf(() => train(rankJob(1, hosts, other))),
      ])
      for (const { code, message } of failures) {
        expect(code).toBe('ranks.differ')
        expect(message).toContain(`On rank 1, ${String(hosts[1])}, `)
        expect(message).toContain('weight_decay is 0.5 (rank 0: 0)')
        expect(message).toContain('mixture is ')
      }
    },
    COMPILING_MS,
  )

  test(
    'each trains its own, and they end with the same state, each saved on its machine',
    async () => {
      const hosts = await twoHosts()
      const config = twoRanks({ num_iterations: 2, hosts, save_every: 2 })
      const [first, second] = await Promise.all([
        train(rankJob(0, hosts, config)),
        train(rankJob(1, hosts, config)),
      ])
      expect(hashAt(first, 2)).toMatch(/^[0-9a-f]{64}$/)
      expect(hashAt(second, 2)).toBe(hashAt(first, 2))
      for (const { end, reports } of [first, second]) {
        expect(end).toMatchObject({ type: 'done', step: 2 })
        expect(reports.map(({ type }) => type)).toContain('checkpoint')
      }
    },
    COMPILING_MS,
  )

  test('a host that does not answer is named', async () => {
    const hosts = await twoHosts()
    const failure = await failureOf(() => train(rankJob(0, hosts, twoRanks({ num_iterations: 1, hosts }), 2)))
    expect(failure.code).toBe('ranks.no-answer')
    expect(failure.message).toContain(`${String(hosts[1])} (rank 1)`)
    expect(failure.message).not.toContain(String(hosts[0]))
  })
})
