/**
 * The only window: sandboxed, shown when it has something to show, and placed where it was.
 *
 * Closing it destroys it and leaves the app to lifecycle.ts; runs do not depend on it. It can be made again at any
 * time.
 */
import { BrowserWindow, nativeTheme, screen, type WebContents, type WebPreferences } from 'electron'
import { existsSync } from 'node:fs'

import type { JsonFile } from '../files/kept-json'
import { PAGE_URL } from './page'
import { keepOnPage } from './security'
import { LEAST_SIZE, placeWindow, windowStateFile, type Area, type WindowState } from './window-state'

/** The page's frame colour (styles/tokens.css), so that no white flashes before it. */
const BACKGROUND = { light: '#f4f4f2', dark: '#0c0d0f' }

/** A page that crashes twice within this time is not reloaded. */
const CRASH_INTERVAL_MS = 10_000

export interface MainWindowOptions {
  preload: string
  icon: string
  /** The file that keeps its position. */
  state: string
}

export class MainWindow {
  private window: BrowserWindow | null = null
  private readonly stateFile: JsonFile<WindowState>
  private crashedAt = -Infinity
  private mayClose = (): boolean => true

  /** @param textSize percent by which everything in it is larger or smaller */
  constructor(
    private readonly options: MainWindowOptions,
    private readonly textSize: () => number,
  ) {
    this.stateFile = windowStateFile(options.state)
    nativeTheme.on('updated', () => {
      this.window?.setBackgroundColor(background())
    })
  }

  get contents(): WebContents | null {
    return this.window?.webContents ?? null
  }

  /** The window, for dialogs that belong to it; null while there is none. */
  get current(): BrowserWindow | null {
    return this.window
  }

  /** Sets a check before it closes: false keeps it open. */
  askBeforeClosing(mayClose: () => boolean): void {
    this.mayClose = mayClose
  }

  /** Takes the size of text as it is set now. */
  applyTextSize(): void {
    this.contents?.setZoomFactor(this.textSize() / 100)
  }

  /** Opens it, or brings it to the front. */
  show(): void {
    if (!this.window) {
      this.window = this.create()
      return
    }
    if (this.window.isMinimized()) this.window.restore()
    this.window.show()
    this.window.focus()
  }

  /** Closes it without asking; resolves once its position is on disk. */
  async destroy(): Promise<void> {
    const remembered = this.remember()
    this.window?.destroy()
    await remembered
  }

  private create(): BrowserWindow {
    const stored = this.stateFile.read().value
    const window = new BrowserWindow({
      ...placeWindow(stored, displayAreas()),
      minWidth: LEAST_SIZE.width,
      minHeight: LEAST_SIZE.height,
      title: 'Midbench',
      show: false,
      backgroundColor: background(),
      ...(existsSync(this.options.icon) ? { icon: this.options.icon } : {}),
      webPreferences: { ...pagePreferences(this.options.preload), zoomFactor: this.textSize() / 100 },
    })
    window.once('ready-to-show', () => {
      if (stored?.maximized) window.maximize()
      window.show()
    })
    window.on('close', (event) => {
      if (this.mayClose()) void this.remember()
      else event.preventDefault()
    })
    window.webContents.on('dom-ready', () => {
      this.applyTextSize()
    })
    window.webContents.on('render-process-gone', (_, { reason }) => {
      if (reason !== 'clean-exit') this.reloadCrashed(window)
    })
    window.on('closed', () => {
      this.window = null
    })
    keepOnPage(window.webContents)
    void window.loadURL(PAGE_URL)
    return window
  }

  /** Reloads a page that crashed, unless it crashes again soon; a run goes on meanwhile. */
  private reloadCrashed(window: BrowserWindow): void {
    const now = performance.now()
    if (now - this.crashedAt > CRASH_INTERVAL_MS) window.reload()
    this.crashedAt = now
  }

  /** Stores where the window is; when maximised, where it would be otherwise. */
  private async remember(): Promise<void> {
    if (!this.window) return
    const state = { ...this.window.getNormalBounds(), maximized: this.window.isMaximized() }
    await this.stateFile.write(state).catch(() => undefined) // not worth keeping a window open for
  }
}

/** How the page is confined. */
export function pagePreferences(preload: string): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webviewTag: false,
    spellcheck: false,
    // The page has no file pickers of its own: files come through our dialogs.
    disableBlinkFeatures: 'FileSystemAccess,FileSystemAccessLocal',
  }
}

function background(): string {
  return nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light
}

function displayAreas(): Area[] {
  const primary = screen.getPrimaryDisplay()
  const others = screen.getAllDisplays().filter((display) => display.id !== primary.id)
  return [primary, ...others].map((display) => display.workArea)
}
