/** What the window asks of loggers: to install the Python package of one. */
import { z } from 'zod'

import { pythonPackage } from '../config/loggers.schema'
import { nothing } from './common.schema'

export const loggerCalls = {
  /** A job that says what pip does. What a cancel leaves is completed by the next one. */
  'loggers.install': { input: z.object({ name: pythonPackage, job: z.string() }), output: nothing },
} as const
