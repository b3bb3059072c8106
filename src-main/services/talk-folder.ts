/**
 * The conversations of a project: a folder with a file for each, `ID.talk`. A file's first line says what a list shows,
 * so that a list reads little; its second line is the conversation. `removed/` holds those that were removed last.
 *
 * Guarantees: a file has its old or its new content whenever the process ends, and what cannot be understood is left as
 * it is. Changes happen one after another.
 */
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

import { keptTalk, type KeptTalk, talkSummary, type TalkSummary } from '../contract/kept-talks.schema'
import { MidbenchError } from '../errors'
import { exists, makeFile, syncPath } from '../files/durable'
import { ensureFolder } from '../files/ensure-folder'
import { copyOf } from '../files/sink'
import { readTextFile } from '../files/text-file'
import { writeReason } from '../files/write-reason'
import { codeOf, reasonOf } from '../system-error'

const ENDING = '.talk'
const REMOVED = 'removed'
const MOST_REMOVED = 20
/** Far more than a first line takes. */
const HEAD_BYTES = 2 ** 16

const head = talkSummary.extend({ format: z.literal('midbench-talk-1') })

export class TalkFolder {
  private last: Promise<unknown> = Promise.resolve()

  constructor(readonly folder: string) {}

  /** The one that changed last first; files that cannot be understood are named in `problems`. */
  async list(): Promise<{ conversations: TalkSummary[]; problems: string[] }> {
    const conversations: TalkSummary[] = []
    const problems: string[] = []
    const ids = await idsIn(this.folder).catch((error: unknown) => {
      problems.push(unlisted(this.folder, error).message)
      return []
    })
    for (const id of ids) {
      try {
        conversations.push(await readHead(this.path(id), id))
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') problems.push(`${this.path(id)}: ${reasonOf(error)}`)
      }
    }
    conversations.sort((a, b) => b.updated_at - a.updated_at)
    return { conversations, problems }
  }

  /** @throws MidbenchError `talk.unknown`, `talk.unreadable` */
  async open(id: string): Promise<KeptTalk> {
    const path = this.path(id)
    try {
      const [, body] = (await readTextFile(path)).split('\n')
      return ofId(id, keptTalk.parse(JSON.parse(body ?? '')))
    } catch (cause) {
      throw codeOf(cause) === 'ENOENT' ? unknown(id) : unreadable(path, cause)
    }
  }

  /**
   * Resolves once it is on the disk. One that was removed meanwhile stays removed: what is kept late is found where
   * {@link restore} looks for it.
   *
   * @throws MidbenchError `talk.unwritable`
   */
  keep(talk: KeptTalk): Promise<TalkSummary> {
    return this.alone(async () => {
      const aside = join(this.removed, `${talk.id}${ENDING}`)
      const isRemoved = (await exists(aside)) && !(await exists(this.path(talk.id)))
      return this.write(talk, isRemoved ? aside : this.path(talk.id))
    })
  }

  /** @throws MidbenchError as {@link open} and {@link keep} */
  rename(id: string, name: string): Promise<TalkSummary> {
    return this.alone(async () => this.write({ ...(await this.open(id)), name }))
  }

  /** Puts it aside, where {@link restore} finds it. @throws MidbenchError `talk.unknown`, `talk.unwritable` */
  remove(id: string): Promise<void> {
    return this.alone(async () => {
      await this.move(id, this.folder, this.removed)
      await dropOldest(this.removed)
    })
  }

  /** @throws MidbenchError `talk.unknown`, `talk.taken` where there is one of that id again, `talk.unwritable` */
  restore(id: string): Promise<TalkSummary> {
    return this.alone(async () => {
      if (await exists(this.path(id))) throw taken(id)
      await this.move(id, this.removed, this.folder)
      return readHead(this.path(id), id)
    })
  }

