/**
 * Receives from the preload which files a person dropped on the window, before the page can name them. The page cannot
 * send this itself: it cannot reach the preload's channel, and a file that a script made has no path.
 */
import { ipcMain, type WebContents } from 'electron'
import { z } from 'zod'

const paths = z.array(z.string())

/** @param grant called with each path */
export function acceptDroppedFiles(contents: () => WebContents | null, grant: (path: string) => void): void {
  ipcMain.handle('midbench:dropped', (event, message: unknown) => {
    const isOurs = event.sender.id === contents()?.id && event.senderFrame?.parent === null
    if (isOurs) paths.parse(message).forEach(grant)
  })
}
