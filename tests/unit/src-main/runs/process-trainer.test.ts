/** A trainer process of its own: the same job as in a thread, and what is said of one that does not start or dies. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import type { Trainer, TrainReport } from '../../../../src-main/engine/trainer-calls'
import { openProcessTrainer } from '../../../../src-main/runs/process-trainer'
import { openThreadTrainer } from '../../../../src-main/runs/thread-trainer'
import type { TrainerProgram } from '../../../../src-main/runs/trainer-programs'
import { Ended } from '../../../../src-main/threads/calls'
import { failureOf } from '../../../support/failure'
import { goldenConfig, goldenTrainJob } from '../../../support/golden-run'
import { temporaryFolder } from '../../../support/temporary-folder'

const NODE: TrainerProgram = { name: 'Node', executable: process.execPath }

/** A program that does what a shell script says. */
function script(text: string): TrainerProgram {
  const executable = join(temporaryFolder(), 'program')
  writeFileSync(executable, `#!/bin/sh\n${text}\n`)
  chmodSync(executable, 0o755)
  return { name: 'A script', executable }
}

/** Trains to the end of a job; hears each report as it comes. */
async function reportsOf(
  trainer: Trainer,
  onReport: (report: TrainReport) => void = () => undefined,
): Promise<TrainReport[]> {
  onTestFinished(() => trainer.close())
  const reports: TrainReport[] = []
  const config = goldenConfig({ num_iterations: 4, save_every: 2, dry_run: true })
  const end = await trainer.call('train', goldenTrainJob(temporaryFolder(), config), {
    onEvent: (report) => {
      reports.push(report)
      onReport(report)
    },
  })
  expect(end).toMatchObject({ type: 'done', step: 4 })
  return reports
}

function losses(reports: readonly TrainReport[]): (number | null)[] {
  return reports.flatMap((report) => (report.type === 'step' ? [report.metric.loss] : []))
}

test('trains in a process to the same bits as in a thread, paused on the way', async () => {
  const inThread = await reportsOf(openThreadTrainer())
  const trainer = openProcessTrainer({ programs: [NODE] })
  const inProcess = await reportsOf(trainer, (report) => {
    if (report.type === 'step' && report.metric.step === 1) void trainer.call('request', 'pause')
    if (report.type === 'paused') void trainer.call('request', 'resume')
  })
  expect(losses(inThread)).toHaveLength(4)
  expect(losses(inProcess)).toEqual(losses(inThread))
  expect(inProcess.map(({ type }) => type)).toContain('paused')
})

test('one that is killed has crashed, by that signal', async () => {
  const before = childPids()
  const ended = reportsOf(openProcessTrainer({ programs: [NODE] }), (report) => {
    if (report.type !== 'step') return
    for (const pid of childPids()) if (!before.includes(pid)) process.kill(pid, 'SIGKILL')
  })
  await expect(ended).rejects.toBeInstanceOf(Ended)
  expect(await failureOf(() => ended)).toMatchObject({
    code: 'trainer.crashed',
    message: 'The trainer process was ended by SIGKILL.',
  })
})

test('a program that does not start is passed over, and the next one trains', async () => {
  const programs = [
    script('echo this is no Node >&2; exit 3'),
    { ...NODE, executable: '/no/such/node' },
    NODE,
  ]
  expect(losses(await reportsOf(openProcessTrainer({ programs })))).toHaveLength(4)
})

test('where none starts, it is said what was tried and how each ended', async () => {
  const programs = [
    script('echo this is no Node >&2; exit 3'),
    script('exec sleep 60'),
    { ...NODE, executable: '/no/such/node' },
  ]
  const failure = await failureOf(() => reportsOf(openProcessTrainer({ programs, readyWithinMs: 500 })))
  expect(failure.code).toBe('trainer.no-start')
  expect(failure.message).toContain('exit code 3. The last it said: this is no Node')
  expect(failure.message).toContain('ended by SIGKILL')
  expect(failure.message).toContain('ENOENT')
  expect(failure.remedy).toContain('MIDBENCH_TRAINER_HOST')
})

/** The processes that this one has started, by the kernel's list. */
function childPids(): number[] {
  const own = `/proc/${String(process.pid)}/task/${String(process.pid)}/children`
  return readFileSync(own, 'utf8').split(' ').filter(Boolean).map(Number)
}
