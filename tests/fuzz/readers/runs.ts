/** Readers of what a person and the product write about runs: configs, run folders, the store, settings, projects. */
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { ProjectStore } from '../../../src-main/services/project'
import { SettingsStore } from '../../../src-main/services/settings'
import { readDataRecord, writeDataRecord } from '../../../src-main/packing/data-record'
import { loadConfig } from '../../../src-main/config/config'
import { runConfig } from '../../../src-main/config/config.schema'
import { createRunFolder, readRunFolder } from '../../../src-main/runs/run-folder'
import { openRunStore } from '../../../src-main/runs/open-store'
import { RunStore } from '../../../src-main/runs/store'
import { sampleRun, sampleSteps } from '../../support/run-samples'
import { smallConfig, STARTER_DIR } from '../../support/small-project'
import { damageBytes } from '../mutations/bytes'
import { damageJson } from '../mutations/json'
import type { Reader } from './reader'

const config: Reader = {
  name: 'config',
  async prepare(folder) {
    await cp(join(STARTER_DIR, 'preset.json'), join(folder, 'config.json'))
    await writeFile(join(folder, 'whole.json'), JSON.stringify(smallConfig(), null, 2))
    return ['config.json', 'whole.json'].map((file) => ({ file, damage: damageJson }))
  },
  read: (folder, { file }) => loadConfig(join(folder, file)),
}

const runFolder: Reader = {
  name: 'run.json',
  async prepare(folder) {
    const identity = {
      id: 'run-1',
      name: 'one',
      config_path: '/tmp/config.json',
      created_at: 1_790_000_000_000,
    }
    await createRunFolder(join(folder, 'run'), identity, smallConfig())
    const rows = { source: 'lines.jsonl', identity: 'a'.repeat(64), rows: 12 }
    await writeDataRecord(join(folder, 'run'), { tokenizer: 'b'.repeat(64), train: [rows], val: [] })
    return ['run.json', 'config.json', 'data.json'].map((name) => ({
      file: join('run', name),
      damage: damageJson,
    }))
  },
  async read(folder) {
    const run = await readRunFolder(join(folder, 'run'))
    return { run, data: await readDataRecord(join(folder, 'run')) }
  },
}

const store: Reader = {
  name: 'store',
  keepsOpen: true, // libsql does
  async prepare(folder) {
    const runs = RunStore.open(join(folder, 'runs.db'))
    for (const id of ['run-1', 'run-2']) {
      runs.create(sampleRun({ id }))
      runs.appendSteps(id, sampleSteps(1, 200))
      runs.appendEvals(id, [{ step: 100, val_bpb: 1.5, seconds: 2, per_task: [] }])
      runs.appendLog(id, [{ at: 1, level: 'info', text: 'one line' }])
    }
    runs.close()
    return [{ file: 'runs.db', damage: damageBytes }]
  },
  async read(folder) {
    const { store: runs } = await openRunStore(folder)
    try {
      for (const { id } of runs.list()) {
        runs.detail(id)
        runs.steps(id, 0)
        runs.evals(id, 0)
        runs.log(id, 100)
        runs.truncateAfter(id, 10)
      }
      runs.create(sampleRun({ id: 'run-3' }))
      return runs.list().length
    } finally {
      runs.close()
    }
  },
}

/** The window's own files: a damaged one is moved aside and said, so the app starts. */
const settings: Reader = {
  name: 'settings',
  async prepare(folder) {
    await writeFile(
      join(folder, 'settings.json'),
      JSON.stringify({ theme: 'dark', base_dir: null, threads: 2 }),
    )
    const kept = { path: null, modified: true, config: runConfig.parse(smallConfig()) }
    await writeFile(join(folder, 'project.json'), JSON.stringify(kept))
    const draft = { ...kept, id: 'a', draft: { name: 'Untitled', dir: folder } }
    await writeFile(
      join(folder, 'projects.json'),
      JSON.stringify({ unsaved: [draft], recent: [join(folder, 'mine.json')] }),
    )
    await mkdir(join(folder, 'elsewhere'))
    return ['settings.json', 'project.json', 'projects.json'].map((file) => ({ file, damage: damageJson }))
  },
  async read(folder) {
    const { current } = new SettingsStore(join(folder, 'settings.json'))
    const starter = join(STARTER_DIR, 'preset.json')
    const project = new ProjectStore({
      file: join(folder, 'project.json'),
      starters: { mid: starter, sft: starter },
      changed: () => undefined,
    })
    return { current, project: project.current, others: project.list() }
  },
}

export const runReaders: readonly Reader[] = [config, runFolder, store, settings]
