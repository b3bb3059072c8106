/**
 * What the data thread has open, shared by its ports: two ports that ask for the same mixture get the same one, with
 * the lengths that are known so far. A split is closed when no port uses it any more.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataLocations, OpenOptions } from '../data/mixture'
import type { MixtureEntry } from '../data/mixture.schema'
import type { Failure } from '../errors'
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer'
import { ENCODING_FILE, TOKEN_BYTES_FILE, tokenizerDirOf } from '../tokenizer-folder'
import { openSplitData } from './open-split'
import type { SplitData } from './split-data'

interface Shelf {
  split: Promise<SplitData>
  users: number
}

/** A split in use; `release` it once when done. */
export interface Borrowed {
  split: SplitData
  release(): Promise<void>
}

export class DataLibrary {
  private readonly shelves = new Map<string, Shelf>()
  private readonly tokenizers = new Map<string, Promise<Tokenizer>>()

  /** @param onFault called when the token cache cannot be written or a stored file is damaged; reading goes on */
  constructor(private readonly onFault: (failure: Failure) => void) {}

  /** The tokenizer of a base directory, read again only when its files change. */
  async tokenizer(baseDir: string): Promise<Tokenizer> {
    const dir = tokenizerDirOf(baseDir)
    const files = [ENCODING_FILE, TOKEN_BYTES_FILE].map((name) => stat(join(dir, name)).catch(() => null))
    const stamps = (await Promise.all(files)).map((file) => [file?.size, file?.mtimeMs]) // reading reports faults
    const key = JSON.stringify([dir, stamps])
    return remember(this.tokenizers, key, () => loadTokenizer(dir))
  }

  /**
   * Opens a split, or shares the one that is open or being opened, unless a fresh one is asked for. If the caller that
   * is opening it cancels, the next caller opens it.
   * @throws MidbenchError as from openMixture and loadTokenizer; the signal's reason when it is aborted
   */
  async borrow(
    entries: readonly MixtureEntry[],
    locations: DataLocations,
    options: OpenOptions & { fresh?: boolean },
  ): Promise<Borrowed> {
    const key = JSON.stringify([entries, locations, options.exclude ?? []])
    const shared = options.fresh === true ? undefined : this.shelves.get(key)
    const shelf = shared ?? this.open(key, entries, locations, options)
    shelf.users++
    try {
      const split = await shelf.split
      return { split, release: () => this.release(key, shelf) }
    } catch (error) {
      if (this.shelves.get(key) === shelf) this.shelves.delete(key)
      const byAnother = shared !== undefined && isAbort(error) && options.signal?.aborted !== true
      if (byAnother) return this.borrow(entries, locations, options)
      throw error
    }
  }

  private open(
    key: string,
    entries: readonly MixtureEntry[],
    locations: DataLocations,
    options: OpenOptions,
  ): Shelf {
    const openWith = async (): Promise<SplitData> => {
      const tokenizer = await this.tokenizer(locations.baseDir)
      return openSplitData(entries, locations, { ...options, tokenizer, onFault: this.onFault })
    }
    const split = openWith()
    const shelf: Shelf = { split, users: 0 }
    this.shelves.set(key, shelf)
    return shelf
  }

  private async release(key: string, shelf: Shelf): Promise<void> {
    shelf.users--
    if (shelf.users > 0) return
    if (this.shelves.get(key) === shelf) this.shelves.delete(key)
    await (await shelf.split).close()
  }
}

/** A value that is made once; a failure is not kept, so that the next call tries again. */
function remember<T>(made: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = made.get(key)
  if (known) return known
  const value = make()
  made.set(key, value)
  value.catch(() => made.delete(key))
  return value
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