  /** Copies into another folder what it does not have. @throws MidbenchError `talk.unreadable`, `talk.unwritable` */
  copyTo(other: string): Promise<void> {
    return this.alone(async () => {
      const ids = await idsIn(this.folder).catch((cause: unknown) => {
        throw unlisted(this.folder, cause)
      })
      for (const id of ids) {
        const target = join(other, `${id}${ENDING}`)
        if (!(await exists(target))) await writing(target, () => makeFile(target, copyOf(this.path(id))))
      }
    })
  }

  private get removed(): string {
    return join(this.folder, REMOVED)
  }

  private path(id: string): string {
    return join(this.folder, `${id}${ENDING}`)
  }

  private async write(talk: KeptTalk, path = this.path(talk.id)): Promise<TalkSummary> {
    const summary = summaryOf(talk, Date.now())
    const lines = [{ format: 'midbench-talk-1', ...summary }, talk].map((line) => JSON.stringify(line))
    await writing(path, () => makeFile(path, `${lines.join('\n')}\n`))
    return summary
  }

  private async move(id: string, from: string, to: string): Promise<void> {
    const name = `${id}${ENDING}`
    if (!(await exists(join(from, name)))) throw unknown(id)
    await writing(join(to, name), async () => {
      await ensureFolder(to)
      await rename(join(from, name), join(to, name))
      await syncPath(to)
      await syncPath(from)
    })
  }

  private alone<T>(run: () => Promise<T>): Promise<T> {
    const result = this.last.then(run)
    this.last = result.catch(() => undefined)
    return result
  }
}

function summaryOf({ id, name, raw, created_at, exchanges }: KeptTalk, updated_at: number): TalkSummary {
  const takes = exchanges.flatMap(({ sides }) => sides).flatMap((side) => side.takes)
  const models = [...new Set(takes.map(({ title }) => title))]
  return { id, name, raw, created_at, updated_at, exchanges: exchanges.length, models }
}

/** None where there is no folder yet. */
async function idsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  return names.filter((name) => name.endsWith(ENDING)).map((name) => name.slice(0, -ENDING.length))
}

async function readHead(path: string, id: string): Promise<TalkSummary> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const [line = ''] = buffer.toString('utf8', 0, bytesRead).split('\n')
    const { format: _, ...summary } = head.parse(JSON.parse(line))
    return ofId(id, summary)
  } finally {
    await file.close()
  }
}

/** A copy of a file under another name is no other conversation. */
function ofId<T extends { id: string }>(id: string, found: T): T {
  if (found.id === id) return found
  throw new Error(`it holds the conversation ${found.id}`)
}

/** Deletes those that were put aside longest ago. */
async function dropOldest(folder: string): Promise<void> {
  const paths = (await idsIn(folder)).map((id) => join(folder, `${id}${ENDING}`))
  const aside = await Promise.all(paths.map(async (path) => ({ path, at: (await stat(path)).ctimeMs })))
  aside.sort((a, b) => b.at - a.at)
  for (const { path } of aside.slice(MOST_REMOVED)) await rm(path, { force: true })
}

async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (cause) {
    const message = `${path} cannot be written: ${writeReason(cause)}.`
    const remedy = 'Make room, or see that the folder may be written.'
    throw new MidbenchError({ code: 'talk.unwritable', message, remedy }, { cause })
  }
}

function unknown(id: string): MidbenchError {
  return new MidbenchError({
    code: 'talk.unknown',
    message: `The project has no conversation ${id}.`,
    remedy: 'List its conversations again.',
  })
}

function taken(id: string): MidbenchError {
  return new MidbenchError({ code: 'talk.taken', message: `The conversation ${id} is there already.` })
}

function unlisted(folder: string, cause: unknown): MidbenchError {
  const message = `${folder} cannot be read: ${reasonOf(cause)}`
  const remedy = 'See that it is a folder that may be read.'
  return new MidbenchError({ code: 'talk.unreadable', message, remedy }, { cause })
}

function unreadable(path: string, cause: unknown): MidbenchError {
  const message = `${path} cannot be read as a conversation: ${reasonOf(cause)}`
  return new MidbenchError({ code: 'talk.unreadable', message, remedy: 'Open another one.' }, { cause })
}
