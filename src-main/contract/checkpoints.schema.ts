/** Checkpoints: of the nanochat folder and of the runs, what they hold and what a run can start from. */
import { z } from 'zod'
import { checkpointList, tensorHistogram, tensorSummary } from '../runs/checkpoint-view.schema'
import { configAt } from './common.schema'

const checkpoint = { dir: z.string(), step: z.int().min(0) }

export const checkpointCalls = {
  /** Those of the config's nanochat folder, and those of the runs: a job with progress. */
  'checkpoints.list': { input: z.object({ ...configAt, job: z.string() }), output: checkpointList },
  /** The tensors of one that was listed, by its file's header. */
  'checkpoints.tensors': { input: z.object(checkpoint), output: z.array(tensorSummary) },
  /** Reads one tensor: a job with progress. */
  'checkpoints.histogram': {
    input: z.object({ ...checkpoint, name: z.string(), job: z.string() }),
    output: tensorHistogram,
  },
} as const
