import { kindNumber as k } from "../../../impl/engine/layout.ts"

/** One part of what is carried along a run: `begin` is called at a state, `after` at the one that a step leads to. */
export type Carrier = {
  readonly begin: () => void
  readonly after: (kind: number, a: number, b: number) => void
}

/** One more at a tick, up to `most`; at any other step as many. */
export const counted = (kind: number, ticks: number, most: number): number =>
  kind === k.Tick ? Math.min(ticks + 1, Math.max(0, most)) : ticks
