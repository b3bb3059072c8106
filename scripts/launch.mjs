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

/**
 * The rule of `engines` in package.json, of which npm only warns: what the build tools need, which Node 21 lacks.
 *
 * @returns {string | undefined} what is wrong with a version of Node, if anything is
 */
export function nodeFault(version) {
  const [major, minor] = version.split('.').map(Number)
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major > 22) return undefined
  return (
    `Midbench runs on Node 20.19 and newer of that line, and on 22.13 and newer; this is Node ${version}. ` +
    'Install Node 24, 22 or 20, which it is tested on, then run this again.'
  )
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
