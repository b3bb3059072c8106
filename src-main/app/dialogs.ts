/** The native dialogs: files to open and save, what to do with a run when the window closes, problems at start-up. */
import {
  dialog,
  type BrowserWindow,
  type FileFilter,
  type MessageBoxOptions,
  type OpenDialogOptions,
  type SaveDialogOptions,
} from 'electron'

import type { RunSummary } from '../config/run.schema'
import type { ExportKind, MixtureFormat, PathDialogs, PickKind } from '../services/shell'

const CONFIG: FileFilter[] = [{ name: 'Midbench config', extensions: ['json'] }]
const FILTERS: Record<Exclude<PickKind, 'folder'>, FileFilter> = {
  jsonl: { name: 'Conversations, one array of messages a line', extensions: ['jsonl', 'json'] },
  parquet: { name: 'Parquet', extensions: ['parquet'] },
  conversations: {
    name: 'Conversations: JSON lines, a JSON list, parquet',
    extensions: ['jsonl', 'json', 'gz', 'zst', 'parquet'],
  },
  words: { name: 'Word list, one word a line', extensions: ['txt'] },
}
const EXPORTS: Record<ExportKind, FileFilter> = {
  png: { name: 'Picture', extensions: ['png'] },
  csv: { name: 'Table, comma separated', extensions: ['csv'] },
  json: { name: 'JSON', extensions: ['json'] },
  svg: { name: 'Vector graphic', extensions: ['svg'] },
  html: { name: 'Page', extensions: ['html'] },
}
const MIXTURES: Record<MixtureFormat, FileFilter> = {
  json: { name: 'JSON', extensions: ['json'] },
  python: { name: 'Python', extensions: ['py'] },
}

/** Dialogs over the current window, or standalone where there is none. */
export class Dialogs implements PathDialogs {
  /** @param chosen called with every path that a person chose */
  constructor(
    private readonly window: () => BrowserWindow | null,
    private readonly chosen: (path: string) => void,
  ) {}

  openConfig(): Promise<string | null> {
    return this.open({ title: 'Open project', filters: CONFIG, properties: ['openFile'] })
  }

  async saveConfig(defaultPath: string): Promise<string | null> {
    const path = await this.save({ title: 'Save project', defaultPath, filters: CONFIG })
    return path === null || path.endsWith('.json') ? path : this.told(`${path}.json`)
  }

  saveExport(kind: ExportKind, name: string): Promise<string | null> {
    return this.save({ title: 'Export', defaultPath: name, filters: [EXPORTS[kind]] })
  }

  saveFolder(name: string): Promise<string | null> {
    return this.save({ title: 'Export into a new folder', buttonLabel: 'Export', defaultPath: name })
  }

  saveTalks(name: string): Promise<string | null> {
    return this.save({ title: 'Export conversations', defaultPath: name, filters: [FILTERS.jsonl] })
  }

  openMixture(): Promise<string | null> {
    const filters = [
      { name: 'Mixture: JSON, or a Python script', extensions: ['json', 'py'] },
      MIXTURES.json,
      MIXTURES.python,
    ]
    return this.open({ title: 'Import a mixture', filters, properties: ['openFile'] })
  }

  saveMixture(format: MixtureFormat): Promise<string | null> {
    const filters = [MIXTURES[format]]
    const defaultPath = `mixture.${filters[0]?.extensions[0] ?? ''}`
    return this.save({ title: 'Export the mixture', defaultPath, filters })
  }

  pick(kind: PickKind): Promise<string | null> {
    if (kind === 'folder') return this.open({ title: 'Choose a folder', properties: ['openDirectory'] })
    const any = { name: 'Any file', extensions: ['*'] }
    return this.open({ title: 'Choose a file', filters: [FILTERS[kind], any], properties: ['openFile'] })
  }

  /** Asks what to do with a run when the window is closed. */
  async askAtClosing(run: string): Promise<'save' | 'background' | 'cancel'> {
    const choices = ['save', 'background', 'cancel'] as const
    const { response } = await this.message({
      type: 'question',
      message: `The run ${run} is going on.`,
      detail: 'In the background it goes on without a window; starting Midbench again shows it.',
      buttons: ['Pause and save', 'Go on in the background', 'Cancel'],
      defaultId: 0,
      cancelId: 2,
      noLink: true,
    })
    return choices[response] ?? 'cancel'
  }

  /** Asks whether to end although a run could not be saved. */
  async askToLose({ name, step, checkpoints, error }: RunSummary): Promise<boolean> {
    const from = checkpoints.at(-1) ?? 0
    const { response } = await this.message({
      type: 'warning',
      message: `The run ${name} could not be saved.`,
      detail: `${error?.message ?? ''}\n\nMake room and press Resume, or lose the steps ${String(from + 1)} to ${String(step)}.`,
      buttons: ['Stay open', 'Quit and lose them'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    })
    return response === 1
  }

  /** Shows the problems found at start-up; does not wait. */
  warnOf(problems: readonly string[]): void {
    if (problems.length === 0) return
    const message = 'Some of what was stored could not be used.'
    void this.message({ type: 'warning', message, detail: problems.join('\n\n') })
  }

  private message(options: MessageBoxOptions): ReturnType<typeof dialog.showMessageBox> {
    const window = this.window()
    return window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options)
  }

  private async save(options: SaveDialogOptions): Promise<string | null> {
    const window = this.window()
    const { canceled, filePath } = await (window
      ? dialog.showSaveDialog(window, options)
      : dialog.showSaveDialog(options))
    return this.told(canceled || filePath === '' ? null : filePath)
  }

  private async open(options: OpenDialogOptions): Promise<string | null> {
    const window = this.window()
    const { canceled, filePaths } = await (window
      ? dialog.showOpenDialog(window, options)
      : dialog.showOpenDialog(options))
    return this.told(canceled ? null : (filePaths[0] ?? null))
  }

  private told(path: string | null): string | null {
    if (path !== null) this.chosen(path)
    return path
  }
}
