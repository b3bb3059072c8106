/** A run as loggers are told of it, and what they say of it. */
import type { LoggedRun, SayOfLogger } from '../../src-main/runs/loggers/run-logger'
import { sampleConfig } from './run-samples'

export function loggedRun(dir: string, overrides: Partial<LoggedRun> = {}): LoggedRun {
  return {
    id: '2026-11-29-120000-3fa9',
    name: 'first',
    dir,
    dataDir: dir,
    config: sampleConfig(),
    flopsPerToken: 1000,
    device: 'CPU, 2 threads, float32, eager',
    step: 0,
    ...overrides,
  }
}

/** Keeps what was said: `warn: …`. */
export function listen(): { say: SayOfLogger; said: string[] } {
  const said: string[] = []
  return { say: (level, text) => void said.push(`${level}: ${text}`), said }
}
