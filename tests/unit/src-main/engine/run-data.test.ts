/** A run, its data and its options: each checkpoint says what they are, and the run goes on with nothing else. */
import { createHash } from 'node:crypto'
import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { readDataRecord } from '../../../../src-main/packing/data-record'
import type { RunConfig } from '../../../../src-main/config/config.schema'
import { containing } from '../../../support/containing'
import { goldenPath } from '../../../support/golden'
import { type FinishedJob, goldenConfig, goldenTrainJob, runJob } from '../../../support/golden-run'
import { temporaryFolder } from '../../../support/temporary-folder'

interface StoppedRun {
  folder: string
  config: RunConfig
  runDir: string
  /** The mixture's only file. */
  chats: string
}

/** A run of three steps that was stopped after the first. */
async function stoppedRun(): Promise<StoppedRun> {
  const folder = temporaryFolder()
  const chats = join(folder, 'chats.jsonl')
  cpSync(goldenPath('nanochat_base/identity_conversations.jsonl'), chats)
  const mixture = { train: [{ task: 'CustomJSON' as const, filepath: chats }], val: [] }
  const config = goldenConfig({ num_iterations: 3, mixture })
  await runJob(goldenTrainJob(folder, config, { stopAfter: 1 }))
  return { folder, config, runDir: join(folder, 'run'), chats }
}

function resume({ folder, config }: StoppedRun, options: Partial<RunConfig> = {}): Promise<FinishedJob> {
  return runJob(goldenTrainJob(folder, { ...config, ...options }, { resume: true }))
}

function warnings({ reports }: FinishedJob): string[] {
  return reports.flatMap((report) =>
    report.type === 'log' && report.line.level === 'warn' ? report.line.text : [],
  )
}

const stepsOf = ({ steps }: FinishedJob): number[] => steps.map(({ step }) => step)

const anyResume = z.looseObject({ loop: z.looseObject({}) })
const anyManifest = z.looseObject({ files: z.record(z.string(), z.unknown()) })

/** Takes out of the only checkpoint what older versions did not write. */
function asOlderVersionsSaved({ runDir }: StoppedRun): void {
  const dir = join(runDir, 'checkpoints', 'step_000001')
  const { loop, ...rest } = anyResume.parse(JSON.parse(readFileSync(join(dir, 'resume.json'), 'utf8')))
  const { record: _, ...older } = loop
  const text = JSON.stringify({ ...rest, loop: older })
  writeFileSync(join(dir, 'resume.json'), text)
  const manifest = anyManifest.parse(JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')))
  const sha256 = createHash('sha256').update(text).digest('hex')
  manifest.files['resume.json'] = { bytes: Buffer.byteLength(text), sha256 }
  writeFileSync(join(dir, 'manifest.json'), JSON.stringify(manifest))
}

test('data that has changed since is refused, and taken again once it is put back', async () => {
  const run = await stoppedRun()
  const before = readFileSync(run.chats)
  appendFileSync(run.chats, '[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]\n')
  const refused = {
    type: 'failed',
    failure: { code: 'run.data-changed', issues: [{ path: 'mixture.train.0' }] },
  }
  expect((await resume(run)).last).toMatchObject(refused)
  rmSync(join(run.runDir, 'data.json'))
  expect((await resume(run)).last).toMatchObject(refused) // the checkpoint knows it too
  writeFileSync(run.chats, before)
  expect(stepsOf(await resume(run))).toEqual([2, 3])
})

test.each([
  ['gone', (path: string) => { rmSync(path) }], // prettier-ignore
  ['damaged', (path: string) => { writeFileSync(path, '{"format": "midb') }], // prettier-ignore
  ['another’s', (path: string) => { writeFileSync(path, readFileSync(path, 'utf8').replace(/"identity": "./, '"identity": "x')) }], // prettier-ignore
])('a data.json that is %s is written again from the checkpoint, and that is said', async (_, damage) => {
  const run = await stoppedRun()
  const kept = await readDataRecord(run.runDir)
  expect(kept?.train).toHaveLength(1)
  damage(join(run.runDir, 'data.json'))
  expect(await readDataRecord(run.runDir)).not.toEqual(kept)
  const resumed = await resume(run)
  expect(stepsOf(resumed)).toEqual([2, 3])
  expect(warnings(resumed)).toEqual([containing('written again')])
  expect(await readDataRecord(run.runDir)).toEqual(kept)
})

test('options that make another run are refused by the checkpoint, whoever changed config.json', async () => {
  const run = await stoppedRun()
  const { last, steps } = await resume(run, { buffer_size: 50, embedding_lr: 0.3, weight_decay: 0.1 })
  expect(last).toMatchObject({
    type: 'failed',
    failure: {
      code: 'run.options-changed',
      issues: [
        { path: 'buffer_size', message: 'is 50; the run began with 100' },
        { path: 'embedding_lr', message: 'is 0.3; the run began with 0.2' },
        { path: 'weight_decay', message: 'is 0.1; the run began with 0' },
      ],
    },
  })
  expect(steps).toEqual([])
  expect(stepsOf(await resume(run, { save_every: 1 }))).toEqual([2, 3])
})

test('a checkpoint of an older version is gone on with, and it is said that it cannot tell', async () => {
  const run = await stoppedRun()
  asOlderVersionsSaved(run)
  rmSync(join(run.runDir, 'data.json'))
  const resumed = await resume(run)
  expect(stepsOf(resumed)).toEqual([2, 3])
  expect(warnings(resumed)).toEqual([containing('of an older Midbench'), containing('data.json is missing')])
})
