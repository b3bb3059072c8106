/**
 * Whether the run store's file is damaged. A process of its own checks before the file is opened here, since some
 * damage makes the database library end its process. The check costs some 150 ms, mostly to start that process, and
 * about 1 ms a megabyte of the store.
 */
import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { createRequire } from 'node:module'

/** A store of a gigabyte takes seconds; where the disk does not answer, nobody should wait for ever. */
const JUDGED_WITHIN_MS = 60_000

const BEGUN = 'begun '

/** Prints null for a sound file, what is wrong with a damaged one, and nothing where it cannot say. */
const CHECK = `
  const [library, file] = process.argv.slice(1)
  const Database = require(library)
  process.stdout.write('${BEGUN}')
  try {
    const db = new Database(file, { readonly: true })
    const said = String(db.prepare('PRAGMA integrity_check(1)').raw().all([])[0])
    if (said === 'ok') db.prepare('SELECT * FROM runs').all([]) // a text that is no UTF-8 ends the process here
    process.stdout.write(JSON.stringify(said === 'ok' ? null : said))
  } catch (error) {
    const damaged = ['SQLITE_CORRUPT', 'SQLITE_NOTADB'].some((code) => String(error.code).startsWith(code))
    process.stdout.write(JSON.stringify(damaged ? error.message : null))
  }`

/** What is wrong with the file, in words; null where nothing is, or where there is none. */
export async function storeDamage(file: string): Promise<string | null> {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) return null
  const said = await judged(file)
  // A check that could not begin says nothing of the file.
  if (!said.startsWith(BEGUN)) return null
  const verdict = said.slice(BEGUN.length)
  if (verdict === '') return 'reading it ends the process'
  const fault: unknown = JSON.parse(verdict)
  return typeof fault === 'string'
    ? fault.replace(/\s+/g, ' ').replace('*** in database main *** ', '')
    : null
}

/** What the process printed, however it ended. */
function judged(file: string): Promise<string> {
  const library = createRequire(import.meta.url).resolve('libsql')
  const options = { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, timeout: JUDGED_WITHIN_MS }
  return new Promise((resolve) => {
    execFile(process.execPath, ['-e', CHECK, library, file], options, (error, stdout) => {
      resolve(error?.killed === true ? '' : stdout) // nor does one that did not end in time
    })
  })
}
