/** A config's split with its token cache, for the commands that need every conversation's length. */
import type { Mixture } from '../data/mixture'
import type { SplitName } from '../data/mixture.schema'
import { CachedSource } from '../data/token-cache/cached-source'
import type { CallContext } from '../threads/calls'
import { SplitData } from '../packing/split-data'
import type { LoadedConfig } from '../config/config'
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer'
import type { CommandIo } from './command'
import { progressText } from './progress-text'
import { locationsOf, noticeTo, openSplit, tokenizerDirOf } from './open-data'

const REPORT_EVERY_MS = 2000

/** Opens the split; the caller closes it. @throws MidbenchError as openMixture and loadTokenizer */
export async function openSplitData(
  loaded: LoadedConfig,
  split: SplitName,
  io: CommandIo,
): Promise<SplitData> {
  const tokenizer = await loadTokenizer(tokenizerDirOf(loaded))
  return splitDataOver(await openSplit(loaded, split, io), tokenizer, loaded, split, io)
}

/** The same over a mixture and a tokenizer that are open already; closing it closes the mixture. */
export function splitDataOver(
  mixture: Mixture,
  tokenizer: Tokenizer,
  loaded: LoadedConfig,
  split: SplitName,
  io: CommandIo,
): SplitData {
  const onFault = noticeTo(io)
  const setup = {
    entries: loaded.config.mixture[split],
    locations: locationsOf(loaded),
    tokenizerDir: tokenizerDirOf(loaded),
    onFault,
  }
  return new SplitData(mixture, tokenizer, new CachedSource(mixture, tokenizer, setup), onFault)
}

/** Says on stderr now and then how far a long call is. */
export function callContext(io: CommandIo): CallContext {
  let said = performance.now()
  return {
    signal: io.signal,
    progress: (progress) => {
      if (performance.now() - said < REPORT_EVERY_MS) return
      said = performance.now()
      io.stderr(progressText(progress))
    },
  }
}
