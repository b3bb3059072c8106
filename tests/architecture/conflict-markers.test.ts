/** No text file may hold what git leaves in it where two changes collide: in a comment no compiler would tell. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { PROJECT } from '../support/import-graph'

const FOLDERS = ['docs', 'resources', 'scripts', 'src-main', 'src-renderer', 'tests']
/** Folders that are not in the repository. */
const IGNORED = /^tests[\\/](screenshots|\.cache)[\\/]/
const TEXT = /\.(ts|vue|mjs|json|jsonc|md|css|html|py|cc|h|sh|txt)$/
const MARKER = /^\W*(<{7}|\|{7}|={7}|>{7})( .*)?\r?$/m

function textFiles(): string[] {
  const within = FOLDERS.flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, name),
    ),
  )
  return [...readdirSync(PROJECT), ...within].filter((path) => TEXT.test(path) && !IGNORED.test(path))
}

it('finds no conflict markers', () => {
  const files = textFiles()
  expect(files).toContain(join('src-main', 'config', 'recipes.schema.ts'))
  expect(files.filter((path) => MARKER.test(readFileSync(join(PROJECT, path), 'utf8')))).toEqual([])
})

it.each(['<<<<<<' + '< HEAD', ' * ======' + '=', '>>>>>>' + '> 2b06c09 (wip)', '||||||' + '| base'])(
  'knows %s as one',
  (line) => {
    expect(MARKER.test(`before\n${line}\nafter`)).toBe(true)
    expect(MARKER.test(`before ${line} after`)).toBe(false)
  },
)
