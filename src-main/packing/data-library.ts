/**
 * What the data thread has open, shared by its ports: two ports that ask for the same mixture get the same one, with
 * what is known of its lengths. A split is closed when no port uses it any more.
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

  /** @param onFault hears when the token cache cannot be written or something kept is damaged; reading goes on */
  constructor(private readonly onFault: (failure: Failure) => void) {}

  /** The tokenizer of a base directory, read once for as long as its files stay the same. */
  async tokenizer(baseDir: string): Promise<Tokenizer> {
    const dir = tokenizerDirOf(baseDir)
    const files = [ENCODING_FILE, TOKEN_BYTES_FILE].map((name) => stat(join(dir, name)).catch(() => null))
    const stamps = (await Promise.all(files)).map((file) => [file?.size, file?.mtimeMs]) // reading says what is wrong
    const key = JSON.stringify([dir, stamps])
    return remember(this.tokenizers, key, () => loadTokenizer(dir))
  }

  /**
   * Opens a split, or shares the one that is open or being opened, unless a fresh one is asked for. Where the caller that
   * opens it cancels, the next one opens it.
   * @throws MidbenchError as openMixture and loadTokenizer; the signal's reason when it is aborted
   */
  async borrow(
    entries: readonly MixtureEntry[],
    locations: DataLocations,
    options: OpenOptions & { fresh?: boolean },
  ): Promise<Borrowed> {
    const key = JSON.stringify([entries, locations])
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

/** A value made once; a failure is forgotten, so that the next asking tries again. */
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
