/** A process that fills a token cache until it is killed: `token-filler.ts CACHE_DIR BASE_DIR ROWS`. */
import { join } from 'node:path'
import { openMixture } from '../../src-main/data/mixture'
import { TokenSource } from '../../src-main/data/token-cache/token-source'
import { loadTokenizer } from '../../src-main/tokenizer/tokenizer'

const [cacheDir = '', baseDir = '', rows = '0'] = process.argv.slice(2)
const entries = [{ task: 'SimpleSpelling' as const, split: 'train' as const, size: Number(rows) }]
const mixture = await openMixture(entries, { baseDir, configDir: baseDir, cacheDir })
const source = new TokenSource(mixture, await loadTokenizer(join(baseDir, 'tokenizer')), cacheDir)
process.stdout.write('filling\n')
for (const job of source.missing()) await source.fill(job)
process.stdout.write('filled\n')
