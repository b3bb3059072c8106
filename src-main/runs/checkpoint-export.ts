/**
 * A checkpoint as one folder that can be put on the hub: the model as safetensors, its config, the tokenizer as
 * `tokenizer.json` and as nanochat keeps it, nanochat's meta file, and a README of how it was made.
 *
 * The folder is there whole or not at all. Every tensor is read back from the disk and compared with what the checkpoint
 * holds before the folder gets its name. Costs one read of the checkpoint, one write and one read of the export.
 */
import { createHash } from 'node:crypto'
import { readdir, rmdir } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { checkpointIdentity } from '../checkpoint/identity'
import { chooseStep, fileNames, metaText, readMeta } from '../checkpoint/nanochat-files'
import { RUN_KEY } from '../checkpoint/result-place'
import { withSafetensors, writeSafetensors } from '../checkpoint/safetensors'
import { modelTensors } from '../checkpoint/state-dict'
import { withTorchFile } from '../checkpoint/torch-read'
import { TorchTensor } from '../checkpoint/torch-value'
import { elementCount } from '../checkpoint/dtype'
import type { CheckpointMeta } from '../checkpoint/checkpoint.schema'
import { checkpointMeasurements, readMeasurements, runMeasurements } from '../evaluation/kept-measurements'
import { MidbenchError } from '../errors'
import { makeFile, makeFolder } from '../files/durable'
import { ensureFolder } from '../files/ensure-folder'
import { exporting } from '../files/exported'
import { copyOf } from '../files/sink'
import type { Progress } from '../progress.schema'
import { codeOf } from '../system-error'
import { ENCODING_FILE, TOKEN_BYTES_FILE } from '../tokenizer-folder'
import { readEncoding } from '../tokenizer/encoding-file'
import { tokenizerConfig, tokenizerJson } from '../tokenizer/hugging-face'
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer'
import { exportedConfig } from './exported-config'
import { lineageOf } from './lineage'
import { type CardFacts, modelCard, shareableOptions } from './model-card'
import { readRunFolder } from './run-folder'

export interface CheckpointExport {
  /** Holds model_*.pt and meta_*.json. */
  dir: string
  /** null = the last. */
  step: number | null
  tokenizerDir: string
  /** The new folder; what stands there already must be an empty folder. */
  out: string
  /** The person's data, where measurements are kept. */
  dataDir: string
  /** The runs that are known, one of which may have made it. */
  runs: readonly { id: string; dir: string }[]
}

export interface ExportedCheckpoint {
  path: string
  step: number
  tensors: number
  /** Of model.safetensors. */
  bytes: number
  sha256: string
}

interface Watched {
  onProgress?: (progress: Progress) => void
  signal?: AbortSignal
}

/**
 * @throws MidbenchError `export.taken`, `export.unwritable`, `export.unequal`, `tokenizer.mismatch`; what reading the
 *   checkpoint or the tokenizer throws; the signal's reason when it is aborted
 */
export async function exportCheckpoint(
  asked: CheckpointExport,
  watched: Watched = {},
): Promise<ExportedCheckpoint> {
  const { dir, tokenizerDir, out } = asked
  const step = await chooseStep(dir, asked.step)
  const { meta } = await readMeta(dir, step)
  const tokenizer = await loadTokenizer(tokenizerDir)
  requireSameVocabulary(meta, tokenizer, tokenizerDir)
  const about = await aboutCheckpoint(asked, meta)
  const path = join(dir, fileNames(step).model)
  return withTorchFile(path, async (root) => {
    const { config, tensors } = modelTensors(root, meta.model_config, path)
    const described = { ...meta, model_config: config }
    await requireFree(out)
    let written = { bytes: 0, sha256: '' }
    await exporting(out, () =>
      makeFolder(out, async (folder) => {
        written = await writeModel(folder, tensors, watched)
        await writeTokenizer(folder, tokenizerDir, tokenizer, config.sequence_len)
        await writeWords(folder, { meta: described, tensors, tokenizer, about })
      }),
    )
    return { path: out, step, tensors: tensors.size, ...written }
  })
}

