/**
 * Runs one of this folder's TypeScript commands: `node scripts/launch.mjs setup|start|midbench|test [arguments]`.
 *
 * It is plain JavaScript that old versions of Node can read, because the first thing it does is to say which version
 * is needed.
 */
import { existsSync } from 'fs'
import { dirname, join } from 'path'
import { fileURLToPath } from 'url'

const project = dirname(dirname(fileURLToPath(import.meta.url)))

/** @returns {string | undefined} what is wrong with a version of Node, if anything is */
export function nodeFault(version) {
  const [major, minor] = version.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return undefined
  return `Midbench needs Node 20.19 or newer, and this is Node ${version}. Install a newer one, then run this again.`
}

/** @returns {string | undefined} what is wrong with the packages of a project, if anything is */
export function packagesFault(directory) {
  if (existsSync(join(directory, 'node_modules', 'tsx', 'package.json'))) return undefined
  return 'The npm packages are not installed. Run `npm ci` in this folder, then run this again.'
}

async function launch(command) {
  const fault = nodeFault(process.versions.node) || packagesFault(project)
  if (fault) {
    console.error(fault)
    process.exitCode = 1
    return
  }
  const { register } = await import('tsx/esm/api')
  register()
  await import(`./${command}.ts`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await launch(process.argv[2])
