/**
 * The features of this machine's processor, by the Linux kernel's list. Cheap enough for the main thread: one small
 * file.
 */
import { readFileSync } from 'node:fs'

/** All features in the kernel's list; empty where there is no such list. */
export function processorFlags(): Set<string> {
  try {
    const line = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? ''
    return new Set(line.trim().split(/\s+/).filter(Boolean))
  } catch {
    return new Set() // not Linux
  }
}

/**
 * Whether the processor multiplies in bfloat16 itself; null where that is not known. Without it, oneDNN widens and
 * rounds every value: a training step takes several times as long as in float32 (docs/LOG.md).
 */
export function hasBfloat16(flags: ReadonlySet<string> = processorFlags()): boolean | null {
  if (flags.size === 0) return null
  return ['amx_bf16', 'avx512_bf16'].some((name) => flags.has(name))
}
