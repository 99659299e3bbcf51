import * as Data from "effect/Data"
import type { Reply } from "./peer.ts"
import { faults, type FaultCode } from "./wire.ts"

/**
 * An implementation broke the wire: it crashed, hung, or answered what is no answer. What was found before stands.
 *
 * Shape  `detail` says what was seen and what was expected there; `line` is the offending line, if there was one;
 *        `log` is the end of what it wrote to stderr; `replies` are the answers before it to what was asked with it.
 */
export class AdapterFault extends Data.TaggedError("AdapterFault")<{
  readonly code: FaultCode
  readonly detail: string
  readonly line: string | null
  readonly log: string
  readonly replies?: readonly Reply[]
}> {
  /** The same, with what was answered before. */
  after(before: readonly Reply[]): AdapterFault {
    const { code, detail, line, log, replies = [] } = this
    return new AdapterFault({ code, detail, line, log, replies: [...before, ...replies] })
  }

  override get message(): string {
    return `${this.code}: ${faults[this.code]}. ${this.detail}`
  }
}

/** This session had to stop while it waited for an answer: nothing is known of that answer. */
export class Interrupted extends Data.TaggedError("Interrupted")<object> {}

/** A line as far as a message can show it. */
export const shortened = (line: string, most = 400): string =>
  line.length <= most ? line : `${line.slice(0, most)}… (${line.length} characters)`
