import type { Action } from "../../model/action.ts"
import {
  isRegisteredAlike,
  plainHost,
  plainPair,
  registeredOn,
  type Config,
  type HostConfig,
  type PairConfig,
} from "../../model/config.ts"
import { endsOf, inOrder, linkBetween, pairIdOf, type CopyId, type HostId } from "../../model/ids.ts"

/** A cluster, and a run in it. */
type Candidate = { readonly config: Config; readonly actions: readonly Action[] }

/** Clusters that are simpler in one thing each, with the actions as they are called there. */
export const simplifications = (config: Config, actions: readonly Action[]): readonly Candidate[] => [
  ...withoutTime(config, actions),
  ...withShorterLogs(config).map((simpler) => ({ config: simpler, actions })),
  ...config.rules.map((_, n) => withRules(config, actions, (m) => m !== n)),
  ...withoutLastPair(config, actions),
  ...config.hosts.flatMap((host) => withoutHost(config, actions, host.id)),
  ...[
    ...config.hosts.flatMap((host, n) => withPlainerHost(config, host, n)),
    ...withPrivateLinks(config),
    ...(config.policy === "any" ? [] : [{ ...config, policy: "any" } as const]),
    ...config.pairs.flatMap((pair, n) =>
      plainer(config, pair).map((simpler) => ({ ...config, pairs: config.pairs.with(n, simpler) })),
    ),
    ...withShorterTimes(config),
  ].map((simpler) => ({ config: simpler, actions })),
  ...inOrderOfUse(config, actions),
]

/** Where no time passes, which nobody then lets pass. */
const withoutTime = ({ time, ...timeless }: Config, actions: readonly Action[]): readonly Candidate[] =>
  time === undefined ? [] : [{ config: timeless, actions: actions.filter(({ kind }) => kind !== "Tick") }]

/** Where something takes less time, or clocks are exact. */
const withShorterTimes = (config: Config): readonly Config[] => {
  const { time } = config
  if (time === undefined) return []
  const { tick, ...times } = time
  const timeouts = (["heartbeatTimeout", "silenceTimeout"] as const).flatMap((name) =>
    (["primary", "secondary"] as const).flatMap((role) =>
      shorter(time[name][role], 1).map((ticks) => ({ ...time, [name]: { ...time[name], [role]: ticks } })),
    ),
  )
  const others = shortestTimes.flatMap(([name, least]) =>
    shorter(time[name], least).map((ticks) => ({ ...time, [name]: ticks })),
  )
  return [
    ...(tick === undefined ? [] : [times]),
    ...(time.driftEvery === 0 ? [] : [{ ...time, driftEvery: 0 }]),
    ...timeouts,
    ...others,
  ].map((simpler) => ({ ...config, time: simpler }))
}

/** The times that are one number, with the least that each may be. */
const shortestTimes = [
  ["heartbeatPeriod", 1],
  ["logPeriod", 1],
  ["delayMax", 0],
  ["goLiveDelay", 0],
  ["lockMax", 0],
  ["syncMax", 0],
  ["respawnMax", 0],
  ["haDelay", 0],
] as const

/** As few ticks as may be, half as many, and one less. */
const shorter = (ticks: number, least: number): readonly number[] =>
  [...new Set([least, least + ((ticks - least) >> 1), ticks - 1])].filter((n) => n >= least && n < ticks)

const withShorterLogs = (config: Config): readonly Config[] => {
  const { bounds } = config
  const isBounded = Number.isFinite(bounds.log) && bounds.log > 0
  return isBounded ? [{ ...config, bounds: { ...bounds, log: bounds.log - 1 } }] : []
}

/** A host of which less is said: of its groups only where a rule or a pair speaks of groups. */
const withPlainerHost = (config: Config, host: HostConfig, n: number): readonly Config[] =>
  [
    {
      ...host,
      ...plainHost,
      groups: groupsIn(config).length === 0 ? [] : host.groups,
      ftEncryption: host.ftEncryption,
    },
    { ...host, ftEncryption: false },
  ]
    .filter((plain) => JSON.stringify(plain) !== JSON.stringify(host))
    .map((plain) => ({ ...config, hosts: config.hosts.with(n, plain) }))

/** The groups that rules and pairs speak of. */
const groupsIn = ({ rules, pairs }: Config): readonly string[] => [
  ...rules.map(({ group }) => group),
  ...pairs.flatMap(({ metro }) => metro ?? []),
]

const withPrivateLinks = (config: Config): readonly Config[] =>
  config.exposed.map((link) => ({ ...config, exposed: config.exposed.filter((other) => other !== link) }))

/** The pair with less said of it, in one thing each. */
const plainer = (config: Config, pair: PairConfig): readonly PairConfig[] => {
  const { primary, secondary } = pair.registered
  const registered = registeredOn(config.hosts[0]?.id ?? "h1", pair.ft)
  return [
    ...(pair.vcpus === 1 ? [] : [{ ...pair, vcpus: 1 }]),
    ...(pair.ft === "enabled"
      ? []
      : [{ ...pair, ft: "enabled", registered: { primary, secondary: secondary ?? primary } } as const]),
    ...(pair.encryption === plainPair.encryption ? [] : [{ ...pair, encryption: plainPair.encryption }]),
    ...(pair.metro === null ? [] : [{ ...pair, metro: null }]),
    ...(isRegisteredAlike(pair.registered, registered) ? [] : [{ ...pair, registered }]),
  ]
}

