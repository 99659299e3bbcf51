import { printable } from "../traces/printable.ts"
import { styleFor, type Style } from "./style.ts"

/** The flags that say how a command reports. */
export type OutputFlags = { readonly json?: true; readonly quiet?: true; readonly color: boolean }

/**
 * Where a command reports: as text, as one JSON document, or not at all. What a command computes does not depend on it.
 *
 * Shape  `say` writes lines of text to stdout, and `document` the JSON; each writes nothing where the flags ask for the
 *        other, or for silence. `note` reports on stderr something done on the way, unless `--quiet` is set; `warn`
 *        reports there something that went wrong, whatever the flags.
 */
export type Output = {
  readonly style: Style
  readonly isText: boolean
  readonly say: (...lines: readonly string[]) => void
  readonly document: (json: unknown) => void
  readonly note: (text: string) => void
  readonly warn: (text: string) => void
}

/** The output of a command, by its flags. */
export const outputFor = ({ json, quiet, color }: OutputFlags): Output => {
  const isText = json !== true && quiet !== true
  const warn = (text: string): void => void process.stderr.write(`ftpair: ${printable(text)}\n`)
  return {
    style: styleFor(process.stdout, color),
    isText,
    say: (...lines) => {
      if (isText) process.stdout.write(`${lines.join("\n")}\n`)
    },
    document: (value) => {
      if (json === true) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
    },
    note: (text) => {
      if (quiet !== true) warn(text)
    },
    warn,
  }
}
