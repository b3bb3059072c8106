/** The places that a run's figures can go to besides Midbench's own store (runs/loggers/). Pure. */
import { z } from 'zod'

export const LOGGERS = ['tensorboard', 'wandb', 'trackio'] as const

export const loggerName = z.enum(LOGGERS)
export type LoggerName = z.infer<typeof loggerName>
