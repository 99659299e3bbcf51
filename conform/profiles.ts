import { withHorizon } from "./horizon.ts"
import { lockProfile } from "./lock-profile.ts"
import { lockRepertoire } from "./lock-repertoire.ts"
import { pairProfile } from "./pair-profile.ts"
import { pairRepertoire } from "./pair-repertoire.ts"
import { placementProfile } from "./placement-profile.ts"
import { placementRepertoire } from "./placement-repertoire.ts"
import type { Profile } from "./profile.ts"
import type { Repertoire } from "./repertoire.ts"
import type { ProfileName } from "./profile-name.ts"

/** A profile with what there is to try on it, whatever its states are. */
export type Ground<S> = { readonly profile: Profile<S>; readonly repertoire: Repertoire<S> }

/** Does something with a profile by its name: the states of each are of a type of their own. */
export const withGround = <A>(name: ProfileName, use: <S>(ground: Ground<S>) => A): A => {
  switch (name) {
    case "pair":
      return use({ profile: pairProfile(), repertoire: pairRepertoire })
    case "lock":
      return use({ profile: lockProfile, repertoire: lockRepertoire })
    case "placement":
      return use({ profile: placementProfile, repertoire: placementRepertoire })
  }
}

/** The same for a log, which may be long. */
export const withLogGround = <A>(name: "pair" | "lock", use: <S>(profile: Profile<S>) => A): A =>
  name === "pair" ? use(withHorizon(pairProfile())) : use(lockProfile)
