import type { Move, System } from "../../../properties/explore/system.ts"

/** Two processes that share a critical section. A process that is elsewhere may stay there for ever. */
export type Sharing = { readonly at: readonly [Place, Place]; readonly turn: number }

type Place = "elsewhere" | "flagged" | "waiting" | "critical"

export type SharingAction = { readonly kind: "ask" | "yield" | "enter" | "leave"; readonly process: 0 | 1 }

/**
 * Peterson, "Myths about the mutual exclusion problem" (1981): a process raises its flag, gives the turn away, and
 * enters once the other has no flag or the turn is its own.
 */
export const peterson: System<Sharing, SharingAction> = {
  starts: [0, 1].map((turn) => ({ at: ["elsewhere", "elsewhere"], turn })),
  successors: (state) => ([0, 1] as const).flatMap((process) => petersonMoves(state, process)),
  key: ({ at, turn }) => `${at.join()} ${turn}`,
}

/** A lock that whoever comes takes when it is free: exclusive, and unfair unless it is so strongly. */
export const bareLock: System<Sharing, SharingAction> = {
  ...peterson,
  starts: [{ at: ["elsewhere", "elsewhere"], turn: 0 }],
  successors: (state) => ([0, 1] as const).flatMap((process) => lockMoves(state, process)),
}

const petersonMoves = (state: Sharing, process: 0 | 1): readonly Move<Sharing, SharingAction>[] => {
  const other = 1 - process
  switch (state.at[process]) {
    case "elsewhere":
      return [moved(state, process, "ask", "flagged")]
    case "flagged":
      return [moved({ ...state, turn: other }, process, "yield", "waiting")]
    case "waiting":
      return state.at[other] === "elsewhere" || state.turn === process
        ? [moved(state, process, "enter", "critical")]
        : []
    case "critical":
      return [moved(state, process, "leave", "elsewhere")]
  }
}

const lockMoves = (state: Sharing, process: 0 | 1): readonly Move<Sharing, SharingAction>[] => {
  if (state.at[process] === "elsewhere") return [moved(state, process, "ask", "waiting")]
  if (state.at[process] === "critical") return [moved(state, process, "leave", "elsewhere")]
  return state.at.includes("critical") ? [] : [moved(state, process, "enter", "critical")]
}

const moved = (
  state: Sharing,
  process: 0 | 1,
  kind: SharingAction["kind"],
  place: Place,
): Move<Sharing, SharingAction> => ({
  action: { kind, process },
  state: { ...state, at: process === 0 ? [place, state.at[1]] : [state.at[0], place] },
})
