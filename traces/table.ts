/** The cells of one line, from left to right. */
export type Row = readonly string[]

/** What stands between two columns. */
export const gap = "  "

/** The rows as lines, every column as wide as its widest cell. The first column stands to the right, the others to the left. */
export const aligned = (rows: readonly Row[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join(gap)
      .trimEnd(),
  )
}

/** The text in lines of at most `width` characters, broken between words; a longer word is cut. */
export const wrapped = (text: string, width: number): readonly string[] => {
  if (text.length <= width) return [text]
  const lines: string[] = []
  let line = ""
  for (const word of text.split(" ").flatMap((long) => pieces(long, width))) {
    const longer = line === "" ? word : `${line} ${word}`
    if (longer.length <= width) line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  return [...lines, line]
}

const pieces = (word: string, width: number): readonly string[] =>
  word.length <= width
    ? [word]
    : Array.from({ length: Math.ceil(word.length / width) }, (_, i) => word.slice(i * width, (i + 1) * width))
