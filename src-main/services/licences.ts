/** Names, versions and licences of the app's packages, read from their package.json files when first asked for. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const ownManifest = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
})
const packageManifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().catch('not stated'),
})

/** Packages that the window is built from. They are development dependencies because they are bundled. */
const BUNDLED = [
  'vue',
  'chart.js',
  'chartjs-plugin-zoom',
  'reka-ui',
  '@tanstack/vue-virtual',
  '@vueuse/core',
  '@fontsource-variable/inter',
  '@fontsource-variable/jetbrains-mono',
  'electron',
]

export interface Licence {
  name: string
  version: string
  licence: string
}

/** Every package whose code runs in the app, by name. */
export async function readLicences(packageJson: string, packages: string): Promise<Licence[]> {
  const own = ownManifest.parse(JSON.parse(await readFile(packageJson, 'utf8')))
  const names = [...Object.keys(own.dependencies), ...BUNDLED.filter((name) => name in own.devDependencies)]
  const found = await Promise.all(names.map((name) => readLicence(join(packages, name, 'package.json'))))
  return found.filter((each) => each !== null).sort((a, b) => a.name.localeCompare(b.name))
}

async function readLicence(path: string): Promise<Licence | null> {
  try {
    const { name, version, license } = packageManifest.parse(JSON.parse(await readFile(path, 'utf8')))
    return { name, version, licence: license }
  } catch {
    return null // a package that is not installed contributes nothing
  }
}
