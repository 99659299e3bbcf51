import { coreKinds, kinds, kindsBesideFt } from "../model/action.ts"
import { plainConfig, type Bounds, type Config } from "../model/config.ts"
import { counted } from "../properties/amount.ts"
import type { Scope } from "./case-source.ts"

const scopeKinds = {
  core: coreKinds,
  "all kinds": kinds,
  "all kinds but the operations on FT": kindsBesideFt,
}

/** The small clusters in which everything is tried on a pair: cheap ones that find defects early come first. */
export const pairScopes: readonly Scope[] = [
  scope("ft", "all kinds", [2, 0, 0, 1], "all"),
  scope("operations", "all kinds but the operations on FT", [3, 1, 0, 1], "all"),
  scope("two-faults", "all kinds but the operations on FT", [2, 0, 2, 0], "all"),
  scope("respawn", "core", [3, 1, 1, 0], "all"),
  scope("two-entries", "core", [2, 2, 1, 1], "all"),
  scope("everything", "all kinds but the operations on FT", [3, 0, 1, 1], "by sort"),
  {
    name: "placement",
    says: "4 hosts, 2 pairs, one VM a host, a must rule; no entry, no fault; core and Migrate",
    config: placementCluster(),
    kinds: [...coreKinds, "Migrate"],
    refusals: "by sort",
  },
]

function scope(
  name: string,
  among: keyof typeof scopeKinds,
  [hosts, log, faults, fences]: readonly [number, number, number, number],
  refusals: Scope["refusals"],
): Scope {
  const bounds: Bounds = { log, faults, generations: 4, powerOffUpTo: fences, fencesUpTo: fences }
  return {
    name,
    says: `${counted(hosts, "host")}, 1 pair, log ${log}, ${counted(faults, "fault")}, ${fences === 0 ? "no power-off" : `power-off and tests up to generation ${fences}`}; ${among}`,
    config: plainConfig(hosts, 1, bounds),
    kinds: scopeKinds[among],
    refusals,
  }
}

function placementCluster(): Config {
  const plain = plainConfig(4, 2, { log: 0, faults: 0, generations: 3, powerOffUpTo: 0, fencesUpTo: 0 })
  return {
    ...plain,
    hosts: plain.hosts.map((host, n) => ({ ...host, ftVmsMax: 1, groups: n < 2 ? ["a"] : [] })),
    rules: [{ pairs: ["p1"], type: "must", run: "on", group: "a", active: true }],
  }
}
