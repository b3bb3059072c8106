/**
 * Builds the app with electron-vite, unless out/ was built from the same sources: a hash of every source file, of the
 * build's configuration and of the lock file lies in out/. Hashing takes a few milliseconds.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { MidbenchError } from '../src-main/errors'
import { projectDir } from '../src-main/native/paths'
import { runCommand } from '../src-main/native/setup/run-command'

const sourceFolders = ['src-main', 'src-renderer']
const sourceFiles = ['electron.vite.config.ts', 'package-lock.json', 'tsconfig.base.json']

/**
 * Builds if needed. What the build prints is shown only where it fails.
 *
 * @throws MidbenchError `build.failed`
 */
export async function buildIfStale(): Promise<void> {
  const project = projectDir()
  const stamp = join(project, 'out', 'source.sha256')
  const hash = hashSources(project)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  process.stderr.write('Building the app\n')
  const cli = join(project, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const finished = await runCommand(process.execPath, [cli, 'build'], {
    cwd: project,
    env: { NO_COLOR: '1' },
  })
  if (finished.code !== 0) {
    throw new MidbenchError({
      code: 'build.failed',
      message: `The app could not be built:\n${withoutStack(finished.stdout + finished.stderr)}`,
      remedy: 'Run `npm run build` to see all that the build says.',
    })
  }
  writeFileSync(stamp, hash)
}

function hashSources(project: string): string {
  const inFolders = sourceFolders.flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  )
  const files = [...inFolders, ...sourceFiles.map((file) => join(project, file))].sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file.slice(project.length)}\0`).update(readFileSync(file))
  return hash.digest('hex')
}

/** What went wrong and where in our sources; the build tool's own call stack is left out. */
function withoutStack(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line))
  return lines.slice(-15).join('\n')
}
