import type { Config } from "../../../../model/config.ts"
import { refuseBeyond } from "../../capacity.ts"
import { count, host, type FieldTypes } from "../../fields.ts"
import type { Owner, PackedPart } from "../../part.ts"
import { deadlinesOf } from "./deadlines.ts"

/** The clocks, and whom a copy watches. A clock stops one tick beyond its deadline: rules that disregard deadlines come so far. */
export const packedTime: PackedPart = {
  id: "time",
  isOn: ({ time }) => time !== undefined,
  fields: ({ time }) => (time === undefined ? {} : clocksFor(time)),
}

const clocksFor = (time: NonNullable<Config["time"]>): { readonly [O in Owner]?: FieldTypes } => {
  const { heartbeats, log, lock, sync, respawn, restart } = deadlinesOf(time)
  return {
    copy: {
      watch: host("none"),
      heartbeatSilence: clock(heartbeats.must.primary, heartbeats.must.secondary),
      logSilence: clock(log.must.primary, log.must.secondary),
      obligation: clock(lock.must.primary, lock.must.secondary, sync, respawn),
    },
    pair: { haWait: clock(restart.must) },
  }
}

/** A clock with room for each of its deadlines, and a tick more. Throws LayoutError where that is too far. */
const clock = (...deadlines: readonly number[]) => {
  const most = Math.max(...deadlines) + 1
  refuseBeyond("ticks", most)
  return count(() => most)
}
