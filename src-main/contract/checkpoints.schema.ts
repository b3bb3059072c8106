/** Checkpoints of the nanochat folder and of the runs: what they hold, and which a run can start from. */
import { z } from 'zod'
import { checkpointList, tensorHistogram, tensorSummary } from '../runs/checkpoint-view.schema'
import { configAt } from './common.schema'

const checkpoint = { dir: z.string(), step: z.int().min(0) }

export const checkpointCalls = {
  /** The checkpoints of the config's nanochat folder and of the runs. A job with progress. */
  'checkpoints.list': { input: z.object({ ...configAt, job: z.string() }), output: checkpointList },
  /** The tensors of a listed checkpoint, from its file's header. */
  'checkpoints.tensors': { input: z.object(checkpoint), output: z.array(tensorSummary) },
  /** The distribution of one tensor's numbers. A job with progress. */
  'checkpoints.histogram': {
    input: z.object({ ...checkpoint, name: z.string(), job: z.string() }),
    output: tensorHistogram,
  },
} as const
