/** Recognises by keys and shapes which form of nanochat's model a checkpoint holds. */
import type { ModelConfig } from '../config.schema'
import type { VariantId } from './variant.schema'

/**
 * The config with the form that the parameters show. It is the nearest form: checkParameters checks whether every
 * parameter fits it, and names those that do not.
 *
 * @param shapes of the stored parameters; the names may carry the prefix `_orig_mod.`
 */
export function withVariant(
  config: ModelConfig,
  shapes: ReadonlyMap<string, readonly number[]>,
): ModelConfig {
  const variant = recognise(shapes)
  const plain = withoutVariant(config)
  return variant === undefined ? plain : { ...plain, variant }
}

/** The config as nanochat writes and reads it, without a name for the form. */
export function withoutVariant(config: ModelConfig): ModelConfig {
  const { variant: _, ...plain } = config
  return plain
}

function recognise(shapes: ReadonlyMap<string, readonly number[]>): VariantId | undefined {
  const named = (ending: string) => [...shapes].find(([name]) => name.endsWith(ending))
  if (named('smear_gate.weight') !== undefined) return '2026-03-14'
  const gate = named('attn.ve_gate.weight')
  if (gate === undefined) return undefined
  const [, [, channels]] = gate
  return channels === 12 ? '2026-03-09' : '2026-01-16'
}
