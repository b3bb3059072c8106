/**
 * Every key, by place, as "?" and Settings show them.
 */
export const KEYS: readonly { place: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    place: 'Everywhere',
    keys: [
      ['Ctrl 1…6', 'go to a place'],
      ['Space', 'start, pause, resume the run'],
      ['Ctrl .', 'stop the run and save'],
      ['Ctrl K', 'find'],
      ['Ctrl N', 'new project'],
      ['Ctrl O', 'open a project'],
      ['Ctrl S', 'save the project'],
      ['Ctrl Shift S', 'save it in another place'],
      ['Ctrl Z', 'undo an edit, or opening another project'],
      ['Ctrl Shift Z', 'redo it'],
      ['Ctrl + -', 'larger, smaller text; Ctrl 0 the usual'],
      ['?', 'show the keys'],
      ['Esc', 'close what floats'],
    ],
  },
  {
    place: 'Mixture',
    keys: [
      ['↑ ↓', 'select a task'],
      ['Alt ↑ ↓', 'move it'],
      ['Del', 'remove it'],
      ['[ ]', 'previous, next conversation'],
      ['D', 'check for duplicates'],
    ],
  },
  {
    place: 'Duplicates',
    keys: [
      ['↑ ↓', 'previous, next pair'],
      ['PgUp PgDn', 'previous, next page'],
      ['E', 'exclude it, or take it back'],
      ['Esc', 'back to the mixture'],
    ],
  },
  {
    place: 'Packing',
    keys: [
      ['← →', 'previous, next token'],
      ['↑ ↓', 'previous, next row'],
      ['Ctrl ← →', 'previous, next conversation'],
      ['PgUp PgDn', 'previous, next batch'],
      ['[ ]', 'previous, next row with few targets or none'],
      ['< >', 'previous, next rank, where several train'],
      ['+ -', 'zoom in, out'],
      ['F', 'fit the batch'],
      ['Enter', 'pin the conversation'],
      ['R', 'how the row was filled; ← → go on, ↑ ↓ other rows'],
      ['C', 'compare packings'],
      ['Esc', 'unpin it, or close what is open'],
    ],
  },
  {
    place: 'Talk',
    keys: [
      ['Enter', 'send; with Shift, begin a line'],
      ['Esc', 'stop the answers that are coming'],
      ['Ctrl J', 'new conversation'],
      ['Ctrl B', 'fixed prompts: ↑ ↓ choose, Enter asks, F2 changes, Del removes'],
      ['↑', 'in an empty field: change what was said last'],
      ['← →', 'previous, next token, where tokens are shown'],
      ['Enter', 'what could have come in its place; ↑ ↓ choose, Enter goes on from there'],
    ],
  },
  {
    place: 'Runs',
    keys: [
      ['↑ ↓', 'previous, next run or checkpoint'],
      ['Enter', 'open it'],
      ['Esc', 'close it, or the comparison'],
    ],
  },
  {
    place: 'Queue',
    keys: [
      ['↑ ↓', 'previous, next'],
      ['Alt ↑ ↓', 'move it'],
      ['Enter', 'open its run'],
      ['Del', 'take it out'],
    ],
  },
  {
    place: 'Charts',
    keys: [
      ['← →', 'previous, next point'],
      ['Enter', 'show the batch of that step'],
      ['+ -', 'zoom in, out'],
      ['Esc', 'show all'],
    ],
  },
]
