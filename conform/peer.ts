/** What is asked, but for its number, which whoever sends it gives. */
export type AskBody = { readonly op: string; readonly [field: string]: unknown }

/** An answer: its line as far as a message can show it, and the JSON in it, long texts cut. */
export type Reply = { readonly line: string; readonly json: { readonly [field: string]: unknown } }

/**
 * Something that answers asks in their order: a child process, a recording, or a model in this process.
 *
 * Errors `ask` rejects with AdapterFault. `close` always resolves, and leaves nothing running.
 */
export type Peer = {
  readonly ask: (bodies: readonly AskBody[]) => Promise<readonly Reply[]>
  /** How many asks may wait for an answer at once. */
  readonly widen: (window: number) => void
  readonly close: () => Promise<void>
}
