/**
 * The dialogs of a machine without a screen: the page is asked for a path, and shows the folders of that machine. A path
 * that a person chooses there counts as granted, as one of a native dialog does.
 */
import { randomUUID } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'

import type { FolderView, WantedPath } from '../contract/contract'
import { MidbenchError } from '../errors'
import type { ExportKind, MixtureFormat, PathAnswers, PathDialogs, PickKind } from '../services/shell'
import { reasonOf } from '../system-error'

/** Entries of a folder that are listed at most. */
const MOST_ENTRIES = 2000

const CONFIG = ['json']
const ENDINGS: Record<Exclude<PickKind, 'folder'>, string[]> = {
  jsonl: ['jsonl', 'json'],
  parquet: ['parquet'],
  conversations: ['jsonl', 'json', 'gz', 'zst', 'parquet'],
  words: ['txt'],
}
const MIXTURE_ENDINGS: Record<MixtureFormat, string> = { json: 'json', python: 'py' }

export interface PageDialogsOptions {
  ask: (wanted: WantedPath) => void
  /** Called with every path that a person chose. */
  chosen: (path: string) => void
}

export class PageDialogs implements PathDialogs, PathAnswers {
  private readonly waiting = new Map<string, (path: string | null) => void>()

  constructor(private readonly options: PageDialogsOptions) {}

  openConfig(): Promise<string | null> {
    return this.ask({ title: 'Open project', want: 'file', endings: CONFIG })
  }

  async saveConfig(defaultPath: string): Promise<string | null> {
    const path = await this.ask({ title: 'Save project', want: 'save', endings: CONFIG, begin: defaultPath })
    if (path === null || path.endsWith('.json')) return path
    this.options.chosen(`${path}.json`)
    return `${path}.json`
  }

  pick(kind: PickKind): Promise<string | null> {
    return kind === 'folder'
      ? this.ask({ title: 'Choose a folder', want: 'folder', endings: [] })
      : this.ask({ title: 'Choose a file', want: 'file', endings: ENDINGS[kind] })
  }

  saveExport(kind: ExportKind, name: string): Promise<string | null> {
    return this.ask({ title: 'Export', want: 'save', endings: [kind], begin: name })
  }

  saveFolder(name: string): Promise<string | null> {
    return this.ask({ title: 'Export into a new folder', want: 'save', endings: [], begin: name })
  }

  saveTalks(name: string): Promise<string | null> {
    return this.ask({ title: 'Export conversations', want: 'save', endings: ['jsonl'], begin: name })
  }

  openMixture(): Promise<string | null> {
    return this.ask({ title: 'Import a mixture', want: 'file', endings: ['json', 'py'] })
  }

  saveMixture(format: MixtureFormat): Promise<string | null> {
    const ending = MIXTURE_ENDINGS[format]
    const begin = `mixture.${ending}`
    return this.ask({ title: 'Export the mixture', want: 'save', endings: [ending], begin })
  }

  /** Links count as what they lead to. @throws MidbenchError `paths.unreadable` */
  async list(folder: string | null): Promise<FolderView> {
    const at = resolve(homedir(), folder ?? '')
    const found = await readdir(at, { withFileTypes: true }).catch((error: unknown) => {
      throw new MidbenchError({
        code: 'paths.unreadable',
        message: `${at} cannot be read: ${reasonOf(error)}`,
      })
    })
    const visible = found.filter(({ name }) => !name.startsWith('.'))
    const entries = await Promise.all(
      visible.slice(0, MOST_ENTRIES).map(async (entry) => ({
        name: entry.name,
        folder: entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(join(at, entry.name)))),
      })),
    )
    entries.sort((a, b) => Number(b.folder) - Number(a.folder) || a.name.localeCompare(b.name))
    const parent = dirname(at) === at ? null : dirname(at)
    return { folder: at, parent, entries, left_out: visible.length - entries.length }
  }

  /** An answer to a question that nobody asks any more is passed over. */
  choose(id: string, path: string | null): void {
    const answer = this.waiting.get(id)
    this.waiting.delete(id)
    const whole = path === null ? null : resolve(homedir(), path)
    if (answer && whole !== null) this.options.chosen(whole)
    answer?.(whole)
  }

  /** The page is gone: what it was asked for counts as cancelled. */
  cancelAll(): void {
    for (const id of [...this.waiting.keys()]) this.choose(id, null)
  }

  private ask({
    begin = '',
    ...rest
  }: Omit<WantedPath, 'id' | 'begin'> & { begin?: string }): Promise<string | null> {
    const id = randomUUID()
    const from = begin !== '' && basename(begin) === begin ? join(homedir(), begin) : begin
    return new Promise((resolve) => {
      this.waiting.set(id, resolve)
      this.options.ask({ ...rest, id, begin: from === '' ? homedir() : from })
    })
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  return found?.isDirectory() ?? false
}
