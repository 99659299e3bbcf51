import { counted } from "../properties/amount.ts"

/** What is asked, but for its number, which whoever sends it gives. */
export type AskBody = { readonly op: string; readonly [field: string]: unknown }

/**
 * An answer: its line as far as a message can show it, and the JSON in it, long texts cut. Where it came over a wire,
 * `weight` says about how much memory it takes, in bytes of its line.
 */
export type Reply = {
  readonly line: string
  readonly json: { readonly [field: string]: unknown }
  readonly weight?: number
}

/** How much answers may weigh at least that come in a row, however few they are. */
export const weightMin = 16 * 1024 * 1024

/** What is said of answers that weigh too much. */
export const heavy = (answers: number): string =>
  `${counted(answers, "answer")} in a row take more memory than states do`

/** What answers weigh, all together. */
export const weightOf = (replies: readonly Reply[]): number =>
  replies.reduce((sum, { weight = 0 }) => sum + weight, 0)

/**
 * Something that answers asks in their order: a child process, a recording, or a model in this process.
 *
 * Errors `ask` rejects with AdapterFault. `close` always resolves, and leaves nothing running.
 */
export type Peer = {
  /** The answers to these asks, which may not weigh more than that all together. */
  readonly ask: (bodies: readonly AskBody[], weightMax?: number) => Promise<readonly Reply[]>
  /** How many asks may wait for an answer at once. */
  readonly setWindow: (window: number) => void
  readonly close: () => Promise<void>
}
