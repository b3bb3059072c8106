/**
 * What Electron runs where it holds no application: opens the application in the folder named on the command line, as
 * Electron's own default application does.
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import { app } from 'electron'

const folder = process.argv.slice(1).find((argument) => !argument.startsWith('-'))
if (folder === undefined) {
  process.stderr.write('Usage: electron FOLDER\n')
  app.exit(2)
} else {
  await open(resolve(folder))
}

async function open(path) {
  const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
  app.setName(manifest.productName ?? manifest.name)
  app.setVersion(manifest.version)
  app.setAppPath(path)
  await import(pathToFileURL(join(path, manifest.main)).href)
}
