import { isUtf8 } from "node:buffer"
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import { CannotWrite, prepareFolder } from "../traces/atomic-file.ts"
import { bad, oneOf, shown } from "../traces/bad-input.ts"
import { systemReason } from "../traces/system-error.ts"
import { jsonIn, notUtf8, withoutMark } from "../traces/input-file.ts"
import { decode } from "../traces/decode.ts"
import { configOf } from "../traces/config.ts"
import { askedActionOf } from "./asked.ts"
import { lineMax, replyOf, takeAnswer, type BadLine } from "./answer-line.ts"
import type { OnLine } from "./child.ts"
import type { CaseOutcome } from "./connection.ts"
import { AdapterFault, shortened } from "./fault.ts"
import { lineCutter } from "./lines.ts"
import type { Reply } from "./peer.ts"
import type { AskedAction, Profile } from "./profile.ts"
import { withGround } from "./profiles.ts"
import type { Case } from "./case-source.ts"
import { judgeCase, noAnswers, sessionOf, type Tally } from "./session.ts"
import { Hello } from "./wire.ts"

/**
 * Writes down every line of the wire as it passes, one JSON object a line: `{"ask":…}` or `{"answer":…}`; an answer
 * that is no JSON as a text. `close` returns what went wrong in writing, if something did: nothing was written from
 * there on. Throws CannotWrite where the file cannot be opened.
 */
export const recorderTo = (
  file: string,
): { readonly onLine: OnLine; readonly close: () => CannotWrite | null } => {
  prepareFolder(dirname(file))
  let failure: CannotWrite | null = null
  const attempt = <A>(act: () => A): A | null => {
    try {
      return act()
    } catch (error) {
      failure ??= new CannotWrite({ message: `${file}: cannot be written: ${(error as Error).message}` })
      return null
    }
  }
  const handle = attempt(() => openedToWrite(file))
  if (handle === null) throw failure as unknown as CannotWrite
  return {
    onLine: (direction, line) => {
      if (failure !== null) return
      attempt(() => writeSync(handle, `{"${direction}":${isJson(line) ? line : JSON.stringify(line)}}\n`))
    },
    close: () => {
      attempt(() => {
        closeSync(handle)
      })
      return failure
    },
  }
}

