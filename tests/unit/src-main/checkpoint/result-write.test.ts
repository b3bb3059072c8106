import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'

import { loadModel, loadOptimizers } from '../../../../src-main/checkpoint/nanochat-files'
import { listModels } from '../../../../src-main/checkpoint/nanochat-folder'
import { standingOf, type ResultPlace } from '../../../../src-main/checkpoint/result-place'
import { writeResult } from '../../../../src-main/checkpoint/result-write'
import { checkpointFolder, saveRunCheckpoint } from '../../../../src-main/checkpoint/run-checkpoint'
import { besideName } from '../../../../src-main/files/leftovers'
import { ownerTag, thisThread } from '../../../../src-main/files/process-identity'
import { cutFile, tinyCheckpoint, tinyConfig } from '../../../support/checkpoints'
import { containing } from '../../../support/containing'
import { failureOf } from '../../../support/failure'
import { temporaryFolder } from '../../../support/temporary-folder'

let base = ''
let folder = ''
beforeEach(() => {
  base = temporaryFolder()
  folder = join(base, 'mid_checkpoints')
})

/** The result of a run that made so many steps. */
async function write(runId: string, step: number, tag = 'd2'): Promise<ResultPlace> {
  const dir = await saveRunCheckpoint(checkpointFolder(join(base, runId), step), tinyCheckpoint(step))
  return writeResult({ step, dir }, { folder, tag, runId, sequenceLen: 16 })
}

describe('a result', () => {
  it('is the run’s own checkpoint, but for the context and the name of the run', async () => {
    const place = await write('a', 12)
    expect(place).toMatchObject({ dir: join(folder, 'd2'), tag: 'd2' })
    const names = ['meta_000012.json', 'model_000012.pt', 'optim_000012_rank0.pt']
    expect(readdirSync(place.dir).sort()).toEqual(names)
    const own = checkpointFolder(join(base, 'a'), 12)
    for (const name of names.slice(1)) {
      expect(readFileSync(join(place.dir, name)).equals(readFileSync(join(own, name)))).toBe(true)
    }
    const { meta } = await loadModel(place.dir)
    const then = (await loadModel(own)).meta
    const model_config = { ...then.model_config, sequence_len: 16 }
    expect(meta).toEqual({ ...then, model_config, midbench_run: 'a' })
    expect(readdirSync(folder)).toEqual(['d2'])
  })

  it('of several ranks has their shares of the optimizer’s state, which are that of the checkpoint', async () => {
    const dir = await saveRunCheckpoint(checkpointFolder(join(base, 'a'), 3), tinyCheckpoint(3))
    const result = { folder, tag: 'd2', runId: 'a', sequenceLen: 16, ranks: 2 }
    const place = await writeResult({ step: 3, dir }, result)
    const shares = readdirSync(place.dir).filter((name) => name.startsWith('optim'))
    expect(shares.sort()).toEqual(['optim_000003_rank0.pt', 'optim_000003_rank1.pt'])
    expect(await loadOptimizers(place.dir, 3, tinyConfig)).toEqual(tinyCheckpoint(3).optimizers)
    cutFile(join(dir, 'optim_000003_rank0.pt'), 0.9)
    const again = () => writeResult({ step: 3, dir }, { ...result, tag: 'd3', runId: 'b' })
    expect((await failureOf(again)).code).toBe('checkpoint.torn')
  })

  it('is written over no other, whatever its last step', async () => {
    await write('a', 900)
    const later = await write('b', 100)
    expect(later.tag).toBe('d2-2')
    const [first] = await listModels(base)
    expect(first).toMatchObject({ tag: 'd2', steps: [900] })
    expect((await loadModel(later.dir)).step).toBe(100)
    expect(await standingOf(later.dir, 'b')).toBe('own')
    expect(await standingOf(later.dir, 'a')).toBe('taken')
  })

  it('has a folder of its own where several are written at once', async () => {
    const places = await Promise.all(['a', 'b', 'c'].map((runId, i) => write(runId, i + 1)))
    expect(places.map(({ tag }) => tag).sort()).toEqual(['d2', 'd2-2', 'd2-3'])
    for (const [i, { dir }] of places.entries()) expect((await loadModel(dir)).step).toBe(i + 1)
    expect(readdirSync(folder).sort()).toEqual(['d2', 'd2-2', 'd2-3'])
  })

  it('that is there already is left as it is, and gets the later steps of its own run', async () => {
    const first = await write('a', 3)
    const bytes = readFileSync(join(first.dir, 'model_000003.pt'))
    expect(await write('a', 3)).toMatchObject({ dir: first.dir, standing: 'own' })
    expect(readFileSync(join(first.dir, 'model_000003.pt')).equals(bytes)).toBe(true)
    expect(await write('a', 5)).toMatchObject({ dir: first.dir })
    expect((await loadModel(first.dir)).step).toBe(5)
    expect(readdirSync(folder)).toEqual(['d2'])
  })

  it('clears away what a kill left of an earlier one, and not what another process is writing', async () => {
    mkdirSync(folder, { recursive: true })
    const gone = `.a.part-${ownerTag({ ...thisThread(), pid: 2 ** 30 })}-00112233aabb` // no process has that number
    const alive = basename(besideName(join(folder, '.c')))
    for (const name of [gone, alive]) {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'model_000001.pt'), 'half')
    }
    await write('b', 1)
    expect(readdirSync(folder).sort()).toEqual([alive, 'd2'])
    expect((await listModels(base)).map(({ tag }) => tag)).toEqual(['d2'])
  })

  it('takes an empty folder, and not one with anything in it, nor a file', async () => {
    mkdirSync(join(folder, 'd2'), { recursive: true })
    expect((await write('a', 1)).tag).toBe('d2')
    mkdirSync(join(folder, 'd3'))
    writeFileSync(join(folder, 'd3', 'notes.txt'), 'mine')
    expect((await write('a', 1, 'd3')).tag).toBe('d3-2')
    writeFileSync(join(folder, 'd4'), 'mine')
    expect((await write('a', 1, 'd4')).tag).toBe('d4-2')
    expect(readFileSync(join(folder, 'd3', 'notes.txt'), 'utf8')).toBe('mine')
  })
})

describe('what cannot be written', () => {
  it('says which result, why, and that nothing is lost', async () => {
    writeFileSync(folder, 'a file in its place')
    const failure = await failureOf(() => write('a', 1))
    expect(failure).toMatchObject({ code: 'result.write', message: containing(join(folder, 'd2')) })
    expect(failure.message).toContain('a file stands where its folder belongs')
    expect(failure.remedy).toContain('resume')
    expect(readFileSync(folder, 'utf8')).toBe('a file in its place')
  })

  it('leaves nothing half made: not from a checkpoint that is torn, either', async () => {
    const dir = await saveRunCheckpoint(checkpointFolder(join(base, 'a'), 1), tinyCheckpoint(1))
    cutFile(join(dir, 'model_000001.pt'), 0.5)
    const result = { folder, tag: 'd2', runId: 'a', sequenceLen: 16 }
    expect((await failureOf(() => writeResult({ step: 1, dir }, result))).code).toBe('checkpoint.torn')
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([])
  })
})
