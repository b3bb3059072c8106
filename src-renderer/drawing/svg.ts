/** A drawing as SVG: vectors and texts that other programs can edit, without references to anything outside. */
import { at, type Box, type Drawing, type Shape } from './drawing'
import { escaped } from './xml'

const FONT = 'system-ui, sans-serif'

/** The drawing as one `<svg>` element, which can stand in a page or be a file (see {@link svgFile}). */
export function svgElement({ width, height, title, ground, shapes }: Drawing): string {
  const size = `width="${at(width)}" height="${at(height)}" viewBox="0 0 ${at(width)} ${at(height)}"`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" font-family="${FONT}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" ${painted('fill', ground)}/>`,
    ...shapes.map(element),
    '</svg>',
  ].join('\n')
}

/** A whole file. */
export function svgFile(drawing: Drawing): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${svgElement(drawing)}\n`
}

function element(shape: Shape): string {
  switch (shape.kind) {
    case 'text': {
      const { x, y, text, colour, size, align = 'start', bold = false } = shape
      const look = `${painted('fill', colour)} font-size="${at(size)}" text-anchor="${align}"${bold ? ' font-weight="600"' : ''}`
      return `<text x="${at(x)}" y="${at(y)}" ${look}>${escaped(text)}</text>`
    }
    case 'box': {
      const place = `${placed(shape)} ${painted('fill', shape.colour)}`
      return shape.title === undefined
        ? `<rect ${place}/>`
        : `<rect ${place}><title>${escaped(shape.title)}</title></rect>`
    }
    case 'path': {
      const { d, colour, width, dash = [] } = shape
      const dashes = dash.length === 0 ? '' : ` stroke-dasharray="${dash.map(at).join(' ')}"`
      return `<path d="${d}" fill="none" ${painted('stroke', colour)} stroke-width="${at(width)}" stroke-linejoin="round"${dashes}/>`
    }
    case 'dot':
      return `<circle cx="${at(shape.x)}" cy="${at(shape.y)}" r="${at(shape.radius)}" ${painted('fill', shape.colour)}/>`
    case 'sign': {
      const { d, x, y, scale, colour, title } = shape
      const place = `transform="translate(${at(x)} ${at(y)}) scale(${String(scale)})" ${painted('fill', colour)}`
      return title === undefined
        ? `<path d="${d}" ${place}/>`
        : `<path d="${d}" ${place}><title>${escaped(title)}</title></path>`
    }
    case 'clip': {
      // An <svg> within shows nothing beyond its edges; a clip-path would need an id that is unique in the page.
      const { within, shapes } = shape
      const box = [within.x, within.y, within.width, within.height].map(at).join(' ')
      return [
        `<svg ${placed(within)} viewBox="${box}" overflow="hidden">`,
        ...shapes.map(element),
        '</svg>',
      ].join('\n')
    }
  }
}

/** A colour as every reader of SVG knows it: what shines through is said apart from it. */
function painted(what: 'fill' | 'stroke', colour: string): string {
  if (colour === 'transparent') return `${what}="#000" ${what}-opacity="0"`
  const [, channels, alpha] = /^rgba\((.*), *([\d.]+)\)$/.exec(colour) ?? []
  if (channels === undefined || alpha === undefined) return `${what}="${escaped(colour)}"`
  return `${what}="rgb(${escaped(channels)})" ${what}-opacity="${alpha}"`
}

function placed({ x, y, width, height }: Box): string {
  return `x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}"`
}
