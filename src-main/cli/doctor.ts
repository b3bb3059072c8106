/** `doctor`: what is installed, which devices there are, which backend a run would use, and the tokenizer in use. */
import { countingText, type ByteCounting } from '../byte-counting'
import { baseDirOf } from '../config/config'
import { exists } from '../files/durable'
import { toFailure } from '../errors'
import { doctor } from '../native/doctor'
import { tokenizerDirOf } from '../tokenizer-folder'
import { loadTokenizer } from '../tokenizer/tokenizer'
import type { Command, CommandIo } from './command'

const MARKS = { ok: 'ok', warn: 'warn', fail: 'FAIL' } as const

export const command: Command = {
  name: 'doctor',
  summary: 'what is installed, which devices there are, and which backend a run would use',
  usage: 'doctor [--json]',
  options: { json: { type: 'boolean' } },

  async run(values, io) {
    const report = await doctor()
    const tokenizer = await tokenizerInUse()
    if (values['json'] === true) io.stdout(JSON.stringify({ ...report, tokenizer }))
    else {
      printChecks(report.checks, io)
      if (tokenizer !== null) io.stdout(tokenizerText(tokenizer))
      io.stdout(`A run would use: ${report.device ?? 'nothing; see above'}`)
    }
    return report.device === null ? 1 : 0
  },
}

function printChecks(checks: Awaited<ReturnType<typeof doctor>>['checks'], io: CommandIo): void {
  const width = Math.max(...checks.map((check) => check.label.length))
  for (const { label, status, detail, remedy } of checks) {
    io.stdout(`${MARKS[status].padEnd(4)}  ${label.padEnd(width)}  ${detail}`)
    if (remedy !== undefined && status !== 'ok') io.stdout(`      ${' '.repeat(width)}  ${remedy}`)
  }
}

interface TokenizerInUse {
  dir: string
  /** How its token_bytes.pt counts; null where the tokenizer cannot be read. */
  token_bytes: ByteCounting | null
  /** Why it cannot be read. */
  error: string | null
}

/** The tokenizer of the nanochat folder that a config gets which names none; null where that folder has none. */
async function tokenizerInUse(): Promise<TokenizerInUse | null> {
  const dir = tokenizerDirOf(baseDirOf({ base_dir: null }, process.cwd(), null))
  if (!(await exists(dir))) return null
  try {
    return { dir, token_bytes: (await loadTokenizer(dir)).counting, error: null }
  } catch (error) {
    return { dir, token_bytes: null, error: toFailure(error).message }
  }
}

function tokenizerText({ dir, token_bytes: counting, error }: TokenizerInUse): string {
  if (error !== null) return `Tokenizer: ${error}`
  const counts = counting === null ? null : countingText(counting)
  return `Tokenizer: ${dir}. ${counts ?? 'token_bytes.pt counts in the one way that this tokenizer has.'}`
}
