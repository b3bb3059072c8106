/** The project's imports, read with TypeScript's own scanner: who imports what, by file. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'

/** The checkout. */
export const PROJECT = resolve(import.meta.dirname, '..', '..')

export interface SourceFile {
  /** From the checkout, with slashes: `src-main/packing/loader.ts`. */
  path: string
  text: string
  /** Files of the project that it imports, by path. */
  imports: string[]
  /** Packages and Node modules that it imports, as written. */
  packages: string[]
  /** Relative imports that lead to no file. */
  missing: string[]
}

/** Every source file below a folder of the checkout. */
export function readSources(folder: string): SourceFile[] {
  return readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|vue)$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => readSource(join(folder, name)))
    .sort((a, b) => a.path.localeCompare(b.path))
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(PROJECT, path), 'utf8')
  const script = path.endsWith('.vue') ? scriptsOf(text) : text
  const specifiers = ts.preProcessFile(script, true, true).importedFiles.map((each) => each.fileName)
  const file: SourceFile = { path: path.replaceAll('\\', '/'), text, imports: [], packages: [], missing: [] }
  for (const specifier of new Set(specifiers)) {
    if (!specifier.startsWith('.')) file.packages.push(specifier)
    else {
      const target = resolveImport(path, specifier)
      if (target === null) file.missing.push(specifier)
      else file.imports.push(target)
    }
  }
  return file
}

function scriptsOf(component: string): string {
  return [...component.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)]
    .map((match) => match[1] ?? '')
    .join('\n')
}

/** The file that an import means; null where there is none. */
function resolveImport(from: string, specifier: string): string | null {
  const base = join(dirname(from), specifier.replace(/\?.*$/, ''))
  const candidates = [base, `${base}.ts`, base.replace(/\.js$/, '.ts')]
  const found = candidates.find(
    (each) => existsSync(join(PROJECT, each)) && statSync(join(PROJECT, each)).isFile(),
  )
  return found === undefined ? null : relative('.', found).replaceAll('\\', '/')
}

/** The first cycle of imports that is found, as a path that ends where it began; null where there is none. */
export function findCycle(files: readonly SourceFile[]): string[] | null {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const done = new Set<string>()
  const visit = (path: string, above: string[]): string[] | null => {
    if (above.includes(path)) return [...above.slice(above.indexOf(path)), path]
    if (done.has(path)) return null
    for (const next of byPath.get(path)?.imports ?? []) {
      const cycle = visit(next, [...above, path])
      if (cycle) return cycle
    }
    done.add(path)
    return null
  }
  for (const { path } of files) {
    const cycle = visit(path, [])
    if (cycle) return cycle
  }
  return null
}
