import type { Move, System } from "../../../properties/explore/system.ts"

/**
 * Two-phase commit, after Gray and Lamport, "Consensus on Transaction Commit" (2006), and the `TwoPhase.tla` that goes
 * with it. The decision of the transaction manager and the message that announces it appear in one step and stay, so
 * one field is both. Receiving it again is a step that changes nothing.
 */
type Commit = { readonly decision: "none" | "commit" | "abort"; readonly managers: readonly Manager[] }

/** A resource manager; whether its message that it is prepared is on its way, and whether that has been received. */
type Manager = { readonly phase: Phase; readonly hasSent: boolean; readonly isHeard: boolean }

type Phase = "working" | "prepared" | "committed" | "aborted"

/** What happens, and to which resource manager; null: to the transaction manager alone. */
export type CommitAction = { readonly kind: CommitKind; readonly manager: number | null }

export type CommitKind =
  | "TmCommit"
  | "TmAbort"
  | "TmRcvPrepared"
  | "RmPrepare"
  | "RmChooseToAbort"
  | "RmRcvCommitMsg"
  | "RmRcvAbortMsg"

/** Two-phase commit among so many resource managers; `keyed` is the state by which another is known. */
export const twoPhaseCommit = (
  managers: number,
  keyed: (state: Commit) => Commit = (state) => state,
): System<Commit, CommitAction> => ({
  starts: [
    {
      decision: "none",
      managers: Array.from({ length: managers }, () => ({
        phase: "working",
        hasSent: false,
        isHeard: false,
      })),
    },
  ],
  successors: (state) => [...decisions(state), ...state.managers.flatMap((_, i) => movesOf(state, i))],
  key: (state) => written(keyed(state)),
})

/** The managers in the order of their phases, those of one phase as they stood: Stateright's, not always one a class. */
export const sortedByPhase = ({ decision, managers }: Commit): Commit => ({
  decision,
  managers: managers.toSorted((a, b) => phases.indexOf(a.phase) - phases.indexOf(b.phase)),
})

/** The managers in the order of all that is known of them: one state for all that are the same but for names. */
export const sorted = ({ decision, managers }: Commit): Commit => ({
  decision,
  managers: managers.toSorted((a, b) => (managerWritten(a) < managerWritten(b) ? -1 : 1)),
})

/** Whether no manager has committed while another has aborted. */
export const isConsistent = ({ managers }: Commit): boolean =>
  !managers.some(({ phase }) => phase === "committed") || !managers.some(({ phase }) => phase === "aborted")

/** Whether every manager has committed or aborted. */
export const isSettled = ({ managers }: Commit): boolean =>
  managers.every(({ phase }) => phase === "committed" || phase === "aborted")

const phases: readonly Phase[] = ["working", "prepared", "committed", "aborted"]

const written = ({ decision, managers }: Commit): string => [decision, ...managers.map(managerWritten)].join()

const managerWritten = ({ phase, hasSent, isHeard }: Manager): string =>
  `${phase} ${Number(hasSent)}${Number(isHeard)}`

const decisions = (state: Commit): readonly Move<Commit, CommitAction>[] => {
  if (state.decision !== "none") return []
  const commit = state.managers.every(({ isHeard }) => isHeard)
    ? [{ action: { kind: "TmCommit", manager: null }, state: { ...state, decision: "commit" } } as const]
    : []
  return [...commit, { action: { kind: "TmAbort", manager: null }, state: { ...state, decision: "abort" } }]
}

const movesOf = (state: Commit, i: number): readonly Move<Commit, CommitAction>[] => {
  const { phase, hasSent } = state.managers[i] as Manager
  const moves: Move<Commit, CommitAction>[] = []
  const may = (isAllowed: boolean, kind: CommitKind, change: Partial<Manager>): void => {
    if (isAllowed) moves.push({ action: { kind, manager: i }, state: withManager(state, i, change) })
  }
  may(state.decision === "none" && hasSent, "TmRcvPrepared", { isHeard: true })
  may(phase === "working", "RmPrepare", { phase: "prepared", hasSent: true })
  may(phase === "working", "RmChooseToAbort", { phase: "aborted" })
  may(state.decision === "commit", "RmRcvCommitMsg", { phase: "committed" })
  may(state.decision === "abort", "RmRcvAbortMsg", { phase: "aborted" })
  return moves
}

const withManager = (state: Commit, i: number, change: Partial<Manager>): Commit => ({
  ...state,
  managers: state.managers.with(i, { ...(state.managers[i] as Manager), ...change }),
})
