/**
 * What answers the window's calls: settings, project, runs, data, jobs. They are made once, before the first window, and
 * know nothing of it; their events go to the event hub.
 */

import { toFailure } from '../errors'
import type { CallInput, CallOutput, TrainerStatus } from '../contract/contract'
import type { EventHub } from './event-hub'
import { dataCacheDir } from '../native/paths'
import { clearLeftovers } from '../runs/clear-leftovers'
import { baseDirOf } from '../config/config'
import { hasBfloat16 } from '../processor'
import { readBaseSettings } from '../runs/base-settings'
import { lackingTasks } from '../runs/lacking-tasks'
import type { RunConfig } from '../config/config.schema'
import type { PreflightFacts } from '../runs/preflight'
import { gatherFacts } from '../runs/preflight-facts'
import { RunManager } from '../runs/run-manager'
import { RunQueue } from '../runs/queue/run-queue'
import { hostFromEnvironment } from '../runs/trainer-host'
import { openRunStore } from '../runs/open-store'
import type { RunStore } from '../runs/store'
import { Inspector } from '../runs/inspector'
import { AskedModels } from './asked-models'
import { CheckpointAccess } from './checkpoint-access'
import { branchFacts, branchFork, checkBranch } from './check-branch'
import { checkConfig, lackingData, speedOfRunsLike } from './check-config'
import { DataAccess } from './data-access'
import { GrantedPaths } from './granted-paths'
import { Jobs } from './jobs'
import type { AppFiles, PersonFiles } from './places'
import { KeptTalks } from './kept-talks'
import { Measuring, type MeasuringOptions, type MeasuringServices } from './measuring'
import { MeasurementAccess } from './measurement-access'
import { ModelExport } from './model-export'
import { ProjectStore } from './project'
import { QueuedRuns } from './queued-runs'
import { RunPublisher } from './run-publisher'
import { SettingsStore } from './settings'
import { Talk } from './talk'
import type { TokenLossesOptions } from './token-losses'
import type { Hosts } from './trainer-hosts'

export interface Services {
  files: AppFiles & { person: PersonFiles }
  settings: SettingsStore
  project: ProjectStore
  /** The files that the page may name to have them read. */
  granted: GrantedPaths
  store: RunStore
  runs: RunManager
  queue: RunQueue
  queuedRuns: QueuedRuns
  data: DataAccess
  checkpoints: CheckpointAccess
  /** Answers questions about models. */
  inspector: Inspector
  /** What computing the losses of a batch needs. */
  losses: TokenLossesOptions
  talk: Talk
  /** The project's conversations. */
  keptTalks: KeptTalks
  measuring: MeasuringServices
  /** Takes models out. */
  modelExport: ModelExport
  /** Decides where trainers run. */
  hosts: Hosts
  jobs: Jobs
  /** Checks a config as it is typed. */
  check: (input: CallInput<'project.check'>) => Promise<CallOutput<'project.check'>>
  /** Problems found with the stored settings and project, to be shown. */
  problems: string[]
}

export interface ServicesOptions {
  files: AppFiles & { person: PersonFiles }
  /** Makes what decides where trainers run. @param changed to be told when that changes */
  hosts: (settings: SettingsStore, changed: (status: TrainerStatus) => void) => Hosts
}

/**
 * Opens everything in the data folder.
 *
 * @throws MidbenchError where the run store cannot be opened
 */
