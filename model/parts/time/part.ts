import { adding, following, guarding, ruled, together } from "../../change.ts"
import type { Part } from "../../part.ts"
import type { Change, Check } from "../../protocol.ts"
import type { OfCopy, OfPair } from "../../subject.ts"
import { clocksAfter, clocksOf } from "./clocks.ts"
import { mayAct } from "./detectors.ts"
import { shortest, type Time } from "./parameters.ts"
import { tick } from "./tick.ts"

/**
 * Time, where a configuration says how long things take: an action `Tick`, clocks that count ticks, and on each timed action
 * a guard more, `early`. Suspicion comes from silence, or from a delay that looks like it, and costs no fault.
 */
export const timed: Part = {
  id: "time",
  isOn: ({ time }) => time !== undefined,
  change: (protocol) =>
    protocol.config.time === undefined ? protocol : timedBy(protocol.config.time)(protocol),
}

const timedBy = (time: Time): Change =>
  together(
    adding({ Tick: tick(time) }),
    guarding("Suspect", afterSilence(time), "phase"),
    guarding("AbandonSync", afterSilence(time), "needed"),
    guarding("SyncLost", afterSilence(time), "needed"),
    guarding("TryLock", afterGoLiveDelay(time), "storage"),
    guarding("HaRestart", afterHaDelay(time), "policy"),
    ruled("Suspect", (suspect) => ({ ...suspect, isFault: () => false })),
    following(clocksAfter),
  )

/** One of its detectors has been silent for long enough. */
const afterSilence = (time: Time): Check<OfCopy> => ({
  id: "early",
  holds: ({ copy }) => mayAct(time, copy),
})

/** A former Secondary has waited since it contends, with storage. A former Primary need not. */
const afterGoLiveDelay = (time: Time): Check<OfCopy> => ({
  id: "early",
  holds: ({ copy }) =>
    copy.role === "primary" || clocksOf(copy).obligation >= shortest(time, time.goLiveDelay),
})

/** A restart has been possible for long enough. */
const afterHaDelay = (time: Time): Check<OfPair> => ({
  id: "early",
  holds: ({ pair: { haWait = 0 } }) => haWait >= shortest(time, time.haDelay),
})
