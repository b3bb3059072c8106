/** Where the trainer runs, and what the self-test of this Electron found. */
import { z } from 'zod'

import { trainerHost } from '../runs/trainer-host.schema'
import { nothing } from './common.schema'

export const trainerStatus = z.object({
  /** Host of the next run's trainer. */
  host: trainerHost,
  /** `server`: a server without a window has nothing to test, and uses a thread. */
  decided_by: z.enum(['environment', 'settings', 'self-test', 'server']),
  self_test: z.object({
    /** `skipped`: this machine does not have enough memory for it now. */
    state: z.enum(['none', 'running', 'passed', 'failed', 'skipped']),
    /** One sentence; empty while there is nothing to say. */
    reason: z.string(),
    /** When the test ended, milliseconds since 1970; null where it has not. */
    at: z.number().nullable(),
    /** The builds that were tested: `Electron 45.4.1 and TensorFlow 2.21.0`. */
    builds: z.string(),
  }),
})

export const trainerCalls = {
  'trainer.status': { input: nothing, output: trainerStatus },
  /** Tests this Electron again, which takes some 20 seconds. */
  'trainer.test': { input: z.object({ job: z.string() }), output: trainerStatus },
} as const

export type TrainerStatus = z.infer<typeof trainerStatus>
