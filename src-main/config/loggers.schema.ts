/** The places that a run's figures can go to besides Midbench's own store (runs/loggers/). Pure. */
import { z } from 'zod'

export const LOGGERS = ['tensorboard', 'wandb', 'trackio'] as const

export const loggerName = z.enum(LOGGERS)
export type LoggerName = z.infer<typeof loggerName>

/** What each is called. */
export const LOGGER_TITLES: Readonly<Record<LoggerName, string>> = {
  tensorboard: 'TensorBoard',
  wandb: 'W&B',
  trackio: 'trackio',
}

/** Those that are a Python package of the same name, which has to be installed. */
export const PYTHON_PACKAGES = ['wandb', 'trackio'] as const
export const pythonPackage = z.enum(PYTHON_PACKAGES)
export type PythonPackage = z.infer<typeof pythonPackage>

/** Says that no Python has the package of a logger, and what to do. */
export function lackingPackage(name: PythonPackage): { message: string; remedy: string } {
  return {
    message: `${LOGGER_TITLES[name]} gets nothing of this run: the Python package ${name} is not installed.`,
    remedy: `Install it: npm run midbench -- loggers install ${name}`,
  }
}
