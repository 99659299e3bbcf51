import { styleText } from "node:util"

/** How a report is written: colours on a terminal that wants them, plain text elsewhere. */
export type Style = {
  readonly bad: (text: string) => string
  readonly good: (text: string) => string
  readonly warn: (text: string) => string
  readonly faint: (text: string) => string
  readonly strong: (text: string) => string
}

const plain = (text: string): string => text

export const styleFor = (stream: NodeJS.WriteStream, wantsColour: boolean): Style => {
  const isColoured = wantsColour && stream.isTTY && process.env["NO_COLOR"] === undefined
  if (!isColoured) return { bad: plain, good: plain, warn: plain, faint: plain, strong: plain }
  return {
    bad: (text) => styleText("red", text),
    good: (text) => styleText("green", text),
    warn: (text) => styleText("yellow", text),
    faint: (text) => styleText("dim", text),
    strong: (text) => styleText("bold", text),
  }
}