/** A file that is open to be written from its start: no link is followed, and nothing but a file is opened. */
const openedToWrite = (file: string): number => {
  const { O_WRONLY, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants
  const handle = openSync(file, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o644)
  if (fstatSync(handle).isFile()) {
    ftruncateSync(handle)
    return handle
  }
  closeSync(handle)
  throw new Error("expected a file, and it is none")
}

const isJson = (line: string): boolean => {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

/** A case as it was recorded: what was asked from a reset on, and what was answered; `wrong` is a line that is no answer. */
type RecordedCase = Case & {
  readonly replies: readonly Reply[]
  readonly wrong: { readonly line: string; readonly why: BadLine } | null
}

/**
 * A recording: who answered, and case by case what. The cases are read as they are asked for.
 *
 * Shape  `unanswered` is how many asks have had no answer so far. `close` is for a reader that stops before the end: it
 *        closes the file.
 */
export type Recording = {
  readonly hello: Hello
  readonly cases: Iterable<RecordedCase>
  readonly unanswered: () => number
  readonly close: () => void
}

/** The lines of a recording, however long it is. Throws BadInput. */
export function* recordedLines(file: string): Generator<string> {
  const handle = opened(file)
  try {
    const cutter = lineCutter()
    const chunk = Buffer.allocUnsafe(chunkSize)
    for (;;) {
      const length = readSync(handle, chunk)
      for (const line of cutter.take(Buffer.from(chunk.subarray(0, length)))) yield textOf(file, line)
      if (cutter.length() > 2 * lineMax)
        throw bad(file, [], `expected lines of ${2 * lineMax} bytes at the most`)
      if (length > 0) continue
      if (cutter.length() > 0) yield textOf(file, cutter.start(cutter.length()))
      return
    }
  } finally {
    closeSync(handle)
  }
}

const chunkSize = 1 << 18

/** A file that is open to be read: a pipe without a writer would not be opened otherwise. */
const opened = (file: string): number => {
  try {
    const handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
    if (fstatSync(handle).isFile()) return handle
    closeSync(handle)
  } catch (cause) {
    throw bad(file, [], `cannot be read (${systemReason(cause)})`)
  }
  throw bad(file, [], "cannot be read (expected a regular file)")
}

const textOf = (file: string, line: Buffer): string => {
  if (!isUtf8(line)) throw bad(file, [], notUtf8(line))
  return line.toString("utf8")
}

/** The parts of a recorded line: an ask, or an answer, which is a text where it was no JSON. */
type Line =
  | { readonly tag: "ask"; readonly ask: Reply["json"] }
  | { readonly tag: "answer"; readonly answer: Reply["json"] | string }

type Growing = {
  path: string
  config: Case["config"]
  actions: AskedAction[]
  replies: Reply[]
  wrong: RecordedCase["wrong"]
}

/** Reads a recording, line by line. Throws BadInput, with the line, and what was expected there. */
export const recordingIn = (file: string, lines: Iterable<string>): Recording => {
  const asks = new Asks()
  const events = eventsIn(file, lines)
  const close = (): void => {
    events.return(undefined)
  }

  /** The next answer; the asks before it are noted. */
  const nextAnswer = (): Answer | null => {
    for (;;) {
      const { done, value } = events.next()
      if (done === true) return null
      const { where, line } = value
      if (line.tag === "answer") return { where, answer: line.answer }
      asks.note(where, line.ask)
    }
  }

  function* cases(): Generator<RecordedCase> {
    let current: Growing | null = null
    let count = 0
    try {
      for (let answer = nextAnswer(); answer !== null; answer = nextAnswer()) {
        const growing = grown(current, hello.profile, asks, answer)
        if (growing !== null && growing !== current) growing.path = `recorded/${(count += 1)}`
        if (current !== null && growing !== current) yield current
        current = growing
      }
    } finally {
      close()
    }
    asks.leave()
    if (current !== null) yield current
  }

  let hello: Hello
  try {
    hello = helloIn(file, asks, nextAnswer())
  } catch (error) {
    close()
    throw error
  }
  return { hello, cases: cases(), unanswered: () => asks.unanswered, close }
}

type Answer = { readonly where: string; readonly answer: Reply["json"] | string }

/** The asks of a recording that wait for their answers; `unanswered` counts those that waited in vain. */
class Asks {
  unanswered = 0
  private waiting: (readonly [where: string, ask: Reply["json"]])[] = []

  note(where: string, ask: Reply["json"]): void {
    // After a new greeting the asks before it stay without an answer.
    if (ask["op"] === "hello") this.leave()
    this.waiting.push([where, ask])
  }

  /** The ask that an answer is to, whose turn it must be. */
  take({ where, answer }: Answer): readonly [where: string, ask: Reply["json"]] {
    const ask = this.waiting.shift()
    if (ask === undefined) throw bad(where, [], "an answer to nothing that was asked before")
    const expected = ask[1]["seq"]
    if (typeof answer !== "string" && answer["seq"] !== expected)
      throw bad(where, ["answer", "seq"], `expected ${shown(expected)}, not ${shown(answer["seq"])}`)
    return ask
  }

  /** Those that wait are not answered any more. */
  leave(): void {
    this.unanswered += this.waiting.length
    this.waiting = []
  }
}

const helloIn = (file: string, asks: Asks, first: Answer | null): Hello => {
  if (first === null) throw bad(file, [], "expected a recording that begins with hello and its answer")
  const [, ask] = asks.take(first)
  if (ask["op"] !== "hello") throw bad(first.where, [], "expected a recording that begins with hello")
  return decode(first.where, Hello, first.answer, ["answer"])
}

/** The case that an answer belongs to, with it: the current one, or another that it begins; null where it is of none. */
const grown = (
  current: Growing | null,
  profile: Hello["profile"],
  asks: Asks,
  answered: Answer,
): Growing | null => {
  const [asked, ask] = asks.take(answered)
  const { where, answer } = answered
  if (ask["op"] === "bye") return null
  if (ask["op"] === "hello") {
    const again = decode(where, Hello, answer, ["answer"])
    if (again.profile !== profile)
      throw bad(where, ["answer", "profile"], `expected ${profile}, as it was before`)
    return null
  }
  const growing = ask["op"] === "reset" ? begun(asked, ask) : current
  if (growing === null) throw bad(asked, ["ask"], "expected a reset before any action")
  if (ask["op"] === "apply")
    growing.actions.push(askedActionOf(asked, profile, growing.config, questionOf(ask)))
  if (growing.wrong !== null) throw bad(where, [], "expected nothing more where the wire was broken")
  if (typeof answer === "string") growing.wrong = { line: answer, why: brokenBy(where, answer) }
  else growing.replies.push(replyOf(JSON.stringify(answer), answer))
  return growing
}

const begun = (where: string, ask: Reply["json"]): Growing => ({
  path: "",
  config: configOf(where, ask["config"], ["ask", "config"]),
  actions: [],
  replies: [],
  wrong: null,
})

/** A question of placement is asked with the state beside it. */
const questionOf = ({ action, state }: Reply["json"]): unknown =>
  state === undefined || typeof action !== "object" || action === null || Array.isArray(action)
    ? action
    : { ...action, state }

const brokenBy = (where: string, line: string): BadLine => {
  const taken = takeAnswer(line)
  if ("line" in taken) throw bad(where, ["answer"], "expected an object")
  return taken
}

function* eventsIn(
  file: string,
  lines: Iterable<string>,
): Generator<{ readonly where: string; readonly line: Line }, undefined> {
  let n = 0
  for (const marked of lines) {
    n += 1
    const text = n === 1 ? withoutMark(marked) : marked
    const where = `${file}: line ${n}`
    if (text.length > 2 * lineMax) throw bad(where, [], `expected a line of ${2 * lineMax} bytes at the most`)
    if (text.trim() !== "") yield { where, line: lineIn(where, text) }
  }
  return undefined
}

const lineIn = (where: string, text: string): Line => {
  const json = jsonIn(where, text, true)
  const { ask, answer, ...others } = isObject(json) ? json : {}
  const isEither = (ask === undefined) !== (answer === undefined) && Object.keys(others).length === 0
  if (isEither && isObject(ask)) return { tag: "ask", ask: checkedAsk(where, ask) }
  if (isEither && (isObject(answer) || typeof answer === "string")) return { tag: "answer", answer }
  throw bad(where, [], 'expected {"ask":…} or {"answer":…}')
}

const ops = ["hello", "reset", "apply", "bye"]

const checkedAsk = (where: string, ask: Reply["json"]): Reply["json"] => {
  const { seq, op } = ask
  if (typeof seq !== "number" || !Number.isInteger(seq) || seq < 1)
    throw bad(where, ["ask", "seq"], `expected a whole number, 1 or more, not ${shown(seq)}`)
  if (typeof op !== "string" || !ops.includes(op)) throw bad(where, ["ask", "op"], oneOf(ops, op))
  return ask
}

const isObject = (json: unknown): json is Reply["json"] =>
  typeof json === "object" && json !== null && !Array.isArray(json)

/**
 * What came of judging a recording again.
 *
 * Shape  `cases` is how many there are; `tally` counts the answers, `unanswered` the asks that had none. `failed` are the
 *        cases that do not fit, or broke the wire; `beyond` those that were given up.
 */
export type Rejudged<S> = {
  readonly cases: number
  readonly tally: Tally
  readonly unanswered: number
  readonly failed: readonly { readonly case: Case; readonly outcome: CaseOutcome<S> }[]
  readonly beyond: readonly string[]
}

/** Judges the cases of a recording. Throws BadInput; and AdapterFault where hello promises what there is not. */
export const rejudged = <S>(
  profile: Profile<S>,
  { hello, cases, unanswered }: Recording,
  candidatesMax: number,
): Rejudged<S> => {
  const session = sessionOf(null, hello, profile, candidatesMax)
  const tally = noAnswers()
  const failed: { readonly case: Case; readonly outcome: CaseOutcome<S> }[] = []
  const beyond: string[] = []
  let count = 0
  for (const each of cases) {
    count += 1
    const outcome = judgedAgain(session, each)
    for (const kind of Object.keys(tally) as (keyof Tally)[]) tally[kind] += outcome.tally[kind]
    if (outcome.tag === "diverged" || outcome.tag === "broken") failed.push({ case: each, outcome })
    if (outcome.tag === "beyond") beyond.push(each.path)
  }
  return { cases: count, tally, unanswered: unanswered(), failed, beyond }
}

const judgedAgain = <S>(
  session: Parameters<typeof judgeCase<S>>[0],
  { config, actions, replies, wrong }: RecordedCase,
): CaseOutcome<S> => {
  try {
    const outcome = judgeCase(session, config, actions, replies)
    if (wrong === null || outcome.tag === "diverged") return outcome
    const { code, detail } = wrong.why
    throw new AdapterFault({ code, detail, line: shortened(wrong.line), log: "", replies })
  } catch (error) {
    if (error instanceof AdapterFault) return { tag: "broken", fault: error, tally: noAnswers() }
    throw error
  }
}

/**
 * The verdict on the text of a recording: how many answers were compared, and what did not fit. Throws BadInput, and
 * AdapterFault as `rejudged` does.
 */
export const judgeRecording = (
  file: string,
  text: string,
  candidatesMax = 10_000,
): { readonly compared: number; readonly failed: number; readonly unanswered: number } => {
  const recording = recordingIn(file, text.split("\n"))
  return withGround(recording.hello.profile, ({ profile }) => {
    const { tally, failed, unanswered } = rejudged(profile, recording, candidatesMax)
    return { compared: tally.taken + tally.refused, failed: failed.length, unanswered }
  })
}
