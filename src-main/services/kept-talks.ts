/**
 * Where a project keeps its conversations: beside its config, `midtraining.json` has them in `midtraining.talks/`; the
 * starter projects, which are never written to, and those without a file have them in the folder of the person's data. A
 * project that is saved elsewhere takes a copy along.
 */
import { basename, join } from 'node:path'

import type { CallOutput, Project } from '../contract/contract'
import type { KeptTalk, TalkSummary } from '../contract/kept-talks.schema'
import { type Failure, MidbenchError, toFailure } from '../errors'
import { type TalkExport, exportedTalks } from './talk-export'
import { TalkFolder } from './talk-folder'

/** Which project: its config, and whether that belongs to the app; of one without a file, its id. */
type Where = Pick<Project, 'path' | 'read_only'> & { id?: string }

export interface KeptTalksOptions {
  project: () => Where
  /** The folder of the person's data. */
  dataDir: string
}

export class KeptTalks {
  /** Those that were listed since the app began, by folder: the page can name no other. */
  private readonly folders = new Map<string, TalkFolder>()

  constructor(private readonly options: KeptTalksOptions) {}

  /** Those of the open project. */
  async list(): Promise<CallOutput<'talk.conversations'>> {
    const folder = this.folderOf(this.options.project())
    return { place: folder.folder, ...(await folder.list()) }
  }

  /** @throws MidbenchError `talk.place`, and as {@link TalkFolder.open} */
  open(place: string, id: string): Promise<KeptTalk> {
    return this.folder(place).open(id)
  }

  /** @throws MidbenchError `talk.place`, and as {@link TalkFolder.keep} */
  keep(place: string, talk: KeptTalk): Promise<TalkSummary> {
    return this.folder(place).keep(talk)
  }

  /** @throws MidbenchError `talk.place`, and as {@link TalkFolder.rename} */
  rename(place: string, id: string, name: string): Promise<TalkSummary> {
    return this.folder(place).rename(id, name)
  }

  /** @throws MidbenchError `talk.place`, and as {@link TalkFolder.remove} */
  remove(place: string, id: string): Promise<void> {
    return this.folder(place).remove(id)
  }

  /** @throws MidbenchError `talk.place`, and as {@link TalkFolder.restore} */
  restore(place: string, id: string): Promise<TalkSummary> {
    return this.folder(place).restore(id)
  }

  /**
   * Some conversations as lines, or all of a project's. Of several, those that cannot be read are left out and named.
   *
   * @throws MidbenchError `talk.place`, `talk.not-exported`, and as {@link TalkFolder.open}
   */
  async exported(place: string, ids: readonly string[] | null): Promise<TalkExport> {
    const folder = this.folder(place)
    const chosen = ids ?? (await folder.list()).conversations.map(({ id }) => id)
    const talks: KeptTalk[] = []
    const unread: TalkExport['left_out'] = []
    for (const id of chosen) {
      try {
        talks.push(await folder.open(id))
      } catch (error) {
        if (!(error instanceof MidbenchError) || chosen.length === 1) throw error
        unread.push({ id, name: id, reason: error.message })
      }
    }
    return exportedTalks(talks, unread)
  }

  /** Called before a project is saved as another file. Returns why some were not copied, which stops no saving. */
  async takeAlong(from: Where, path: string): Promise<Failure | null> {
    const target = this.folderOf({ path, read_only: false })
    const source = this.folderOf(from)
    if (source === target) return null
    return source.copyTo(target.folder).then(() => null, toFailure)
  }

  private folder(place: string): TalkFolder {
    const folder = this.folders.get(place)
    if (folder !== undefined) return folder
    throw new MidbenchError({
      code: 'talk.place',
      message: `${place} is not where an open project keeps its conversations.`,
      remedy: 'List the conversations again.',
    })
  }

  private folderOf(project: Where): TalkFolder {
    const path = this.placeOf(project)
    const folder = this.folders.get(path) ?? new TalkFolder(path)
    this.folders.set(path, folder)
    return folder
  }

  private placeOf({ id = 'new', path, read_only: readOnly }: Where): string {
    const beside = path?.replace(/\.json$/i, '') ?? id
    return readOnly || path === null
      ? join(this.options.dataDir, 'talks', basename(beside))
      : `${beside}.talks`
  }
}
