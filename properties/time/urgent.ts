import type { Kind } from "../../model/action.ts"

/** What may be due where time passes, so that time stands still until it is done. */
export const urgentKinds: readonly Kind[] = [
  "BeginLockstep",
  "JoinLockstep",
  "SpawnSecondary",
  "TryLock",
  "Suspect",
  "AbandonSync",
  "SyncLost",
  "HaRestart",
]
