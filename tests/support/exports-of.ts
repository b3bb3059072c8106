/** What the files of a folder export, for tests that a table lists all of a kind. */
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

const PROJECT = resolve(import.meta.dirname, '..', '..')

/** @param folder of the checkout: `src-main/data/tasks` */
export async function exportsOf(folder: string): Promise<unknown[]> {
  const dir = join(PROJECT, folder)
  const exported: unknown[] = []
  for (const name of readdirSync(dir).filter((each) => each.endsWith('.ts'))) {
    const file: object = await import(join(dir, name))
    const values: unknown[] = Object.values(file)
    exported.push(...values)
  }
  return exported
}
