const newline = 0x0a
const carriageReturn = 0x0d

/**
 * Cuts a stream of bytes into lines.
 *
 * Shape  `take` gives the lines that a chunk ends, without their newlines. `length` is how many bytes of a line wait for
 *        its end, and `start` are the first of them.
 */
type LineCutter = {
  readonly take: (chunk: Buffer) => readonly Buffer[]
  readonly length: () => number
  readonly start: (bytes: number) => Buffer
}

/** Only what is new is looked through, and a long line is put together once. */
export const lineCutter = (): LineCutter => {
  let pieces: Buffer[] = []
  let length = 0

  const ended = (last: Buffer): Buffer => {
    const line = pieces.length === 0 ? last : Buffer.concat([...pieces, last])
    pieces = []
    length = 0
    return line.at(-1) === carriageReturn ? line.subarray(0, -1) : line
  }

  return {
    take: (chunk) => {
      const lines: Buffer[] = []
      let from = 0
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
        lines.push(ended(chunk.subarray(from, at)))
        from = at + 1
      }
      if (from < chunk.length) {
        pieces.push(chunk.subarray(from))
        length += chunk.length - from
      }
      return lines
    },
    length: () => length,
    start: (bytes) => {
      const first: Buffer[] = []
      let gathered = 0
      for (const piece of pieces) {
        if (gathered >= bytes) break
        first.push(piece)
        gathered += piece.length
      }
      return Buffer.concat(first).subarray(0, bytes)
    },
  }
}
