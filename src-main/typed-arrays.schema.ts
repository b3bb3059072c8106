/** Typed arrays as zod sees them; they cross threads and the window's port by structured clone. */
import { z } from 'zod'

export const int32 = z.custom<Int32Array>((value) => value instanceof Int32Array)
export const float32 = z.custom<Float32Array>((value) => value instanceof Float32Array)
export const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
