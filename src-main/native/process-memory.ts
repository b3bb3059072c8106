/** The peak memory of this process, as the kernel counts it: all of it, not only TensorFlow's. */
import { readFileSync } from 'node:fs'

/** Peak resident memory since the start of the process, bytes; null where the system does not tell (other than Linux). */
export function peakMemory(): number | null {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    return kilobytes === undefined ? null : Number(kilobytes) * 1024
  } catch {
    return null
  }
}
