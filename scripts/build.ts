/**
 * Builds the app with electron-vite, unless out/ was built from the same sources: out/ contains a hash of every source
 * file, of the build's configuration and of the lock file. Hashing takes a few milliseconds.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { MidbenchError } from '../src-main/errors'
import { projectDir } from '../src-main/native/paths'
import { alone } from '../src-main/native/setup/folder'
import { terminalReport } from '../src-main/native/setup/report'
import { runCommand } from '../src-main/native/setup/run-command'

const sourceFolders = ['src-main', 'src-renderer']
const sourceFiles = ['electron.vite.config.ts', 'package-lock.json', 'tsconfig.base.json']

/**
 * Builds if needed, one build at a time. The build's output is shown only on failure.
 *
 * @throws MidbenchError `build.failed`
 */
export async function buildIfStale(): Promise<void> {
  const output = join(projectDir(), 'out')
  const stamp = join(output, 'source.sha256')
  const isFresh = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === hashSources(projectDir())
  if (isFresh()) return
  await alone(output, terminalReport(process.stderr), async () => {
    if (isFresh()) return // another process has built it in the meantime
    const hash = hashSources(projectDir())
    rmSync(stamp, { force: true }) // an interrupted build must not be taken for the one before
    await build()
    writeFileSync(stamp, hash)
  })
}

async function build(): Promise<void> {
  process.stderr.write('Building the app\n')
  const cli = join(projectDir(), 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const finished = await runCommand(process.execPath, [cli, 'build'], {
    cwd: projectDir(),
    env: { NO_COLOR: '1' },
  })
  if (finished.code === 0) return
  throw new MidbenchError({
    code: 'build.failed',
    message: `The app could not be built:\n${withoutStack(finished.stdout + finished.stderr)}`,
    remedy: 'Run `npm run build` to see all that the build says.',
  })
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

/** The error and its place in our sources, without the build tool's own call stack. */
function withoutStack(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line))
  return lines.slice(-15).join('\n')
}
