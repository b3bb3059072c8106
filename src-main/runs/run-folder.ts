/**
 * A run's folder: `run.json` (who it is), `config.json` (its options, every path absolute), `log.txt`, `checkpoints/`.
 *
 * The folder is enough to go on from: a run that the store does not know, because the folder came from elsewhere or the
 * store was lost, is taken up again from it. Files are written beside their target, fsynced and renamed.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { z } from 'zod'

import { writeTextSafely } from '../checkpoint/safe-file'
import { MidbenchError } from '../errors'
import { parseConfig, parseJson } from './config'
import type { RunConfig } from './config.schema'

const runFile = z.object({
  id: z.string().min(1),
  name: z.string().min(1),
  config_path: z.string().nullable(),
  created_at: z.number(),
})

export type RunIdentity = z.infer<typeof runFile>

/** An id that sorts by time: `2026-01-13-224527-3fa9`. */
export function newRunId(now = new Date()): string {
  const stamp = now.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '')
  return `${stamp}-${randomBytes(2).toString('hex')}`
}

/**
 * Makes the folder of a new run.
 *
 * @throws MidbenchError `run.folder-taken` where it holds a run, `run.folder` where it cannot be written
 */
export async function createRunFolder(dir: string, identity: RunIdentity, config: RunConfig): Promise<void> {
  if (await holdsRun(dir)) {
    throw new MidbenchError({
      code: 'run.folder-taken',
      message: `${dir} holds a run already.`,
      remedy: 'Add --resume to go on with it, or name another folder.',
    })
  }
  try {
    await mkdir(join(dir, 'checkpoints'), { recursive: true })
    await writeTextSafely(join(dir, 'config.json'), `${JSON.stringify(config, null, 2)}\n`)
    // The last: with it the folder is a run.
    await writeTextSafely(join(dir, 'run.json'), `${JSON.stringify(identity, null, 2)}\n`)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MidbenchError(
      {
        code: 'run.folder',
        message: `The run's folder ${dir} cannot be written: ${reason}.`,
        remedy: 'Name a folder that can be written to, or free some space.',
      },
      { cause },
    )
  }
}

/** @throws MidbenchError `run.folder-empty` where the folder holds no run */
export async function readRunFolder(dir: string): Promise<{ identity: RunIdentity; config: RunConfig }> {
  const identityText = await textOrNull(join(dir, 'run.json'))
  const configPath = join(dir, 'config.json')
  const configText = await textOrNull(configPath)
  if (identityText === null || configText === null) {
    throw new MidbenchError({
      code: 'run.folder-empty',
      message: `${dir} holds no run: run.json or config.json is missing.`,
      remedy: 'Name the folder of a run, or leave --resume out to start one there.',
    })
  }
  return {
    identity: runFile.parse(parseJson(identityText, join(dir, 'run.json'))),
    config: parseConfig(parseJson(configText, configPath), configPath),
  }
}

export async function holdsRun(dir: string): Promise<boolean> {
  const files: string[] = await readdir(dir).catch(() => [])
  return files.includes('run.json')
}

async function textOrNull(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null)
}
