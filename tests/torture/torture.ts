/**
 * Whole small runs that are killed at random instants, with files damaged in between; and a run with every one of its
 * files damaged in turn. The same seed kills after the same events and damages the same way.
 */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { damageBytes } from '../fuzz/mutations/bytes'
import { SeededRandom } from '../fuzz/random'
import { type Expected, judge, type Verdict } from './judge'
import { type Ended, type Kill, STEPS, Victim } from './victim'

const MOST_KILLS = 3

/** A run that is left alone. @throws Error where it does not end well: then nothing can be compared */
export async function leftAlone(folder: string): Promise<Expected> {
  const victim = Victim.make(folder)
  const ended = await victim.train(false)
  const result = victim.result()
  if (ended.code !== 0 || result === null)
    throw new Error(`the run that is left alone failed:\n${ended.stderr}`)
  return { told: ended.told, result }
}

/** One run that is killed up to three times, with damage in between in two runs of three. */
export async function tortured(folder: string, seed: string, expected: Expected): Promise<[string, Verdict]> {
  const random = new SeededRandom(seed)
  const victim = Victim.make(folder)
  const story: string[] = []
  const damages = random.chance(2 / 3)
  let damaged = false
  for (let kills = 1 + random.below(MOST_KILLS); ; kills--) {
    const kill = kills > 0 ? someInstant(random) : null
    const ended = await victim.train(holdsRun(victim), kill)
    const verdict = judge(victim, ended, expected, damaged)
    if (!verdict.right || verdict.how !== 'goes on') return [story.join(', '), verdict]
    story.push(`killed ${lastOf(ended)}`)
    if (damages && random.chance(0.6)) {
      const files = victim.files()
      const file = files[random.below(files.length)]
      if (file === undefined) continue
      story.push(`${file}: ${damageFile(join(victim.folder, file), random)}`)
      damaged = true
    }
  }
}

/** Each file of a run that stopped half way, damaged in turn. */
export async function* everyFile(
  folder: string,
  seed: string,
  expected: Expected,
): AsyncGenerator<[string, Verdict]> {
  const stopped = Victim.make(join(folder, 'stopped'))
  await stopped.train(false, null, ['--stop-after', String(STEPS / 2)])
  const random = new SeededRandom(seed)
  for (const file of stopped.files().sort()) {
    for (const kind of ['changed', 'emptied', 'gone'] as const) {
      // In the same place: paths stand in the run's own files.
      const kept = join(folder, 'kept')
      cpSync(stopped.folder, kept, { recursive: true, verbatimSymlinks: true })
      const path = join(stopped.folder, file)
      if (kind === 'gone') rmSync(path)
      else if (kind === 'emptied') writeFileSync(path, '')
      const what = kind === 'changed' ? damageFile(path, random) : kind
      const ended = await stopped.train(true)
      yield [`${file}: ${what}`, judge(stopped, ended, expected, true)]
      rmSync(stopped.folder, { recursive: true })
      cpSync(kept, stopped.folder, { recursive: true, verbatimSymlinks: true })
      rmSync(kept, { recursive: true })
    }
  }
}

/** Somewhere in a run: while it starts, after some event of it, up to a little later. */
function someInstant(random: SeededRandom): Kill {
  if (random.chance(0.3)) return { afterEvents: 0, milliseconds: random.below(4_000) }
  return { afterEvents: 1 + random.below(STEPS), milliseconds: random.below(200) }
}

function damageFile(path: string, random: SeededRandom): string {
  const { bytes, what } = damageBytes(readFileSync(path), random)
  writeFileSync(path, bytes)
  return what
}

/** Before its folder says that it is a run there is nothing to resume. */
function holdsRun(victim: Victim): boolean {
  return existsSync(join(victim.folder, 'run', 'run.json'))
}

function lastOf({ told }: Ended): string {
  return [...told.keys()].at(-1) ?? 'at its start'
}