/** With some of the rules only, which actions then call by their new numbers. */
const withRules = (config: Config, actions: readonly Action[], isKept: (n: number) => boolean): Candidate => {
  const kept = [...config.rules.keys()].filter(isKept)
  return {
    config: { ...config, rules: config.rules.filter((_, n) => isKept(n)) },
    actions: actions.flatMap((action): readonly Action[] => {
      if (!("rule" in action)) return [action]
      const place = kept.indexOf(action.rule - 1)
      return place < 0 ? [] : [{ ...action, rule: place + 1 }]
    }),
  }
}

/** Without the last pair; where there are two, also without the first, whose name the last then takes. */
const withoutLastPair = (config: Config, actions: readonly Action[]): readonly Candidate[] => {
  const last = config.pairs.at(-1)
  const first = config.pairs[0]
  if (last === undefined || first === undefined || config.pairs.length === 1) return []
  const isOfLast = (action: Action): boolean =>
    ("pair" in action && action.pair === last.id) || ("copy" in action && pairIdOf(action.copy) === last.id)
  const isOfPair = (action: Action): boolean => "pair" in action || "copy" in action
  const without = withRules(
    config,
    actions.filter((action) => !isOfLast(action)),
    (n) => config.rules[n]?.pairs.some((id) => id !== last.id) ?? false,
  )
  const alone: Candidate = {
    ...without,
    config: {
      ...without.config,
      pairs: config.pairs.slice(0, -1),
      rules: without.config.rules.map((rule) => ({
        ...rule,
        pairs: rule.pairs.filter((id) => id !== last.id),
      })),
    },
  }
  if (config.pairs.length > 2) return [alone]
  const only = withRules(
    config,
    actions
      .filter((action) => isOfLast(action) || !isOfPair(action))
      .map((action) => inPair(action, last.id, first.id)),
    (n) => config.rules[n]?.pairs.includes(last.id) ?? false,
  )
  return [
    alone,
    {
      ...only,
      config: {
        ...only.config,
        pairs: [{ ...last, id: first.id }],
        rules: only.config.rules.map((rule) => ({ ...rule, pairs: [first.id] })),
      },
    },
  ]
}

/** What was done in one pair, done in another. */
const inPair = (action: Action, from: PairConfig["id"], to: PairConfig["id"]): Action => ({
  ...action,
  ...("copy" in action ? { copy: action.copy.replace(from, to) as CopyId } : {}),
  ...("pair" in action ? { pair: to } : {}),
})

const withoutHost = (config: Config, actions: readonly Action[], gone: HostId): readonly Candidate[] => {
  if (config.hosts.length <= 2) return []
  const isUsed = actions.some((action) => hostsOf(action).includes(gone))
  if (isUsed) return []
  const kept = config.hosts.filter(({ id }) => id !== gone)
  // Rules and pairs speak of groups that some host is in.
  const isBare = groupsIn(config).some((group) => kept.every(({ groups }) => !groups.includes(group)))
  return isBare
    ? []
    : [
        inHosts(
          config,
          actions,
          kept.map(({ id }) => id),
        ),
      ]
}

/** The hosts named in the order in which the actions first use them. */
const inOrderOfUse = (config: Config, actions: readonly Action[]): readonly Candidate[] => {
  const ids = config.hosts.map(({ id }) => id)
  const used = [...new Set([...actions.flatMap(hostsOf), ...ids])]
  return used.every((id, i) => id === ids[i]) ? [] : [inHosts(config, actions, used)]
}

/** The same with these hosts only, which take the first names of the cluster in this order. */
const inHosts = (config: Config, actions: readonly Action[], kept: readonly HostId[]): Candidate => {
  const name = (id: HostId): HostId => (config.hosts[Math.max(0, kept.indexOf(id))] as { id: HostId }).id
  const hosts = kept.map((id) => ({
    ...(config.hosts.find((host) => host.id === id) as HostConfig),
    id: name(id),
  }))
  const pairs = config.pairs.map((pair) => ({
    ...pair,
    registered: {
      primary: name(pair.registered.primary),
      secondary: pair.registered.secondary === null ? null : name(pair.registered.secondary),
    },
  }))
  const exposed = config.exposed
    .map(endsOf)
    .filter((ends) => ends.every((id) => kept.includes(id)))
    .map(([a, b]) => linkBetween(name(a), name(b)))
    .toSorted()
  return {
    config: { ...config, hosts, pairs, exposed },
    actions: actions.map((action): Action => {
      if ("hosts" in action)
        return { ...action, hosts: inOrder(name(action.hosts[0]), name(action.hosts[1])) }
      return "host" in action ? { ...action, host: name(action.host) } : action
    }),
  }
}

const hostsOf = (action: Action): readonly HostId[] =>
  "hosts" in action ? action.hosts : "host" in action ? [action.host] : []
