/**
 * The line icons, as paths on a 16 px grid.
 */
export const ICONS = {
  mixture: 'M2 4h9M2 8h12M2 12h5M11 2.5v3M14 6.5v3M7 10.5v3',
  packing: 'M2 2.5h12v3H2zM2 6.5h12v3H2zM2 10.5h12v3H2zM6 2.5v3M11 2.5v3M9 6.5v3M5 10.5v3M12 10.5v3',
  train: 'M2 2v12h12M4 4c1.5 5 4 7 9.5 7.5',
  talk: 'M2 2.5h12v8.5H7.5L4.5 14v-3H2zM5 5.5h6M5 8h4',
  runs: 'M2 4h3M7 4h7M2 8h3M7 8h7M2 12h3M7 12h7',
  settings:
    'M2 4.5h6M12 4.5h2M2 11.5h2M8 11.5h6M10 2.8a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4M6 9.8a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4',
  play: 'M5 3l8 5-8 5z',
  pause: 'M5.5 3v10M10.5 3v10',
  stop: 'M4 4h8v8H4z',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  remove: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.5 8.5h6l.5-8.5',
  undo: 'M6 3L3 6l3 3M3 6h6.5a3.5 3.5 0 0 1 0 7H7',
  redo: 'M10 3l3 3-3 3M13 6H6.5a3.5 3.5 0 0 0 0 7H9',
  refresh: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  left: 'M10 3L5 8l5 5',
  right: 'M6 3l5 5-5 5',
  down: 'M3 6l5 5 5-5',
  up: 'M3 10l5-5 5 5',
  first: 'M4 3v10M12 3L7 8l5 5',
  last: 'M12 3v10M4 3l5 5-5 5',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M10.5 10.5L14 14',
  close: 'M4 4l8 8M12 4l-8 8',
  fit: 'M2 5V2h3M11 2h3v3M14 11v3h-3M5 14H2v-3',
  check: 'M3 8.5L6.5 12 13 4.5',
  warn: 'M8 2.5L14.5 13.5H1.5zM8 6.5v3.2M8 11.6v.1',
  block: 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
  folder: 'M2 4.5V13h12V5.5H7.5L6 3.5H2z',
  file: 'M4 2h5l3 3v9H4zM9 2v3h3',
  grip: 'M6 3.5v.1M10 3.5v.1M6 8v.1M10 8v.1M6 12.5v.1M10 12.5v.1',
  star: 'M8 1.8l1.9 4 4.3.5-3.2 3 .9 4.4L8 11.5l-3.9 2.2.9-4.4-3.2-3 4.3-.5z',
  copy: 'M5.5 5.5V2.5h8v8h-3M2.5 5.5h8v8h-8z',
  pen: 'M3 13l.7-3L11 2.7l2.3 2.3L6 12.3zM9.5 4.2l2.3 2.3',
  columns: 'M2 3h12v10H2zM6 3v10M10 3v10',
  keep: 'M8 2v7M5 6.2L8 9.2l3-3M2.5 10v3.5h11V10',
  pin: 'M6 2.5h4l-.5 4.5 2 2.5h-7l2-2.5zM8 9.5V14',
} as const

export type IconName = keyof typeof ICONS
