/** The table of commands. Names and flags are an interface: keep them (docs/ARCHITECTURE.md, "The command line"). */
import { command as benchGenerate } from './bench-generate'
import { command as benchPack } from './bench-pack'
import { command as benchStep } from './bench-step'
import { command as benchTokenize } from './bench-tokenize'
import { command as calculate } from './calculate'
import { command as chat } from './chat'
import type { Command } from './command'
import { command as doctor } from './doctor'
import { command as encode } from './encode'
import { command as evaluate } from './eval'
import { command as exportModel } from './export'
import { command as generate } from './generate'
import { loggersCommands } from './loggers'
import { command as logits } from './logits'
import { command as measure } from './measure'
import { command as mixture } from './mixture'
import { command as pack } from './pack'
import { command as plan } from './plan'
import { command as render } from './render'
import { runsCommands } from './runs'
import { command as runsBranch } from './runs-branch'
import { command as serve } from './serve'
import { command as train } from './train'

export const commands: readonly Command[] = [
  doctor,
  encode,
  mixture,
  render,
  pack,
  plan,
  train,
  serve,
  ...runsCommands,
  runsBranch,
  ...loggersCommands,
  evaluate,
  logits,
  generate,
  chat,
  calculate,
  measure,
  exportModel,
  benchPack,
  benchTokenize,
  benchStep,
  benchGenerate,
]
