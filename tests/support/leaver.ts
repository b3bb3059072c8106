/** A process that leaves a file and a folder half made when it is killed: `leaver.ts FOLDER`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { besideName } from '../../src-main/files/leftovers'

const [folder = ''] = process.argv.slice(2)
writeFileSync(besideName(join(folder, 'file')), 'half')
mkdirSync(besideName(join(folder, 'folder')))
process.stdout.write('made\n')
setInterval(() => undefined, 60_000)
