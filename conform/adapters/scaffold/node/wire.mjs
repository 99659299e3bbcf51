// ftpair's conformance wire (docs/wire.md), whatever the profile: one JSON object a line, asks on stdin, answers on
// stdout. Nothing needs to be changed here. Logs go to stderr: stdout belongs to the wire.
import process from "node:process"
import { createInterface } from "node:readline"

/** Answers until `bye`. `reset` and `apply` take an ask, and return the answer without its number. */
export async function serve(hello, reset, apply) {
  for await (const line of createInterface({ input: process.stdin })) {
    const ask = parsed(line)
    if (ask?.seq === undefined) process.stderr.write(`not an ask: ${line}\n`)
    else process.stdout.write(`${JSON.stringify({ seq: ask.seq, ...answer(ask) })}\n`)
    if (ask?.op === "bye") break
  }

  function answer(ask) {
    switch (ask.op) {
      case "hello":
        return { ok: true, version: "1", ...hello }
      case "reset":
        return reset(ask)
      case "apply":
        return apply(ask)
      case "bye":
        return { ok: true }
      default:
        return { ok: false, error: { code: "malformed", text: `unknown op: ${ask.op}`, definite: true } }
    }
  }
}

function parsed(line) {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
