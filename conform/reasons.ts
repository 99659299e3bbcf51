import type { CrashReason } from "../model/reason.ts"
import { sees, type ObservationSchema } from "./observation.ts"
import type { AskedAction, Profile } from "./profile.ts"

/** The profile, for a log: a crash that is logged without its reason may have had any. */
export const withAnyReason = <S>(profile: Profile<S>, schema: ObservationSchema): Profile<S> =>
  showsReason(schema)
    ? {
        ...withAnySilentReason(profile, schema),
        matching: (config, state, action) => profile.matching(config, state, action).flatMap(everyReason),
      }
    : profile

/** The profile, with crashes of any reason among what happens in silence. */
export const withAnySilentReason = <S>(profile: Profile<S>, schema: ObservationSchema): Profile<S> =>
  showsReason(schema)
    ? {
        ...profile,
        enabled: (config, state, kinds) => profile.enabled(config, state, kinds).flatMap(everyReason),
      }
    : profile

/** Where nothing shows a reason, any one does, and the candidates stay few. */
const showsReason = (schema: ObservationSchema): boolean => sees(schema, ["pairs", "*", "reason"])

/** The action; and with each reason, if it is a crash that says none. Without one, the model takes the usual. */
const everyReason = (action: AskedAction): readonly AskedAction[] =>
  action.kind !== "CrashCopy" || action["reason"] !== undefined
    ? [action]
    : [action, ...reasons.map((reason) => ({ ...action, reason }))]

const reasons: readonly CrashReason[] = ["divergence", "checkpointError", "other"]
