import type { BatchResult } from "./batch.ts"

/** An order to a worker of a campaign: the number of a batch, how many schedules it has, and what runs them. */
export type BatchOrder = {
  readonly on: "model" | "engine"
  readonly batch: number
  readonly schedules: number
}

/** What it answers: the batch when it is done; before, the one schedule that failed and is now being shrunk. */
export type BatchAnswer = { readonly tag: "done" | "found"; readonly result: BatchResult }
