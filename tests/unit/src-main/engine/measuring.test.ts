/** Measuring golden's d3 in a trainer: what is told, what is kept, a stop and going on, and tasks that cannot be measured. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'

import { checkpointIdentity } from '../../../../src-main/checkpoint/identity'
import { writeModelCheckpoint } from '../../../../src-main/checkpoint/nanochat-files'
import { measureCheckpoint } from '../../../../src-main/engine/measuring'
import type { MeasuringEvent, MeasuringQuestion } from '../../../../src-main/engine/measuring-calls'
import type { Failure } from '../../../../src-main/errors'
import { checkpointMeasurements, keptQuestions, readMeasurements } from '../../../../src-main/evaluation/kept-measurements' // prettier-ignore
import { tinyCheckpoint } from '../../../support/checkpoints'
import { failureOf } from '../../../support/failure'
import { talkCheckpoint, unbothered } from '../../../support/generation'
import { goldenLocations, goldenMixture, goldenTokenizerDir } from '../../../support/golden-mixture'
import { goldenTalk } from '../../../support/golden-talk'
import { temporaryFolder } from '../../../support/temporary-folder'

/** Loading TensorFlow and 60 questions, on a busy machine. */
const BUSY_MS = 180_000

async function question(change: Partial<MeasuringQuestion> = {}): Promise<MeasuringQuestion> {
  const base = { baseDir: '', dataDir: '', modelTag: null, modelStep: null }
  return {
    of: { ...base, runDir: null, checkpointDir: talkCheckpoint, deviceType: '', threads: null },
    dtype: 'float32',
    tokenizerDir: goldenTokenizerDir,
    runId: null,
    tasks: ['MMLU'],
    most: 60,
    programs: false,
    data: { ...(await goldenLocations()), entries: goldenMixture.val },
    dataDir: temporaryFolder(),
    ...change,
  }
}

function listening(onEvent: (event: MeasuringEvent) => void = () => undefined, signal = unbothered) {
  const events: MeasuringEvent[] = []
  const tell = (event: MeasuringEvent): void => {
    events.push(event)
    onEvent(event)
  }
  return { events, signal, tell, progress: () => undefined }
}

const right = goldenTalk.categorical.filter((each) => each.right).length
const total = goldenTalk.categorical.length

test(
  'the reference’s figures are told and kept, with each question, after some that were measured before',
  async () => {
    const asked = await question()
    const before = tf.memory().numTensors
    await measureCheckpoint({ ...asked, most: 20 }, listening())

    const told = listening()
    await measureCheckpoint(asked, told)
    const identity = await checkpointIdentity(talkCheckpoint, 100)
    const [model, begun, first] = told.events
    expect(model).toEqual({ type: 'model', dir: talkCheckpoint, step: 100, identity })
    expect(begun).toEqual({ type: 'begun', task: 'MMLU' })
    expect(first).toMatchObject({ type: 'score', score: { total: 20, problems: 60 } })
    const whole = told.events.at(-1)
    expect(whole).toMatchObject({ type: 'score', score: { task: 'MMLU', right, total, problems: total } })
    const folder = checkpointMeasurements(asked.dataDir, identity)
    const kept = await readMeasurements(folder)
    expect(kept?.model).toEqual({ identity, dir: talkCheckpoint, step: 100, runId: null })
    expect(kept?.scores).toEqual(whole?.type === 'score' ? [whole.score] : [])
    const questions = await keptQuestions(folder, { task: 'MMLU', dtype: 'float32' })
    expect(goldenTalk.categorical.map(({ row }) => questions.get(row)?.answer)).toEqual(
      goldenTalk.categorical.map(({ answer }) => answer),
    )
    expect(tf.memory().numTensors).toBe(before)
  },
  BUSY_MS,
)

test(
  'a stop ends within an answer, and those before it are kept',
  async () => {
    const asked = await question({ tasks: ['SpellingBee'], most: 3 })
    const stop = new AbortController()
    const told = listening((event) => {
      if (event.type === 'score' && event.score.total === 1) stop.abort()
    }, stop.signal)
    await expect(measureCheckpoint(asked, told)).rejects.toThrow('abort')
    const folder = checkpointMeasurements(asked.dataDir, await checkpointIdentity(talkCheckpoint, 100))
    const [score] = (await readMeasurements(folder))?.scores ?? []
    expect(score).toMatchObject({ task: 'SpellingBee', total: 1, problems: 3 })
    expect(score?.ended_at).not.toBeNull()
    const [kept] = (await keptQuestions(folder, { task: 'SpellingBee', dtype: 'float32' })).values()
    expect(kept?.completion?.length).toBeGreaterThan(0)
  },
  BUSY_MS,
)

test(
  'tasks that cannot be measured are told with the reason, and the others go on',
  async () => {
    const asked = await question({ tasks: ['HumanEval', 'ARC-Easy', 'MMLU'], most: 2 })
    const told = listening()
    await measureCheckpoint(asked, told)
    const failed = told.events.flatMap((event) => (event.type === 'failed' ? [event] : []))
    expect(failed.map(({ task, failure }) => [task, failure.code])).toEqual([
      ['HumanEval', 'data.missing'],
      ['ARC-Easy', 'data.missing'],
    ])
    expect(failed[1]?.failure.message).toContain('ai2_arc')
    expect(told.events.at(-1)).toMatchObject({ type: 'score', score: { task: 'MMLU', total: 2 } })
  },
  BUSY_MS,
)

test(
  'a tokenizer of another vocabulary, too little memory and a folder without a model are refused',
  async () => {
    const asked = await question()
    const failure = (of: string): Promise<Failure> =>
      failureOf(() => measureCheckpoint({ ...asked, of: { ...asked.of, checkpointDir: of } }, listening()))
    expect(await failure(temporaryFolder())).toMatchObject({ code: 'checkpoint.missing' })
    const other = temporaryFolder()
    await writeModelCheckpoint(other, tinyCheckpoint(1))
    expect(await failure(other)).toMatchObject({ code: 'tokenizer.mismatch' })
    process.env['MIDBENCH_MEMORY_LIMIT'] = '1000000'
    try {
      const short = await failure(talkCheckpoint)
      expect(short).toMatchObject({ code: 'measure.memory' })
      expect(short.message).toContain('1.0 MiB are free')
    } finally {
      delete process.env['MIDBENCH_MEMORY_LIMIT']
    }
  },
  BUSY_MS,
)
