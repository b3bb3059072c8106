/** What a preflight says about the folder that a run's result goes to: which it is, and whether it can be written. */
import { basename } from 'node:path'

import { byteSize } from '../byte-size'
import type { RunConfig } from '../config/config.schema'
import { NOT_FOUND_BY_LATER } from '../config/recipes.schema'
import type { Finding } from './preflight.schema'

export interface ResultFacts {
  /** The tag asked for: output_tag, or the model's. */
  wanted: string
  /** What already stands at that tag and belongs to another run; null where nothing does. */
  taken: string | null
  /** The folder that the result would get. */
  dir: string
  /** Why the result or the report cannot be written, as a clause; null where both can. */
  unwritable: string | null
  /** Size of the result. */
  bytes: number
  /** Free space on the result's disk; null where the system does not say. */
  freeBytes: number | null
}

/** @param result null where it is not known, or where the run writes none */
export function resultFindings(
  { output_tag, recipe }: Pick<RunConfig, 'output_tag' | 'recipe'>,
  result: ResultFacts | null,
): Finding[] {
  if (result === null) return []
  const { wanted, taken, dir, unwritable, bytes, freeBytes } = result
  if (unwritable !== null) {
    const message = `The result cannot be written: ${unwritable}.`
    return [blocker('base_dir', message, 'Mend that, or name another base_dir.')]
  }
  if (taken !== null && output_tag !== null) {
    const remedy = `Name one that is free, such as "${basename(dir)}", or leave it out: then the next free one is taken.`
    return [blocker('output_tag', `${taken} is there already.`, remedy)]
  }
  if (freeBytes !== null && freeBytes < bytes) {
    const message = `The result takes ${byteSize(bytes)} on the disk of ${dir}, where ${byteSize(freeBytes)} are free.`
    return [blocker('base_dir', message, 'Free some space, or name another base_dir.')]
  }
  const since = taken === null ? '' : `, since ${wanted} is taken`
  return [
    { level: 'ok', path: 'output_tag', message: `The result will be ${dir}${since}.${foundBy(recipe)}` },
  ]
}

/** Which nanochat finds the result, where that is not every one. */
function foundBy(recipe: RunConfig['recipe']): string {
  return recipe === 'mid' ? ` ${NOT_FOUND_BY_LATER}` : ''
}

function blocker(path: string, message: string, remedy: string): Finding {
  return { level: 'block', path, message, remedy }
}
