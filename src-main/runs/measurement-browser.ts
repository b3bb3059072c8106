/**
 * Reads kept measurements for the window: all scores, and the questions of a task, of one model or of several beside one
 * another. This runs in the thread of checkpoint-thread.ts: MMLU's 14,042 questions are 12 MB of text, which takes a
 * quarter of a second to read. The questions of the last few tasks are kept, and read again when their file has grown.
 */
import { stat } from 'node:fs/promises'

import {
  keptQuestions,
  listMeasurements,
  questionsFile,
  readMeasurements,
  runMeasurements,
} from '../evaluation/kept-measurements'
import type { MeasuredTask } from '../evaluation/measured-names.schema'
import type { MeasuredDtype, MeasuredQuestion } from '../evaluation/measurements.schema'
import { askedText, completionParts, wantedAnswer } from '../evaluation/question-text'
import type { CallHandlers } from '../threads/calls'
import type {
  KeptModel,
  MeasuredKey,
  QuestionDetail,
  QuestionFilter,
  QuestionLine,
  QuestionRows,
} from './measurement-view.schema'

/** Where questions lie: a task as some models were measured by it. */
export interface AskedQuestions {
  task: MeasuredTask
  /** At least one. */
  sources: { folder: string; dtype: MeasuredDtype }[]
}

export interface MeasurementCalls {
  kept: { input: { dataDir: string; runs: { id: string; dir: string }[] }; output: KeptModel[] }
  questionRows: { input: AskedQuestions & QuestionFilter; output: QuestionRows }
  questionLines: { input: AskedQuestions & { rows: readonly number[] }; output: QuestionLine[] }
  question: { input: AskedQuestions & { row: number }; output: QuestionDetail | null }
}

export const measurementBrowser: CallHandlers<MeasurementCalls> = {
  kept: ({ dataDir, runs }) => allKept(dataDir, runs),
  async questionRows({ show, search, ...asked }) {
    return rowsOf(await readSources(asked), { show, search })
  },
  async questionLines({ rows, ...asked }) {
    const sources = await readSources(asked)
    return rows.flatMap((row) => lineOf(row, sources) ?? [])
  },
  async question({ row, ...asked }) {
    return detailOf(row, await readSources(asked))
  },
}

async function allKept(dataDir: string, runs: { id: string; dir: string }[]): Promise<KeptModel[]> {
  const kept: KeptModel[] = []
  const read = async (folder: string, keyOf: (model: KeptModel['model']) => MeasuredKey | null) => {
    const found = await readMeasurements(folder)
    const key = found === null ? null : keyOf(found.model)
    if (found !== null && key !== null) kept.push({ key, ...found })
  }
  for (const folder of await listMeasurements(dataDir)) {
    await read(folder, ({ identity }) => (identity === null ? null : { of: 'checkpoint', identity }))
  }
  for (const { id, dir } of runs) {
    for (const folder of await listMeasurements(dir)) {
      await read(folder, ({ step }) =>
        folder === runMeasurements(dir, step) ? { of: 'run', runId: id, step } : null,
      )
    }
  }
  return kept
}

type Questions = ReadonlyMap<number, MeasuredQuestion>

/** How many files' questions stay in memory: two models' of two tasks. */
const MOST_READ = 4
const alreadyRead = new Map<string, Promise<Questions>>()

async function readSources({ task, sources }: AskedQuestions): Promise<Questions[]> {
  return Promise.all(
    sources.map(async ({ folder, dtype }) => {
      const found = await stat(questionsFile(folder, task, dtype)).catch(() => null)
      const key = JSON.stringify([folder, task, dtype, found?.size, found?.mtimeMs, found?.ino])
      const questions = alreadyRead.get(key) ?? keptQuestions(folder, { task, dtype })
      alreadyRead.delete(key)
      alreadyRead.set(key, questions)
      const [oldest] = alreadyRead.keys()
      if (alreadyRead.size > MOST_READ && oldest !== undefined) alreadyRead.delete(oldest)
      return questions
    }),
  )
}

function rowsOf(sources: readonly Questions[], { show, search }: QuestionFilter): QuestionRows {
  const [first] = sources
  const wanted = search.trim().toLowerCase()
  const all = [...new Set(sources.flatMap((questions) => [...questions.keys()]))].sort((a, b) => a - b)
  const found = all.filter((row) => wanted === '' || holds(row, sources, wanted))
  const by: Record<QuestionFilter['show'], number[]> = {
    all: found,
    right: found.filter((row) => first?.get(row)?.right === true),
    wrong: found.filter((row) => first?.get(row)?.right === false),
    differ: found.filter((row) => differs(row, sources)),
  }
  const [apart, wrong] = [new Set(by.differ), new Set(by.wrong)]
  const place = (row: number): number => (apart.has(row) ? 0 : wrong.has(row) ? 1 : 2)
  const ordered = by[show].toSorted((a, b) => place(a) - place(b) || a - b)
  const counts = {
    all: by.all.length,
    right: by.right.length,
    wrong: by.wrong.length,
    differ: by.differ.length,
  }
  return { rows: Int32Array.from(ordered), counts }
}

function holds(row: number, sources: readonly Questions[], wanted: string): boolean {
  return sources.some((questions) => {
    const question = questions.get(row)
    if (question === undefined) return false
    return [askedText(question), question.completion, question.answer].some(
      (text) => text?.toLowerCase().includes(wanted) === true,
    )
  })
}

/** Right in one and wrong in another; a model that was not asked tells nothing. */
function differs(row: number, sources: readonly Questions[]): boolean {
  const outcomes = new Set(sources.map((questions) => questions.get(row)?.right))
  return outcomes.has(true) && outcomes.has(false)
}

/** Characters of a question in a list. */
const SHOWN = 240

function lineOf(row: number, sources: readonly Questions[]): QuestionLine | null {
  const questions = sources.map((source) => source.get(row) ?? null)
  const any = questions.find((question) => question !== null)
  if (any === undefined) return null
  return {
    row,
    asked: askedText(any).slice(0, SHOWN),
    wanted: wantedAnswer(any),
    outcomes: questions.map((question) => question && { right: question.right, answer: question.answer }),
  }
}

function detailOf(row: number, sources: readonly Questions[]): QuestionDetail | null {
  const line = lineOf(row, sources)
  const questions = sources.map((source) => source.get(row) ?? null)
  const any = questions.find((question) => question !== null)
  if (line === null || any === undefined) return null
  return {
    ...line,
    conversation: any.conversation,
    outcomes: questions.map((question) => question && outcomeOf(question)),
  }
}

function outcomeOf(question: MeasuredQuestion): QuestionDetail['outcomes'][number] {
  const { right, answer, letters = [], logits = [], completion } = question
  return {
    right,
    answer,
    letters: letters.map((letter, i) => ({ letter, logit: logits[i] ?? 0 })),
    completion: completion === undefined ? [] : completionParts(completion),
  }
}
