/**
 * Where the window was, kept between launches, and where it may be: whole, on a connected display, and not smaller than
 * its least size. Pure except for the file.
 */
import { z } from 'zod'

import { JsonFile } from '../files/kept-json'

export const LEAST_SIZE = { width: 1024, height: 680 }
const FIRST_SIZE = { width: 1360, height: 860 }

const windowState = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int(),
  height: z.int(),
  maximized: z.boolean(),
})
export type WindowState = z.infer<typeof windowState>

export interface Area {
  x: number
  y: number
  width: number
  height: number
}

export function windowStateFile(path: string): JsonFile<WindowState> {
  return new JsonFile(path, windowState)
}

/**
 * The bounds for opening the window.
 *
 * @param stored the last state; null at the first launch
 * @param displays usable areas of the connected displays, the primary one first
 */
export function placeWindow(stored: WindowState | null, displays: readonly Area[]): Area {
  const primary = displays[0] ?? { x: 0, y: 0, ...FIRST_SIZE }
  const wanted = stored ?? centred(primary)
  const area = displays.find((display) => overlap(wanted, display) > 0)
  return area ? fitted(wanted, area) : fitted({ ...wanted, ...centred(primary) }, primary)
}

function fitted(wanted: Area, area: Area): Area {
  const width = clamp(wanted.width, LEAST_SIZE.width, Math.max(area.width, LEAST_SIZE.width))
  const height = clamp(wanted.height, LEAST_SIZE.height, Math.max(area.height, LEAST_SIZE.height))
  return {
    x: clamp(wanted.x, area.x, Math.max(area.x, area.x + area.width - width)),
    y: clamp(wanted.y, area.y, Math.max(area.y, area.y + area.height - height)),
    width,
    height,
  }
}

function centred(area: Area): Area {
  const width = Math.min(FIRST_SIZE.width, area.width)
  const height = Math.min(FIRST_SIZE.height, area.height)
  return {
    x: area.x + Math.round((area.width - width) / 2),
    y: area.y + Math.round((area.height - height) / 2),
    width,
    height,
  }
}

function overlap(a: Area, b: Area): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return Math.max(0, width) * Math.max(0, height)
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}
