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
 * Folders of src-main that each folder may import, besides itself. Anyone may import the files directly in src-main,
 * `*.schema.ts` (pure zod) and `types.ts` (shapes without code): they are the words the parts have in common.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  files: [],
  threads: [],
  pickle: ['files'],
  tokenizer: ['files', 'threads', 'pickle'],
  data: ['files', 'threads', 'tokenizer'],
  packing: ['data', 'threads', 'tokenizer'],
  model: [],
  optimizers: [],
  checkpoint: ['files', 'pickle', 'model', 'optimizers'],
  native: ['files'],
  engine: ['files', 'packing', 'model', 'optimizers', 'checkpoint', 'native'],
  runs: ['files', 'engine', 'packing', 'data', 'model', 'checkpoint'],
  cli: ['files', 'runs', 'engine', 'packing', 'data', 'tokenizer', 'checkpoint', 'native'],
  app: ['files', 'ipc', 'runs', 'packing', 'data', 'native'],
  ipc: ['app', 'runs', 'packing', 'data'],
}

/** About 300 lines is the rule; what one reader can hold is the reason. */
const MOST_LINES = 360

/** `packing` of `src-main/packing/loader.ts`; '' of a file directly in src-main. */
function folderOf(path: string): string {
  return path.split('/').slice(1, -1)[0] ?? ''
}

function isVocabulary(path: string): boolean {
  return path.endsWith('.schema.ts') || path.endsWith('/types.ts') || folderOf(path) === ''
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
    const unknown = new Set(
      main.map((file) => folderOf(file.path)).filter((name) => name && !MAY_IMPORT[name]),
    )
    expect([...unknown]).toEqual([])
    const refused = offences(main, ({ path }, imported) => {
      const [from, to] = [folderOf(path), folderOf(imported)]
      if (from === '' || !imported.startsWith('src-main/') || from === to || isVocabulary(imported))
        return false
      return !MAY_IMPORT[from]?.includes(to)
    })
    expect(refused).toEqual([])
  })

  it('of what finds and reads the files of data know no task', () => {
    const ground = main.filter(({ path }) => /^src-main\/data\/(files|hub|random)\//.test(path))
    expect(ground.length).toBeGreaterThan(10)
    expect(offences(ground, (_, imported) => imported.startsWith('src-main/data/tasks/'))).toEqual([])
  })

  it('of the window reach no further than the contract', () => {
    const refused = offences(renderer, (_, imported) => {
      return imported.startsWith('src-main/') && imported !== 'src-main/contract/contract.ts'
    })
    expect(refused).toEqual([])
  })

  it('of the contract, and of every schema, are pure zod', () => {
    const pure = all.filter(
      ({ path }) => path.endsWith('.schema.ts') || path === 'src-main/contract/contract.ts',
    )
    expect(offences(pure, (_, imported) => imported !== 'zod' && !imported.endsWith('.schema.ts'))).toEqual(
      [],
    )
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
