/** What finds the models that are asked, over a store of runs. */
import { onTestFinished } from 'vitest'

import { AskedModels } from '../../src-main/services/asked-models'
import { CheckpointAccess } from '../../src-main/services/checkpoint-access'
import type { DataAccess } from '../../src-main/services/data-access'
import type { RunStore } from '../../src-main/runs/store'

/** @param dataDir the folder of the person's data */
export function askedModelsOf(store: RunStore, data: DataAccess, dataDir: string): AskedModels {
  const runs = {
    get: (id: string) => store.detail(id),
    list: () => store.list(),
    configs: (ids: readonly string[]) => store.configs(ids),
  }
  const defaultBaseDir = (): null => null
  const checkpoints = new CheckpointAccess({ dataDir, defaultBaseDir, runs: () => store.list() })
  onTestFinished(() => checkpoints.close())
  return new AskedModels({ runs, checkpoints, data, dataDir, threads: () => null })
}
