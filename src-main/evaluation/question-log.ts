/**
 * The file in which what became of each question is kept, a line of JSON each, appended as it comes. A process that is
 * killed loses no line that it wrote; the half of a line that a power cut leaves at the end is dropped when the file is
 * opened again, and its question is asked again. Where a row occurs twice, the last line holds.
 */
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createInterface } from 'node:readline'

import { MidbenchError } from '../errors'
import { ensureFolder } from '../files/ensure-folder'
import { parsedOrNull } from '../files/json-text'
import { writeReason } from '../files/write-reason'
import { codeOf } from '../system-error'
import { dirname } from 'node:path'
import { measuredQuestion, type MeasuredQuestion } from './measurements.schema'

const NEWLINE = 10
/** Bytes that are read at once when the end of the last whole line is looked for. */
const TAIL = 64 * 1024

export class QuestionLog {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /** Opens a file to append to, and makes it where it is missing. @throws MidbenchError `measurements.write` */
  static async open(path: string): Promise<QuestionLog> {
    return writing(path, async () => {
      await ensureFolder(dirname(path))
      const file = await open(path, 'a+')
      await dropHalfLine(file)
      return new QuestionLog(path, file)
    })
  }

  /** @throws MidbenchError `measurements.write` */
  async append(question: MeasuredQuestion): Promise<void> {
    await writing(this.path, () => this.file.appendFile(`${JSON.stringify(question)}\n`))
  }

  /** Forgets all lines. @throws MidbenchError `measurements.write` */
  async clear(): Promise<void> {
    await writing(this.path, () => this.file.truncate(0))
  }

  /** Closes the file when its lines are on the disk. @throws MidbenchError `measurements.write` */
  async close(): Promise<void> {
    await writing(this.path, async () => {
      try {
        await this.file.sync()
      } finally {
        await this.file.close()
      }
    })
  }
}

/**
 * The questions of a file, in the order in which they were answered; none where it is missing. Lines that are none of
 * ours are passed over. Reads some 100 MB a second, a stretch at a time.
 */
export async function* readQuestions(path: string): AsyncGenerator<MeasuredQuestion, void, void> {
  const input = createReadStream(path, 'utf8')
  const lines = createInterface({ input, crlfDelay: Infinity })
  try {
    for await (const line of lines) {
      const parsed = measuredQuestion.safeParse(parsedOrNull(line))
      if (parsed.success) yield parsed.data
    }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  } finally {
    input.destroy()
  }
}

async function dropHalfLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat()
  let end = size
  while (end > 0) {
    const from = Math.max(0, end - TAIL)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - from), 0, end - from, from)
    const last = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE)
    end = last < 0 ? from : from + last + 1
    if (last >= 0) break
  }
  if (end < size) await file.truncate(end)
}

async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const message = `${path} cannot be written: ${writeReason(cause)}.`
    const remedy = 'Make room, or see that the folder may be written; measuring goes on from what is there.'
    throw new MidbenchError({ code: 'measurements.write', message, remedy }, { cause })
  }
}
