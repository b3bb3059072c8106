/**
 * The process that reads: gets a case, makes its damaged input from the seed, lets the reader at it and says how it
 * answered. Crashes, hangs and memory are the harness's to see; all else is judged here.
 */
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

import { toFailure } from '../../src-main/errors'
import { fuzzCase, type FuzzCase, type Verdict } from './protocol'
import { SeededRandom } from './random'
import { readers } from './readers/all'
import type { Reader, Target } from './readers/reader'
import { faultOfWords } from './words'

interface Prepared {
  reader: Reader
  folder: string
  targets: Target[]
  /** Of the value of the valid input, where damage must not change it. */
  digest: string | null
}

const [, , home = ''] = process.argv
const prepared = new Map<string, Promise<Prepared>>()
const stray: string[] = []
process.on('unhandledRejection', (error) => stray.push(`a rejection that nobody heard: ${String(error)}`))
process.on('uncaughtException', (error) => stray.push(`an exception that nobody caught: ${String(error)}`))

process.on('message', (message) => {
  judge(fuzzCase.parse(message)).then(
    (verdict) => process.send?.(verdict),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`)
      process.exit(70) // a fault of the harness itself
    },
  )
})

async function judge(one: FuzzCase): Promise<Verdict> {
  const { reader, folder, targets, digest } = await prepare(one.reader)
  const random = new SeededRandom(`${one.seed} ${one.reader} ${one.number}`)
  const target = targets[random.below(targets.length)]
  if (target === undefined) throw new Error(`${one.reader} has nothing to damage`)
  const here = join(home, `${one.reader}-${one.number}`)
  cpSync(folder, here, { recursive: true })
  try {
    const what = damage(here, target, random)
    process.send?.({ type: 'begun', what })
    const outcome = await read(reader, here, target, digest)
    const leak = reader.keepsOpen === true ? null : await leftOpen(here)
    return { type: 'verdict', what, ...outcome, fault: stray.shift() ?? outcome.fault ?? leak ?? polluted() }
  } finally {
    rmSync(here, { recursive: true, force: true })
  }
}

/** Damages the target, most often once. */
function damage(folder: string, { file, damage: mutate }: Target, random: SeededRandom): string {
  const path = join(folder, file)
  let bytes: Buffer = readFileSync(path)
  const done: string[] = []
  do {
    const mutated = mutate(bytes, random)
    bytes = mutated.bytes
    done.push(mutated.what)
  } while (random.chance(0.25))
  writeFileSync(path, bytes)
  return `${file}: ${done.join('; ')}`
}

async function read(
  reader: Reader,
  folder: string,
  target: Target,
  digest: string | null,
): Promise<Pick<Verdict, 'fault' | 'code'>> {
  try {
    const value = await reader.read(folder, target)
    const same = digest === null || value === null || digestOf(value) === digest
    return { fault: same ? null : 'another value than the valid input gives, without a word', code: null }
  } catch (error) {
    const failure = toFailure(error)
    if (failure.code !== 'internal') return { fault: faultOfWords(failure), code: failure.code }
    const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(0, 4).join(' | ') : ''
    return {
      fault: `a raw exception: ${failure.message.slice(0, 200)} (${stack.slice(0, 600)})`,
      code: failure.code,
    }
  }
}

function prepare(name: string): Promise<Prepared> {
  const known = prepared.get(name)
  if (known !== undefined) return known
  const made = (async () => {
    const reader = readers.find((each) => each.name === name)
    if (reader === undefined) throw new Error(`there is no reader ${name}`)
    const folder = join(home, `${name}-valid`)
    mkdirSync(folder)
    const targets = await reader.prepare(folder)
    const digest = reader.exact === true ? await validDigest(reader, folder, targets) : null
    return { reader, folder, targets, digest }
  })()
  prepared.set(name, made)
  return made
}

async function validDigest(reader: Reader, folder: string, targets: readonly Target[]): Promise<string> {
  const copy = `${folder}-copy`
  cpSync(folder, copy, { recursive: true })
  const [first] = targets
  if (first === undefined) throw new Error(`${reader.name} has nothing to damage`)
  return digestOf(await reader.read(copy, first))
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value, plain)).digest('hex')
}

/** Maps and typed arrays as JSON has them, for a digest. */
function plain(_: string, value: unknown): unknown {
  if (value instanceof Map) return [...value]
  if (!ArrayBuffer.isView(value)) return typeof value === 'bigint' ? String(value) : value
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
}

/** Streams close their files a moment after they are given up. */
async function leftOpen(folder: string): Promise<string | null> {
  const until = performance.now() + 2_000
  while (openFiles(folder).length > 0) {
    if (performance.now() > until) return `left open: ${openFiles(folder).join(', ')}`
    await setTimeout(1)
  }
  return null
}

/** The files of a folder that this process has open. */
function openFiles(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`)
      return path.startsWith(folder) ? [path] : []
    } catch {
      return []
    }
  })
}

function polluted(): string | null {
  const keys = Object.keys(Object.prototype)
  for (const key of keys) Reflect.deleteProperty(Object.prototype, key)
  return keys.length === 0 ? null : `every object has a property ${keys.join(', ')} now`
}
