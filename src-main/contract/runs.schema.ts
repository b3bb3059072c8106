/** Runs: starting, controlling and viewing them. */
import { z } from 'zod'
import { runConfig } from '../config/config.schema'
import { measureMetric, sampleMetric } from '../config/aside-metrics.schema'
import { ranksNow } from '../config/rank-status.schema'
import { evalMetric, logLine, runDetail, runLabels, runSummary, stepMetric } from '../config/run.schema'
import { branchOff } from '../runs/branch-off.schema'
import { removal, trashEntry } from '../runs/trash.schema'
import { configAt, nothing } from './common.schema'

export const runCalls = {
  /** A job until the run exists: its data is opened first. */
  'runs.start': {
    input: z.object({
      ...configAt,
      path: z.string().nullable(),
      name: z.string().optional(),
      /** Of a branch: where it begins. */
      branch: branchOff.optional(),
      job: z.string().optional(),
    }),
    output: z.object({ runId: z.string() }),
  },
  'runs.pause': { input: z.object({ runId: z.string() }), output: nothing },
  /** `device_batch_size`: fewer rows a micro-batch from here on, a divisor of the old number; a step's rows stay. */
  'runs.resume': {
    input: z.object({ runId: z.string(), device_batch_size: z.int().min(1).optional() }),
    output: nothing,
  },
  /** Finishes the current step, saves, and ends. */
  'runs.stop': { input: z.object({ runId: z.string() }), output: nothing },
  /** Changes a run's name, note, tags or star; those left out stay. */
  'runs.label': {
    input: z.object({ runId: z.string(), labels: runLabels.partial() }),
    output: runSummary,
  },
  'runs.list': { input: nothing, output: z.array(runSummary) },
  /** The options of runs, apart from `runs.list`, whose summaries are sent again and again. */
  'runs.configs': {
    input: z.object({ runIds: z.array(z.string()) }),
    /** Only the runs that exist. */
    output: z.array(z.object({ id: z.string(), config: runConfig })),
  },
  'runs.get': { input: z.object({ runId: z.string() }), output: runDetail },
  /** Opens a run's folder, the folder of its result, its report or its log with the desktop's own program. */
  'runs.open': {
    input: z.object({ runId: z.string(), what: z.enum(['folder', 'result', 'report', 'log']) }),
    output: nothing,
  },
  /** Moves what a run wrote to the trash; a run in progress is refused. */
  'runs.remove': { input: z.object({ runId: z.string() }), output: removal },
  /** Puts a removed run back where it was. */
  'runs.restore': { input: z.object({ runId: z.string() }), output: runSummary },
  /** The contents of the trash, last removed first. */
  'runs.trash': { input: nothing, output: z.array(trashEntry) },
  /** Deletes what is in the trash, for good. */
  'runs.emptyTrash': { input: nothing, output: nothing },
  /** What is stored from a step on; `run.metrics` events with a higher seq follow. */
  'runs.watch': {
    input: z.object({ runId: z.string(), fromStep: z.int().min(0) }),
    output: z.object({
      detail: runDetail,
      seq: z.int(),
      steps: z.array(stepMetric),
      evals: z.array(evalMetric),
      samples: z.array(sampleMetric),
      measures: z.array(measureMetric),
      log: z.array(logLine),
      /** What its ranks are doing; null where one trains alone, or the run is not in memory. `run.ranks` events follow. */
      ranks: ranksNow.nullable(),
    }),
  },
} as const