/** Writes the model, reads it back and compares. */
async function writeModel(
  folder: string,
  tensors: ReadonlyMap<string, TorchTensor>,
  { onProgress, signal }: Watched,
): Promise<{ bytes: number; sha256: string }> {
  const file = join(folder, 'model.safetensors')
  const total = [...tensors.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
  const told = (what: string, done: number): void => {
    onProgress?.({ what, done: done / 1e6, total: (2 * total) / 1e6, unit: 'MB' })
  }
  const digests = new Map<string, string>()
  const read = new Map([...tensors].map(([name, tensor]) => [name, digested(name, tensor, digests)]))
  const written = await writeSafetensors(file, read, {
    metadata: { format: 'pt' },
    onProgress: (done) => {
      told('Writing the model', done)
    },
    ...(signal && { signal }),
  })
  await withSafetensors(file, async (found) => {
    let done = total
    const again = new Map<string, string>()
    for (const [name, tensor] of found) {
      for await (const chunk of digested(name, tensor, again).chunks()) {
        signal?.throwIfAborted()
        told('Reading it back', (done += chunk.length))
      }
    }
    const differs = [...digests].find(([name, digest]) => again.get(name) !== digest)
    if (differs !== undefined || again.size !== digests.size)
      throw unequal(file, differs?.[0] ?? 'their number')
  })
  return written
}

/** The tensor, whose format, shape and bytes are digested as they are read. */
function digested(name: string, tensor: TorchTensor, digests: Map<string, string>): TorchTensor {
  const { dtype, shape } = tensor
  return new TorchTensor(dtype, shape, async function* () {
    const hash = createHash('sha256').update(JSON.stringify([dtype, shape]))
    for await (const chunk of tensor.chunks()) {
      hash.update(chunk)
      yield chunk
    }
    digests.set(name, hash.digest('hex'))
  })
}

async function writeTokenizer(
  folder: string,
  tokenizerDir: string,
  { specials }: Tokenizer,
  sequenceLen: number,
): Promise<void> {
  const encoding = await readEncoding(join(tokenizerDir, ENCODING_FILE))
  await makeFile(join(folder, 'tokenizer.json'), jsonText(tokenizerJson(encoding)))
  await makeFile(join(folder, 'tokenizer_config.json'), jsonText(tokenizerConfig(specials, sequenceLen)))
  await ensureFolder(join(folder, 'tokenizer'))
  for (const name of [ENCODING_FILE, TOKEN_BYTES_FILE]) {
    await makeFile(join(folder, 'tokenizer', name), copyOf(join(tokenizerDir, name)))
  }
}

interface Words {
  meta: CheckpointMeta
  tensors: ReadonlyMap<string, TorchTensor>
  tokenizer: Tokenizer
  about: About
}

type About = Pick<CardFacts, 'name' | 'config' | 'before' | 'scores'>

/** What is to be read: README, config and nanochat's meta file, without the paths of this machine. */
async function writeWords(folder: string, { meta, tensors, tokenizer, about }: Words): Promise<void> {
  const dtypes = [...new Set([...tensors.values()].map(({ dtype }) => dtype))]
  const parameters = [...tensors.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0)
  const { '<|bos|>': bos, '<|assistant_end|>': end } = tokenizer.specials
  await makeFile(join(folder, 'config.json'), jsonText(exportedConfig(meta, { bos, end }, dtypes)))
  await makeFile(join(folder, 'README.md'), modelCard({ ...about, meta, parameters, dtypes }))
  const { user_config: options } = meta
  const shared = options === undefined ? meta : { ...meta, user_config: shareableOptions(options) }
  await makeFile(join(folder, fileNames(meta.step).meta), metaText(shared))
}

/** What is known of the checkpoint besides its files: its name, the run that made it, and what was measured of it. */
async function aboutCheckpoint(
  { dir, dataDir, runs }: CheckpointExport,
  meta: CheckpointMeta,
): Promise<About> {
  const named = meta[RUN_KEY]
  // A run's own checkpoint lies in its folder, also where that was brought here and no store knows of it.
  const runDir = runs.find(({ id }) => id === named)?.dir ?? join(dir, '..', '..')
  const kept = await readRunFolder(runDir).catch(() => null)
  const identity = await checkpointIdentity(dir, meta.step)
  const folders = [checkpointMeasurements(dataDir, identity), runMeasurements(runDir, meta.step)]
  const measured = await Promise.all(folders.map(readMeasurements))
  const scores = new Map(
    measured
      .flatMap((each) => each?.scores ?? [])
      .sort((a, b) => a.total - b.total) // the last of a task stays: that with most questions
      .map((score) => [`${score.task} ${score.dtype}`, score]),
  )
  const name = named === undefined && kept !== null ? kept.identity.name : basename(dir)
  const folderOf = (id: string): string | undefined => runs.find((run) => run.id === id)?.dir
  const before = kept === null ? { runs: [], isWhole: false } : await lineageOf(runDir, folderOf)
  return { name, config: kept?.config ?? null, before, scores: [...scores.values()] }
}

function requireSameVocabulary(
  { model_config }: CheckpointMeta,
  { vocabSize }: Tokenizer,
  dir: string,
): void {
  if (model_config.vocab_size === vocabSize) return
  throw new MidbenchError({
    code: 'tokenizer.mismatch',
    message: `The model has a vocabulary of ${String(model_config.vocab_size)}, the tokenizer in ${dir} one of ${String(vocabSize)}.`,
    remedy: 'Name the tokenizer that the model was trained with.',
  })
}

/** @throws MidbenchError `export.taken` where anything but an empty folder stands there */
async function requireFree(out: string): Promise<void> {
  try {
    if ((await readdir(out)).length === 0) {
      await rmdir(out)
      return
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    if (codeOf(error) !== 'ENOTDIR') throw error
  }
  throw new MidbenchError({
    code: 'export.taken',
    message: `${out} is there already.`,
    remedy: 'Name a new folder: nothing is written over.',
  })
}

function unequal(file: string, what: string): MidbenchError {
  return new MidbenchError({
    code: 'export.unequal',
    message: `${file}, read back from the disk, differs from the checkpoint in ${what}.`,
    remedy: 'See whether the disk is sound, then export again.',
  })
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
