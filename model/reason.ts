/** Why a pair is `needSecondary`: the first cause, until the state is left. No guard reads it. */
export type NeedSecondaryReason =
  "initializing" | "userAction" | "partialHardwareFailure" | "lostConnection" | CrashReason

/** What a crashed copy may be said to have crashed of. */
export type CrashReason = "divergence" | "checkpointError" | "other"
