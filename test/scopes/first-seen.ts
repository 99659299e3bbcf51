import { timedKinds } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { identityFor } from "../../model/identity.ts"
import { enumerate } from "../../properties/explore/enumerate.ts"
import { modelSystem } from "../../properties/explore/model-sweep.ts"
import { ghostsFor } from "../../properties/ghost.ts"
import { touchedBy } from "../../properties/property.ts"
import { witnesses } from "../../properties/witnesses.ts"

/** How many actions the shortest runs have that show these witnesses in a cluster; null for one that is never seen. */
export const firstSeen = (
  config: Config,
  ids: readonly string[],
): Readonly<Record<string, number | null>> => {
  const wanted = witnesses.filter(({ id }) => ids.includes(id))
  const seen: Record<string, number | null> = Object.fromEntries(ids.map((id) => [id, null]))
  const depths = new Map<string, number>()
  const key = identityFor(config, timedKinds)
  const system = modelSystem(protocolOf(config), timedKinds, key, ghostsFor(config, wanted))
  const start = system.starts[0]
  if (start !== undefined) depths.set(system.key(start), 0)
  enumerate(system, {
    onStep: (before, action, after) => {
      const depth = (depths.get(system.key(before)) ?? 0) + 1
      const reached = system.key(after)
      if (!depths.has(reached)) depths.set(reached, depth)
      const step = { before: before.state, action, after: after.state }
      for (const move of touchedBy(config, before.history, step))
        for (const witness of wanted)
          if (seen[witness.id] === null && witness.seen(move)) seen[witness.id] = depth
      return Object.values(seen).includes(null) ? null : "all are seen"
    },
  })
  return seen
}
