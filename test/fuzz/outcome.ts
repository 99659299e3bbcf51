import { exitCodes } from "../../cli/exit.ts"
import { harmless } from "../../cli/sink.ts"
import { printable } from "../../traces/printable.ts"

/** What a command has come to. */
type Outcome = { readonly code: number; readonly stdout: string; readonly stderr: string }

/**
 * Runs a command in this process as `ftpair` would, and returns what it wrote: what it throws becomes one line and exit
 * code 1 if it is a failure of the world or of the input, and 70 if not.
 */
export const quietly = async (command: () => number | Promise<number>): Promise<Outcome> => {
  const written = { stdout: "", stderr: "" }
  const { stdout, stderr } = process
  const held = { stdout: stdout.write.bind(stdout), stderr: stderr.write.bind(stderr) }
  for (const stream of ["stdout", "stderr"] as const)
    process[stream].write = (text: string | Uint8Array) => {
      written[stream] += harmless(typeof text === "string" ? text : Buffer.from(text).toString("utf8"))
      return true
    }
  try {
    return { code: await command(), ...written }
  } catch (error) {
    return isTold(error)
      ? {
          code: exitCodes.usage,
          stdout: written.stdout,
          stderr: `${written.stderr}ftpair: ${printable(error.message)}\n`,
        }
      : {
          code: exitCodes.defect,
          stdout: written.stdout,
          stderr: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }
  } finally {
    process.stdout.write = held.stdout
    process.stderr.write = held.stderr
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(signal)
  }
}

const isTold = (error: unknown): error is Error =>
  error instanceof Error && "_tag" in error && (error._tag === "BadInput" || error._tag === "CannotWrite")

/** The largest report, in characters: a run of some thousand actions, shown state by state. */
const reportMax = 40_000_000

/** What is wrong with an outcome, whatever the input was; null if nothing is. */
export const faultOf = ({ code, stdout, stderr }: Outcome, codes: readonly number[]): string | null => {
  if (Object.keys(Object.prototype).length > 0 || Object.keys(Array.prototype).length > 0) {
    for (const key of Object.keys(Object.prototype)) Reflect.deleteProperty(Object.prototype, key)
    return "a prototype was changed"
  }
  if (!codes.includes(code)) return `exit code ${code}: ${stderr.slice(0, 2_000)}`
  if (code === exitCodes.usage && stderr === "") return "exit code 1 without a word"
  if (stderr.split("\n").length > 2) return `more than one line on stderr: ${stderr.slice(0, 2_000)}`
  if (stderr.length > 5_000) return `a line of ${stderr.length} characters on stderr`
  if (stdout.length > reportMax) return `a report of ${stdout.length} characters`
  const raw = unprintable.exec(stdout) ?? unprintable.exec(stderr)
  return raw === null
    ? null
    : `an unprintable character, ${JSON.stringify(raw[0])}, at ${JSON.stringify(raw.input.slice(Math.max(0, raw.index - 40), raw.index + 40))}`
}

// eslint-disable-next-line no-control-regex -- these are what is looked for
const unprintable = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Cs}/u
