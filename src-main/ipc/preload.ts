/**
 * The preload: hands the page one MessagePort to the main process, and the paths of files dropped on it. Nothing else of
 * Electron reaches the page.
 *
 * Ports do not cross contextBridge, so it is posted to the page's own window, and to our origin only. It asks for a port
 * once the page's scripts have run, so that someone listens; main answers if the asker is what accept-port.ts expects.
 */
import { ipcRenderer, webUtils } from 'electron'

/** What a preload needs of the DOM, whose types belong to the window's project. */
declare const window: {
  readonly location: { readonly origin: string }
  postMessage(message: unknown, origin: string, transfer?: readonly unknown[]): void
  addEventListener(name: 'DOMContentLoaded', listener: () => void): void
  addEventListener(name: 'drop', listener: (event: DropEvent) => void, options: { capture: boolean }): void
}
interface DropEvent {
  readonly dataTransfer: { readonly files: Iterable<Parameters<typeof webUtils.getPathForFile>[0]> } | null
}

ipcRenderer.on('midbench:port', (event) => {
  window.postMessage('midbench:port', window.location.origin, event.ports)
})

window.addEventListener('DOMContentLoaded', () => {
  ipcRenderer.send('midbench:connect')
})

// The page sees a dropped file but not where it lies.
window.addEventListener(
  'drop',
  (event) => {
    const files = [...(event.dataTransfer?.files ?? [])]
    const paths = files.map((file) => webUtils.getPathForFile(file)).filter((path) => path !== '')
    if (paths.length === 0) return
    // The main process first: the page may ask for them at once.
    void ipcRenderer.invoke('midbench:dropped', paths).then(() => {
      window.postMessage({ type: 'midbench:files', paths }, window.location.origin)
    })
  },
  { capture: true },
)
