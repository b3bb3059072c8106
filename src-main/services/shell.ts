/**
 * What the window's calls need from the shell that the app runs in: dialogs, and information about the app. app/
 * provides it with Electron, tests without.
 */
import type { CallInput, CallOutput, FolderView, MachineStatus } from '../contract/contract'
import type { HubOrigins } from '../data/hub/hub-env'
import type { HubToken } from './hub-token'
import type { JobContext } from './jobs'

export type MixtureFormat = CallInput<'mixture.export'>['format']
export type PickKind = CallInput<'project.pickFile'>['kind']
export type ExportKind = CallInput<'exports.save'>['kind']

/** Dialogs that ask a person for a path; each gives null when it is cancelled. */
export interface PathDialogs {
  /** A config to open. */
  openConfig(): Promise<string | null>
  /** A place to save a config. */
  saveConfig(defaultPath: string): Promise<string | null>
  /** A file or folder for an option of the config. */
  pick(kind: PickKind): Promise<string | null>
  /** A place for a picture, a page or a table. @param name suggested file name, without a folder */
  saveExport(kind: ExportKind, name: string): Promise<string | null>
  /** A place for a new folder. @param name suggested name, without the folder that it lies in */
  saveFolder(name: string): Promise<string | null>
  /** A place for conversations, as JSON lines. @param name suggested file name, without a folder */
  saveTalks(name: string): Promise<string | null>
  /** A mixture to import. */
  openMixture(): Promise<string | null>
  /** A place for a mixture. */
  saveMixture(format: MixtureFormat): Promise<string | null>
}

/** Which machine the window shows. */
export interface MachineChoice {
  status(): MachineStatus
  known(): CallOutput<'machine.known'>
  /** @throws MidbenchError where the machine cannot be opened; what is shown then stays */
  open(asked: CallInput<'machine.open'>): Promise<void>
  leave(): void
  retry(): void
}

/** Paths that the page asks a person for, on a machine that has no dialogs of its own. */
export interface PathAnswers {
  list(folder: string | null): Promise<FolderView>
  choose(id: string, path: string | null): void
}

/** What is changed outside of the settings. */
export interface Upkeep {
  /** The hub token that a person enters. */
  token: Pick<HubToken, 'state' | 'keep' | 'forget'>
  /** Installs what is missing of TensorFlow and its binding, and replaces what is damaged. */
  repair: (context: JobContext) => Promise<void>
}

/** Information about the app and the machine: the answers to the `app.*` calls. */
export interface About {
  info: () => Promise<CallOutput<'app.info'>>
  doctor: () => Promise<CallOutput<'app.doctor'>>
  /** Named folders of the app and the person. */
  folders: () => { label: string; path: string }[]
  /** Where the hub is, and its data on this machine; without the token. */
  hub: () => Promise<HubOrigins>
  /** Folders whose contents may be shown in the file manager. */
  revealable: () => string[]
  /** Opens a folder or a text file with the desktop's own program. @returns what went wrong; empty where nothing did */
  open: (path: string) => Promise<string>
  /** Shows a path in the desktop's file manager. */
  reveal: (path: string) => void
}
