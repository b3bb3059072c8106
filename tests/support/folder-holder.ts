/** A process of its own that holds a run's folder until it is killed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const PROJECT = join(import.meta.dirname, '..', '..')
const SCRIPT = `
  const { FolderHold } = await import('./src-main/runs/store-lock.ts')
  console.log(FolderHold.take(process.argv[1]) === null ? 'taken' : 'held')
  setInterval(() => undefined, 1000)
`

/** Resolves once the folder is held. */
export async function holdElsewhere(dir: string): Promise<{ kill: () => Promise<void> }> {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', SCRIPT, dir]
  const child = spawn(process.execPath, args, { cwd: PROJECT, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(kill)
  const [said] = await once(child.stdout, 'data')
  if (String(said).trim() !== 'held') throw new Error(`${dir} could not be held: ${String(said)}`)
  return { kill }
}
