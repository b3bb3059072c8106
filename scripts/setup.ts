/**
 * `npm run setup [-- --cpu | --cuda]`: installs what is missing, checks what is there and repairs what is damaged.
 */
import type { TensorflowVariant } from '../src-main/native/installation'
import { cacheDir } from '../src-main/native/paths'
import { terminalReport } from '../src-main/native/setup/report'
import { setUp } from '../src-main/native/setup/setup'
import { commandArguments, runCommandLine } from './command'

const usage = 'Usage: npm run setup [-- --cpu | --cuda]\n'

await runCommandLine(async () => {
  const variants: Record<string, TensorflowVariant> = { '--cpu': 'cpu', '--cuda': 'cuda' }
  const [flag, ...rest] = commandArguments
  const variant = flag === undefined ? undefined : variants[flag]
  if (rest.length > 0 || (flag !== undefined && !variant)) {
    process.stderr.write(usage)
    return 2
  }
  await setUp({
    parts: ['tensorflow', 'window', 'virtual display'],
    report: terminalReport(process.stderr),
    deep: true,
    variant,
  })
  process.stderr.write(`Everything is set up in ${cacheDir()}.\n`)
  return 0
})
