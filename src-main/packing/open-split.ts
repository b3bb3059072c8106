/** Opens what reading a split needs: its mixture, the tokenizer and the token cache over both. */
import { openMixture, type DataLocations, type OpenOptions } from '../data/mixture'
import type { MixtureEntry } from '../data/mixture.schema'
import { CachedSource } from '../data/token-cache/cached-source'
import type { Failure } from '../errors'
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer'
import { tokenizerDirOf } from '../tokenizer-folder'
import { SplitData } from './split-data'

export type SplitOptions = Omit<OpenOptions, 'onDamage'> & {
  /** @default the base directory's tokenizer */
  tokenizer?: Tokenizer | undefined
  /** Called when the token cache cannot be written or a stored file is damaged; reading goes on. */
  onFault: (failure: Failure) => void
}

/**
 * Opens a split; the caller closes it. The tokenizer is opened first, so that one that cannot be read is reported
 * before minutes are spent on rows.
 *
 * @throws MidbenchError as from loadTokenizer and openMixture; the signal's reason when it is aborted
 */
export async function openSplitData(
  entries: readonly MixtureEntry[],
  locations: DataLocations,
  { tokenizer: known, onFault, ...options }: SplitOptions,
): Promise<SplitData> {
  const tokenizer = known ?? (await loadTokenizer(tokenizerDirOf(locations.baseDir)))
  const mixture = await openMixture(entries, locations, { ...options, onDamage: onFault })
  const source = new CachedSource(mixture, tokenizer, { entries, locations, onFault })
  return new SplitData(mixture, tokenizer, source, onFault)
}
