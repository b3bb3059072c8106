/** A project's file: a config as it is given, which may still hold options that contradict each other. */
import { readFileSync } from 'node:fs'

import { baseDirOf, parseGiven, parseJson, unreadableConfig, withAbsolutePaths } from '../config/config'
import type { GivenConfig } from '../config/config.schema'
import { MidbenchError } from '../errors'
import { makeFile } from '../files/durable'
import { requireRegularFileSync } from '../files/regular-file'
import { decodeText, readTextFile } from '../files/text-file'
import { writeReason } from '../files/write-reason'

/** @throws MidbenchError `config.missing`, `config.not-json`, `config.invalid` where it has unknown options */
export async function readProjectFile(path: string): Promise<GivenConfig> {
  const text = await readTextFile(path).catch((cause: unknown) => {
    throw cause instanceof MidbenchError ? cause : unreadableConfig(path, cause, 'Open another file.')
  })
  return parseGiven(parseJson(text, path), path)
}

/** Like {@link readProjectFile}, for the start of the app. @throws also the system's own error */
export function readProjectFileSync(path: string): GivenConfig {
  requireRegularFileSync(path)
  return parseGiven(parseJson(decodeText(readFileSync(path), path), path), path)
}

/** @throws MidbenchError `project.unwritable` */
export async function writeProjectFile(path: string, config: GivenConfig): Promise<void> {
  try {
    await makeFile(path, `${JSON.stringify(config, null, 2)}\n`)
  } catch (cause) {
    const message = `${path} cannot be written: ${writeReason(cause)}.`
    throw new MidbenchError(
      { code: 'project.unwritable', message, remedy: 'Mend that, or save it in another place.' },
      { cause },
    )
  }
}

/** The config with every path absolute, so that it means the same in any folder. @param dir where they start now */
export function absoluteConfig(given: GivenConfig, dir: string): GivenConfig {
  const baseDir = given.base_dir ? baseDirOf(given, dir) : null
  return { ...withAbsolutePaths(given, dir, baseDir ?? ''), base_dir: baseDir }
}
