/** Reads the golden files: figures the reference produced (tests/golden/README.md says how). */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { z } from 'zod'

/** The path of a file below tests/golden. */
export function goldenPath(name: string): string {
  return fileURLToPath(new URL(`../golden/${name}`, import.meta.url))
}

/** A golden JSON file, checked against the shape the test expects. */
export function readGolden<T>(name: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(readFileSync(goldenPath(name), 'utf8')))
}
