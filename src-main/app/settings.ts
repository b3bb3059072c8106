/** The person's settings: theme, nanochat's folder, threads. In settings.json of the data folder. */
import { calls, type Settings } from '../ipc/contract'
import { JsonFile } from './json-file'

const defaults: Settings = { theme: 'system', base_dir: null, threads: null }

export class SettingsStore {
  private readonly file: JsonFile<Settings>
  private value: Settings
  /** What was wrong with the stored settings, to be shown; null when nothing was. */
  readonly problem: string | null

  private readonly listeners: ((settings: Settings) => void)[] = []

  constructor(path: string) {
    this.file = new JsonFile(path, calls['settings.get'].output)
    const { value, problem } = this.file.read()
    this.value = value ?? defaults
    this.problem = problem
  }

  get current(): Settings {
    return this.value
  }

  onChange(listener: (settings: Settings) => void): void {
    this.listeners.push(listener)
  }

  /** Resolves once the change is on disk. */
  async update(patch: { [K in keyof Settings]?: Settings[K] | undefined }): Promise<Settings> {
    const { theme = this.value.theme } = patch
    const base_dir = patch.base_dir === undefined ? this.value.base_dir : patch.base_dir
    const threads = patch.threads === undefined ? this.value.threads : patch.threads
    this.value = { theme, base_dir, threads }
    for (const listener of this.listeners) listener(this.value)
    await this.file.write(this.value)
    return this.value
  }
}
