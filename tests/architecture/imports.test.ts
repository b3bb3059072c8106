/**
 * Who may import whom (docs/ARCHITECTURE.md, "Folders and imports"). A failure names the file and what it must not
 * import; move the code to where both sides may see it, or hand it in from above, before thinking of changing a rule.
 */
import { describe, expect, it } from 'vitest'

import { findCycle, readSources, type SourceFile } from '../support/import-graph'

const main = readSources('src-main')
const renderer = readSources('src-renderer')
const all = [...main, ...renderer]

/**
 * Folders of src-main that each folder may import, besides itself; the lowest stand first, so that no arrow runs up.
 * Schemas and types count like everything else. Anyone may import the files directly in src-main, which import only one
 * another; the two programs among them, `index.ts` and `headless.ts`, import what they put together.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  files: [],
  threads: [],
  pickle: ['files'],
  tokenizer: ['files', 'threads', 'pickle'],
  data: ['files', 'threads', 'tokenizer'],
  evaluation: ['files', 'tokenizer', 'data'],
  packing: ['files', 'threads', 'tokenizer', 'data'],
  model: [],
  optimizers: [],
  checkpoint: ['files', 'pickle', 'model', 'optimizers'],
  native: ['files', 'threads'],
  config: ['files', 'data', 'evaluation', 'packing'],
  engine: [
    'files',
    'threads',
    'evaluation',
    'tokenizer',
    'config',
    'packing',
    'model',
    'optimizers',
    'checkpoint',
    'native',
  ],
  runs: [
    'files',
    'threads',
    'tokenizer',
    'evaluation',
    'config',
    'data',
    'packing',
    'model',
    'optimizers',
    'checkpoint',
    'engine',
  ],
  contract: ['evaluation', 'config', 'data', 'packing', 'runs'],
  services: ['files', 'threads', 'evaluation', 'config', 'data', 'packing', 'native', 'runs', 'contract'],
  ipc: ['files', 'threads', 'config', 'data', 'packing', 'runs', 'contract', 'services'],
  machines: ['files', 'native', 'runs', 'contract', 'services', 'ipc'],
  app: ['files', 'config', 'data', 'native', 'runs', 'contract', 'services'],
  cli: [
    'files',
    'threads',
    'evaluation',
    'config',
    'tokenizer',
    'data',
    'packing',
    'model',
    'native',
    'engine',
    'runs',
    'machines',
  ],
}

/** Programs: they put the folders together, and nothing imports them. */
const PROGRAMS = ['src-main/index.ts', 'src-main/headless.ts']

/** About 300 lines is the rule; what one reader can hold is the reason. */
const MOST_LINES = 360

/** `packing` of `src-main/packing/loader.ts`; '' of a file directly in src-main. */
function folderOf(path: string): string {
  return path.split('/').slice(1, -1)[0] ?? ''
}

/** `file imports other`, for every import that a rule refuses. */
function offences(
  files: readonly SourceFile[],
  refuses: (file: SourceFile, imported: string) => boolean,
): string[] {
  return files.flatMap((file) =>
    [...file.imports, ...file.packages]
      .filter((imported) => refuses(file, imported))
      .map((imported) => `${file.path} imports ${imported}`),
  )
}

/** Files, and all that they import, and so on. */
function reachedFrom(files: readonly SourceFile[]): SourceFile[] {
  const reached = new Set(files)
  for (const { imports } of reached)
    for (const file of main) if (imports.includes(file.path)) reached.add(file)
  return [...reached]
}

function isPackage(imported: string, name: string): boolean {
  return imported === name || imported.startsWith(`${name}/`)
}

