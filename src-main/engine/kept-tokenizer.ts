/** The tokenizer that was asked for last: reading one takes a good part of a second. */
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer'

export class KeptTokenizer {
  private kept: { dir: string; loaded: Promise<Tokenizer> } | null = null

  /** @param dir its folder @throws MidbenchError what reading it throws */
  of(dir: string): Promise<Tokenizer> {
    if (this.kept?.dir === dir) return this.kept.loaded
    const kept = { dir, loaded: loadTokenizer(dir) }
    this.kept = kept
    kept.loaded.catch(() => {
      if (this.kept === kept) this.kept = null // it may be mended before the next question
    })
    return kept.loaded
  }
}
