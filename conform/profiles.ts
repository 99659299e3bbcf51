import { withCompaction } from "./compaction.ts"
import { lockProfile } from "./lock-profile.ts"
import { lockCases } from "./lock-cases.ts"
import { pairProfile } from "./pair-profile.ts"
import { pairCases } from "./pair-cases.ts"
import { placementProfile } from "./placement-profile.ts"
import { placementCases } from "./placement-cases.ts"
import type { Profile } from "./profile.ts"
import type { CaseSource } from "./case-source.ts"
import type { ProfileName } from "./profile-name.ts"

/** A profile with what there is to try on it, whatever its states are. */
export type Ground<S> = { readonly profile: Profile<S>; readonly caseSource: CaseSource<S> }

/** Does something with a profile by its name: the states of each are of a type of their own. */
export const withGround = <A>(name: ProfileName, use: <S>(ground: Ground<S>) => A): A => {
  switch (name) {
    case "pair":
      return use({ profile: pairProfile(), caseSource: pairCases })
    case "lock":
      return use({ profile: lockProfile, caseSource: lockCases })
    case "placement":
      return use({ profile: placementProfile, caseSource: placementCases })
  }
}

/** The same for a log, which may be long. */
export const withLogGround = <A>(name: "pair" | "lock", use: <S>(profile: Profile<S>) => A): A =>
  name === "pair" ? use(withCompaction(pairProfile())) : use(lockProfile)
