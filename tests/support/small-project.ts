/** A project whose run makes many small steps a second, on the starter's base model and tokenizer. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { projectDir } from '../../src-main/native/paths'
import type { RunConfig } from '../../src-main/config/config.schema'
import { runConfig } from '../../src-main/config/config.schema'

export const STARTER_DIR = join(projectDir(), 'resources', 'starter')

export function smallConfig(overrides: Partial<RunConfig> = {}): RunConfig {
  return {
    ...runConfig.parse({
      run: 'small',
      base_dir: STARTER_DIR,
      model_tag: 'd4',
      dtype: 'float32',
      engine: 'eager',
      num_iterations: 2000,
      max_seq_len: 64,
      device_batch_size: 1,
      total_batch_size: 64,
      eval_every: -1,
      save_every: 10,
      mixture: {
        train: [{ task: 'CustomJSON', filepath: join(STARTER_DIR, 'conversations.jsonl') }],
        val: [],
      },
    }),
    ...overrides,
  }
}

/** Makes a config the open project of a data folder, as if it had been opened before. */
export function openInFolder(home: string, config: RunConfig): string {
  const path = join(home, 'small.json')
  mkdirSync(home, { recursive: true })
  writeFileSync(path, JSON.stringify(config))
  writeFileSync(join(home, 'project.json'), JSON.stringify({ path, modified: false, config }))
  return path
}
