/** What an implementation is compared with: the whole protocol, the lock alone, or the placement. */
export const profileNames = ["pair", "lock", "placement"] as const
export type ProfileName = (typeof profileNames)[number]