describe('imports', () => {
  it('are found: the rules below look at something', () => {
    expect(all.length).toBeGreaterThan(100)
    const index = main.find((file) => file.path === 'src-main/index.ts')
    expect(index?.packages).toContain('electron')
    expect(index?.imports).toContain('src-main/app/window.ts')
    const app = renderer.find((file) => file.path === 'src-renderer/App.vue')
    expect(app?.imports.length).toBeGreaterThan(0)
  })

  it('lead to a file', () => {
    expect(all.flatMap((file) => file.missing.map((missing) => `${file.path} imports ${missing}`))).toEqual(
      [],
    )
  })

  it('go round in no cycle', () => {
    expect(findCycle(all)).toBeNull()
  })

  it('that go round would be found', () => {
    const file = (path: string, imports: string[]): SourceFile => ({
      path,
      imports,
      packages: [],
      missing: [],
      text: '',
    })
    expect(findCycle([file('a', ['b', 'c']), file('b', []), file('c', ['d']), file('d', ['c'])])).toEqual([
      'c',
      'd',
      'c',
    ])
    expect(findCycle([file('a', ['b', 'c']), file('b', ['d']), file('c', ['d']), file('d', [])])).toBeNull()
  })

  it('of a folder stay within what it may import', () => {
    const folders = new Set(main.map((file) => folderOf(file.path)).filter((name) => name !== ''))
    expect([...folders].sort()).toEqual(Object.keys(MAY_IMPORT).sort())
    const refused = offences(main, ({ path }, imported) => {
      const [from, to] = [folderOf(path), folderOf(imported)]
      if (!imported.startsWith('src-main/') || from === to || PROGRAMS.includes(path)) return false
      return to === '' ? PROGRAMS.includes(imported) : from === '' || !MAY_IMPORT[from]?.includes(to)
    })
    expect(refused).toEqual([])
  })

  it('of what finds and reads the files of data know no task', () => {
    const ground = main.filter(({ path }) => /^src-main\/data\/(files|hub|random)\//.test(path))
    expect(ground.length).toBeGreaterThan(10)
    expect(offences(ground, (_, imported) => imported.startsWith('src-main/data/tasks/'))).toEqual([])
  })

  it('of no folder run up', () => {
    const order = Object.keys(MAY_IMPORT)
    const up = Object.entries(MAY_IMPORT).flatMap(([from, folders]) =>
      folders.filter((to) => order.indexOf(to) >= order.indexOf(from)).map((to) => `${from} -> ${to}`),
    )
    expect(up).toEqual([])
  })

  it('of the window reach no further than the contract', () => {
    const refused = offences(renderer, (_, imported) => {
      return imported.startsWith('src-main/') && !imported.startsWith('src-main/contract/')
    })
    expect(refused).toEqual([])
  })

  it('of every schema, and of all that the window loads through the contract, are zod and nothing of Node', () => {
    const shared = ({ path }: SourceFile): boolean =>
      path.endsWith('.schema.ts') || folderOf(path) === 'contract'
    const reached = reachedFrom(main.filter(shared))
    expect(reached.length).toBeGreaterThan(10)
    expect(
      offences(reached, (_, imported) => !imported.startsWith('src-main/') && imported !== 'zod'),
    ).toEqual([])
  })

  it("of a config are no more of the data and its packing than their schemas' words", () => {
    const config = main.filter(({ path }) => folderOf(path) === 'config')
    const refused = offences(
      config,
      (_, imported) => ['data', 'packing'].includes(folderOf(imported)) && !imported.endsWith('.schema.ts'),
    )
    expect(refused).toEqual([])
  })
})

describe('packages', () => {
  const onlyIn = (name: string, allowed: RegExp): string[] =>
    offences(all, ({ path }, imported) => isPackage(imported, name) && !allowed.test(path))

  it('electron is known only to the shell', () => {
    expect(onlyIn('electron', /^src-main\/(app\/|index\.ts$|ipc\/(accept-port|preload)\.ts$)/)).toEqual([])
  })

  it('tfjs-node is known only to native', () => {
    expect(onlyIn('@tensorflow/tfjs-node-gpu', /^src-main\/native\//)).toEqual([])
  })

  it('tensors are known to native, model, optimizers and engine only', () => {
    expect(onlyIn('@tensorflow/tfjs-core', /^src-main\/(native|model|optimizers|engine)\//)).toEqual([])
  })

  it('birpc is known only to the two ends of the port', () => {
    expect(onlyIn('birpc', /^(src-main\/ipc\/serve|src-renderer\/api\/client)\.ts$/)).toEqual([])
  })

  it('the run store alone knows its database', () => {
    expect(onlyIn('libsql', /^src-main\/runs\/store/)).toEqual([])
  })

  it('the preload knows electron and nothing else', () => {
    const preload = main.filter((file) => file.path === 'src-main/ipc/preload.ts')
    expect(preload.flatMap((file) => [...file.imports, ...file.packages])).toEqual(['electron'])
  })

  it('the window has nothing of Node', () => {
    expect(offences(renderer, (_, imported) => imported.startsWith('node:'))).toEqual([])
  })
})

describe('files', () => {
  it('none is a barrel', () => {
    const barrels = all.filter(
      ({ path, text }) =>
        /(^|\/)index\.ts$/.test(path.replace(/^src-main\//, '')) || /^export \* from/m.test(text),
    )
    expect(barrels.map((file) => file.path).filter((path) => path !== 'src-main/index.ts')).toEqual([])
  })

  it('have kebab-case names, components PascalCase ones', () => {
    const odd = all.filter(({ path }) => {
      const name = path.split('/').at(-1) ?? ''
      return !(
        name.endsWith('.vue') ? /^[A-Z][A-Za-z]+\.vue$/ : /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?\.ts$/
      ).test(name)
    })
    expect(odd.map((file) => file.path)).toEqual([])
  })

  it('open with a comment that says what they do', () => {
    const bare = all.filter(({ path, text }) => {
      return !/^(<script[^>]*>\s*|<template>\s*)?(\/\*\*|\/\/|<!--)/.test(text) && !path.endsWith('.vue')
    })
    expect(bare.map((file) => file.path)).toEqual([])
  })

  it('can be read in one sitting', () => {
    const long = all.filter(
      ({ path, text }) => !path.endsWith('.data.ts') && text.split('\n').length > MOST_LINES,
    )
    expect(long.map((file) => file.path)).toEqual([])
  })
})
