/** `doctor`: what is installed, which devices there are, and which backend a run would use. */
import { doctor } from '../native/doctor'
import type { Command } from './command'

const MARKS = { ok: 'ok', warn: 'warn', fail: 'FAIL' } as const

export const command: Command = {
  name: 'doctor',
  summary: 'what is installed, which devices there are, and which backend a run would use',
  usage: 'doctor [--json]',
  options: { json: { type: 'boolean' } },

  async run(values, io) {
    const report = await doctor()
    if (values['json'] === true) io.stdout(JSON.stringify(report))
    else {
      const width = Math.max(...report.checks.map((check) => check.label.length))
      for (const { label, status, detail, remedy } of report.checks) {
        io.stdout(`${MARKS[status].padEnd(4)}  ${label.padEnd(width)}  ${detail}`)
        if (remedy !== undefined && status !== 'ok') io.stdout(`      ${' '.repeat(width)}  ${remedy}`)
      }
      io.stdout(`A run would use: ${report.device ?? 'nothing; see above'}`)
    }
    return report.device === null ? 1 : 0
  },
}
