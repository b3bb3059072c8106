/** A filling thread: renders segments of a mixture's datasets to disk, one at a time on request. */
import { parentPort } from 'node:worker_threads'

import { MidbenchError } from '../../errors'
import { type CallHandlers, type Served, serveCalls } from '../../threads/calls'
import { threadChannel } from '../../threads/channel'
import { yieldToTheWindow } from '../../threads/priority'
import { tokenizerDirOf } from '../../tokenizer-folder'
import { loadTokenizer, type Tokenizer } from '../../tokenizer/tokenizer'
import { type Mixture, openMixture } from '../mixture'
import type { FillCalls } from './fill-calls'
import { measureRendering } from './measure'
import { TokenSource } from './token-source'

let opened: { mixture: Mixture; tokenizer: Tokenizer; source: TokenSource } | null = null

const handlers: CallHandlers<FillCalls> = {
  async open({ entries, locations }) {
    const tokenizer = await loadTokenizer(tokenizerDirOf(locations.baseDir))
    const onDamage: Served['notify'] = (notice) => served?.notify(notice)
    const mixture = await openMixture(entries, locations, { onDamage })
    const source = new TokenSource(mixture, tokenizer, locations.cacheDir, { onDamage })
    opened = { mixture, tokenizer, source }
    return null
  },
  async fill(job) {
    await whatIsOpen().source.fill(job)
    return null
  },
  measure({ seconds }) {
    const { mixture, tokenizer } = whatIsOpen()
    return measureRendering(mixture, tokenizer, seconds)
  },
}

function whatIsOpen(): NonNullable<typeof opened> {
  if (opened !== null) return opened
  throw new MidbenchError({ code: 'fill.not-open', message: 'no mixture has been opened to render' })
}

yieldToTheWindow()
const served = parentPort && serveCalls<FillCalls>(threadChannel(parentPort, 'owner of the thread'), handlers)
