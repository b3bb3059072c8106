/**
 * The person's settings: theme and size of text, nanochat's folder, threads, the trainer's host, notifications, what is shown of
 * runs and of Talk. They are kept in settings.json of the data folder.
 */
import { availableParallelism } from 'node:os'

import { calls, PLAIN_CURVES, type Settings } from '../contract/contract'
import { threadCount } from '../thread-count'
import { JsonFile } from '../files/kept-json'

const defaults: Settings = {
  ...{ theme: 'system', base_dir: null, threads: null, trainer_host: 'auto' },
  curves: PLAIN_CURVES,
  ...{ text_size: 100, notify: true },
}

export class SettingsStore {
  private readonly file: JsonFile<Settings>
  private value: Settings
  /** What was wrong with the stored settings, to be shown; null when nothing was. */
  readonly problem: string | null

  private readonly listeners: ((settings: Settings) => void)[] = []

  /** @param processors the most threads that may be chosen */
  constructor(
    path: string,
    private readonly processors = availableParallelism(),
  ) {
    this.file = new JsonFile(path, calls['settings.get'].output)
    const { value, problem } = this.file.read()
    this.value = value ?? defaults
    this.problem = problem ?? this.boundThreads()
  }

  get current(): Settings {
    return this.value
  }

  onChange(listener: (settings: Settings) => void): void {
    this.listeners.push(listener)
  }

  /**
   * Resolves once the change is on disk.
   *
   * @throws MidbenchError `threads.invalid`; what writing throws
   */
  async update(patch: { [K in keyof Settings]?: Settings[K] | undefined }): Promise<Settings> {
    const named = Object.entries(patch).filter(([, value]) => value !== undefined)
    const next: Settings = { ...this.value, ...Object.fromEntries(named) }
    threadCount(next.threads, {}, this.processors)
    this.value = next
    for (const listener of this.listeners) listener(this.value)
    await this.file.write(this.value)
    return this.value
  }

  /**
   * Limits the threads: the file may come from a larger machine, or from a version that accepted any number. Returns
   * the message to show.
   */
  private boundThreads(): string | null {
    const { threads } = this.value
    if (threads === null || threads <= this.processors) return null
    this.value = { ...this.value, threads: this.processors }
    return (
      `${this.file.path} asks for ${String(threads)} threads, and this machine has ${String(this.processors)} ` +
      'processors: a run takes as many as that.'
    )
  }
}
