/** Every call of the contract with its handler, put together from one small file for each area. */
import type { CheckpointAccess } from '../services/checkpoint-access'
import type { DataAccess } from '../services/data-access'
import type { SettingsStore } from '../services/settings'
import type { About, MachineChoice, PathAnswers, PathDialogs, Upkeep } from '../services/shell'
import type { Hosts } from '../services/trainer-hosts'
import type { RunQueue } from '../runs/queue/run-queue'
import type { QueuedRuns } from '../services/queued-runs'
import type { RunManager } from '../runs/run-manager'
import type { TokenLossesOptions } from '../services/token-losses'
import { appHandlers } from './handlers/app'
import { checkpointHandlers } from './handlers/checkpoints'
import { jobHandlers } from './handlers/jobs'
import { duplicateHandlers } from './handlers/duplicates'
import { downloadHandlers } from './handlers/downloads'
import { exportHandlers } from './handlers/exports'
import { loggerHandlers } from './handlers/loggers'
import { lossHandlers } from './handlers/losses'
import { machineHandlers } from './handlers/machine'
import type { MeasuringServices } from '../services/measuring'
import type { ModelExport } from '../services/model-export'
import { measuringHandlers } from './handlers/measuring'
import { mixtureHandlers } from './handlers/mixture'
import { packingHandlers } from './handlers/packing'
import { projectHandlers, type ProjectServices } from './handlers/project'
import { queueHandlers } from './handlers/queue'
import { runHandlers } from './handlers/runs'
import { settingsHandlers } from './handlers/settings'
import { talkHandlers, type TalkServices } from './handlers/talk'
import { trainerHandlers } from './handlers/trainer'
import { upkeepHandlers } from './handlers/upkeep'
import type { Handlers } from './serve'

export interface HandlerServices extends ProjectServices, Omit<TalkServices, 'dialogs'> {
  about: About
  upkeep: Upkeep
  settings: SettingsStore
  runs: RunManager
  queue: RunQueue
  /** Makes the runs that are queued. */
  queuedRuns: QueuedRuns
  data: DataAccess
  checkpoints: CheckpointAccess
  losses: TokenLossesOptions
  measuring: MeasuringServices
  modelExport: ModelExport
  hosts: Hosts
  dialogs: PathDialogs
  machine: MachineChoice
  paths: PathAnswers
}

export function allHandlers(services: HandlerServices): Handlers {
  const {
    about,
    upkeep,
    settings,
    runs,
    data,
    checkpoints,
    losses,
    measuring,
    hosts,
    jobs,
    dialogs,
    granted,
  } = services
  return {
    ...appHandlers(about),
    ...upkeepHandlers(upkeep, jobs),
    ...settingsHandlers(settings),
    ...projectHandlers(services),
    ...mixtureHandlers(data, jobs, dialogs, granted),
    ...duplicateHandlers(data, jobs),
    ...downloadHandlers(data, jobs),
    ...packingHandlers(data, runs, jobs),
    ...lossHandlers(losses, jobs),
    ...loggerHandlers(jobs),
    ...talkHandlers(services),
    ...runHandlers(runs, jobs, about),
    ...exportHandlers(runs, jobs, dialogs, services.modelExport),
    ...queueHandlers(services.queue, services.queuedRuns),
    ...checkpointHandlers(checkpoints, jobs),
    ...measuringHandlers(measuring, data, jobs),
    ...trainerHandlers(hosts, jobs),
    ...machineHandlers(services.machine, services.paths),
    ...jobHandlers(jobs),
  }
}