// eslint-disable-next-line max-lines-per-function -- one list, in the order in which each needs those before it
export async function openServices(
  hub: EventHub,
  { files, hosts: makeHosts }: ServicesOptions,
): Promise<Services> {
  const settings = new SettingsStore(files.person.settings)
  settings.onChange((changed) => hub.publish('settings.changed', changed))
  const defaultBaseDir = (): string | null => settings.current.base_dir
  const keptTalks = new KeptTalks({ project: () => project.current, dataDir: files.person.folder })
  const project: ProjectStore = new ProjectStore({
    file: files.person.project,
    starters: files.starters,
    starterOptions: hasBfloat16() === false ? { dtype: 'float32' } : {},
    readBase: async (given, dir) =>
      given.recipe === 'sft' ? readBaseSettings(given, baseDirOf(given, dir, defaultBaseDir())) : null,
    beforeMove: (from, path) => keptTalks.takeAlong(from, path),
    changed: (changed) => hub.publish('project.changed', changed),
  })
  settings.onChange(() => void project.reread())
  const granted = new GrantedPaths()
  granted.grantProject(project.current)
  const { store, notes } = await openRunStore(files.person.folder)
  const hosts = makeHosts(settings, (status) => hub.publish('trainer.changed', status))
  const inspector = new Inspector({ openTrainer: hosts.open })
  const measurer = new Inspector({ openTrainer: hosts.open })
  const runs = new RunManager({
    store,
    dataDir: files.person.folder,
    cacheDir: dataCacheDir(),
    defaultBaseDir,
    threads: () => settings.current.threads,
    openTrainer: hosts.open,
    releaseMemory: async () => {
      await inspector.release()
      await measuring.queue.giveWay()
    },
    memoryFree: () => {
      queue.look()
      measuring.queue.takeUp()
    },
  })
  const queue: RunQueue = new RunQueue({
    path: files.person.queue,
    runs,
    changed: (view) => hub.publish('queue.changed', view),
  })
  const publisher = new RunPublisher(
    (name, payload) => hub.publish(name, payload),
    (runId) => runs.summary(runId),
  )
  runs.on(publisher.receive)
  void clearLeftovers({ dataDir: files.person.folder, cacheDir: dataCacheDir() })
  const data = new DataAccess({ cacheDir: dataCacheDir(), defaultBaseDir })
  const threads = (): number | null => settings.current.threads
  const checkpoints = new CheckpointAccess({
    dataDir: files.person.folder,
    defaultBaseDir,
    runs: () => runs.list(),
  })
  const models = new AskedModels({ runs, checkpoints, data, dataDir: files.person.folder, threads })
  const losses = { runs, data, inspector, models }
  const talk = new Talk({ models, inspector, publish: (tokens) => hub.publish('talk.tokens', tokens) })
  const dataDir = files.person.folder
  const changed: MeasuringOptions['changed'] = (list) => hub.publish('measuring.changed', { list })
  const measuring: MeasuringServices = {
    queue: new Measuring({ models, checkpoints, data, inspector: measurer, dataDir, changed }),
    kept: new MeasurementAccess({ dataDir, checkpoints, runs: () => runs.list() }),
  }
  const modelExport = new ModelExport({ models, checkpoints, runs, dataDir })
  const jobs = new Jobs((progress) => hub.publish('job.progress', progress))
  const check: Services['check'] = async ({ config: typed, dir, facts, branch }) => {
    const fork = branch === undefined ? null : await branchFork(branch, runs)
    const gather = async (config: RunConfig): Promise<PreflightFacts> => {
      const known = data.lastOutcome(config, dir)
      return gatherFacts(config, baseDirOf(config, dir, defaultBaseDir()), files.person.folder, {
        ...branchFacts(fork, config, known),
        data: known,
        packing: facts,
        tokPerSec: speedOfRunsLike(config, store.recentSpeeds(20)),
        lacking: await lackingData(config.mixture, data.locations(config, dir)),
        lackingTasks: await lackingTasks(config, data.locations(config, dir)),
      })
    }
    return checkConfig(typed, gather, (config, known) => checkBranch(fork, config, known))
  }
  const queuedRuns = new QueuedRuns({ queue: queue.list, defaultBaseDir, check, dataDir })
  const found = [settings.problem, ...project.problems, queue.list.problem, hostProblem(), ...notes]
  const problems = found.filter((problem) => problem !== null)
  const known = { files, settings, project, granted, store, problems }
  return {
    ...known,
    runs,
    queue,
    queuedRuns,
    data,
    checkpoints,
    inspector,
    losses,
    talk,
    keptTalks,
    measuring,
    modelExport,
    hosts,
    jobs,
    check,
  }
}

/** Closes what {@link openServices} opened, except the runs: they are closed first. */
export async function closeServices({
  data,
  checkpoints,
  inspector,
  measuring,
  hosts,
  store,
}: Services): Promise<void> {
  await measuring.queue.close()
  await inspector.close()
  await hosts.close()
  await data.close()
  await checkpoints.close()
  store.close()
}

/** The problem with the environment's trainer host, where it names none that exists. */
function hostProblem(): string | null {
  try {
    hostFromEnvironment()
    return null
  } catch (error) {
    const { message, remedy } = toFailure(error)
    return `${message} ${remedy ?? ''}`
  }
}
