import { alphabet, kinds, type Action, type Kind } from "../model/action.ts"
import type { Config } from "../model/config.ts"
import { inOrder, pairIdOf, type CopyId, type HostId } from "../model/ids.ts"
import { initial } from "../model/state.ts"
import { step, type Rules } from "../model/step.ts"
import { begin, observe, type Judge, type Run } from "../properties/check/run.ts"
import { shortestFrom } from "../properties/check/search.ts"
import { settle } from "../properties/check/simulate.ts"
import { comesToRest } from "../properties/liveness.ts"
import { isLiveness, type Property } from "../properties/property.ts"
import { copyNames } from "./copy-names.ts"

/**
 * How short a counterexample is known to be: `found` as it came; `1-minimal`, no single action can go;
 * `shortest`, breadth-first search found none shorter in its cluster.
 */
export type Minimality = "found" | "1-minimal" | "shortest"

/** A counterexample made short: its cluster, its run up to the breach, what it breaches, and the claim. */
export type Minimised = {
  readonly config: Config
  readonly run: Run
  readonly breach: NonNullable<Run["breach"]>
  readonly minimality: Minimality
}

/** How many states a search for a shorter way may look at, from each state on the way. */
const detourStatesMax = 1500

/** How many states the search for the shortest way of all may look at. */
const shortestStatesMax = 20_000

/**
 * Makes a counterexample shorter and simpler: drops actions, in chunks and one by one; drops hosts, pairs, rules
 * and limits that it does not need; looks for a shorter way from every state on it. What is left breaches one of
 * the properties, and no single action can go. Where a shorter run breaches another of them than the one that
 * was found, the shorter one is told: it is the same defect, seen earlier. Null if `actions` breaches none.
 */
export const minimise = (
  rules: Rules,
  properties: readonly Property[],
  config: Config,
  actions: readonly Action[],
): Minimised | null => {
  const judge: Judge = { rules, properties, witnesses: [] }
  const start = attempt(judge, config, actions)
  if (start === null) return null
  let best = { config, run: start }
  for (;;) {
    const fewer = { ...best, run: withFewerActions(judge, best.config, best.run) }
    const simpler = inSimplerCluster(judge, fewer.config, fewer.run)
    if (simpler.run !== fewer.run) {
      best = simpler
      continue
    }
    const detour = shorterWay(judge, simpler.config, simpler.run)
    if (detour === null) return claimed(judge, simpler.config, simpler.run)
    best = { config: simpler.config, run: detour }
  }
}

/**
 * Replays the actions as far as they go: one that is refused is passed over, and a copy is called by the name
 * that it gets this time. A liveness property is judged once the rest of the way has been gone to rest. The
 * run, cut off at its breach; null if there is none.
 */
const attempt = (judge: Judge, config: Config, actions: readonly Action[]): Run | null => {
  let run = begin(initial(config))
  const names = copyNames()
  for (const original of actions) {
    const action = names.renamed(original)
    const outcome = step(judge.rules, config, run.state, action)
    names.note(original, outcome.tag === "next" ? run.state : null)
    if (outcome.tag === "refused") continue
    run = observe(judge, config, run, { action, state: outcome.state })
    if (run.breach !== null) return run
  }
  const isRestAsked = judge.properties.some(
    (property) => isLiveness(property) || property.atRest !== undefined,
  )
  const settled = isRestAsked ? settle(judge, config, run) : run
  if (settled.breach === null) return null
  // That a run never comes to rest is told by where it begins to: what it does then may go on for ever.
  return settled.breach.property === comesToRest
    ? { ...run, breach: { ...settled.breach, step: run.actions.length } }
    : settled
}

/** Chunks are dropped from half of the run down to single actions, until none can go. */
const withFewerActions = (judge: Judge, config: Config, start: Run): Run => {
  let run = start
  for (let size = Math.max(1, run.actions.length >> 1); ; size = Math.max(1, size >> 1)) {
    let dropped = false
    for (let at = run.actions.length - size; at >= 0; at -= 1) {
      const kept = [...run.actions.slice(0, at), ...run.actions.slice(at + size)]
      const shorter = attempt(judge, config, kept)
      if (shorter === null || shorter.actions.length >= run.actions.length) continue
      run = shorter
      dropped = true
      at = Math.min(at, run.actions.length - size + 1)
    }
    if (size === 1 && !dropped) return run
  }
}

/** A simpler cluster in which the same actions breach the property, no later: each simplification that works is kept. */
const inSimplerCluster = (
  judge: Judge,
  config: Config,
  run: Run,
): { readonly config: Config; readonly run: Run } => {
  for (const simpler of simplifications(config, run.actions)) {
    const again = attempt(judge, simpler.config, simpler.actions)
    if (again !== null && again.actions.length <= run.actions.length)
      return inSimplerCluster(judge, simpler.config, again)
  }
  return { config, run }
}

export type Candidate = { readonly config: Config; readonly actions: readonly Action[] }

/** Clusters that are simpler in one thing each, with the actions as they are called there. */
export const simplifications = (config: Config, actions: readonly Action[]): readonly Candidate[] => [
  ...withShorterLogs(config, actions),
  ...config.rules.map((_, i) => ({
    config: { ...config, rules: config.rules.filter((_rule, n) => n !== i) },
    actions,
  })),
  ...withoutLastPair(config, actions),
  ...config.hosts.flatMap((host) => withoutHost(config, actions, host.id)),
  ...config.hosts.flatMap((host, i) => {
    const plain = {
      ...host,
      ftVmsMax: 4,
      ftVcpusMax: 8,
      groups: config.rules.length === 0 ? [] : host.groups,
    }
    const isPlain = JSON.stringify(plain) === JSON.stringify(host)
    return isPlain ? [] : [{ config: { ...config, hosts: config.hosts.with(i, plain) }, actions }]
  }),
  ...config.pairs.flatMap((pair, i) =>
    pair.vcpus === 1
      ? []
      : [{ config: { ...config, pairs: config.pairs.with(i, { ...pair, vcpus: 1 }) }, actions }],
  ),
  ...config.pairs.flatMap((pair, i) => {
    const first = config.hosts[0]?.id ?? "h1"
    const registered = { primary: first, secondary: first }
    const isPlain = pair.registered.primary === first && pair.registered.secondary === first
    return isPlain
      ? []
      : [{ config: { ...config, pairs: config.pairs.with(i, { ...pair, registered }) }, actions }]
  }),
  ...inOrderOfUse(config, actions),
]

const withShorterLogs = (config: Config, actions: readonly Action[]): readonly Candidate[] => {
  const { bounds } = config
  const isBounded = Number.isFinite(bounds.log) && bounds.log > 0
  return isBounded ? [{ config: { ...config, bounds: { ...bounds, log: bounds.log - 1 } }, actions }] : []
}

const withoutLastPair = (config: Config, actions: readonly Action[]): readonly Candidate[] => {
  const last = config.pairs.at(-1)
  if (last === undefined || config.pairs.length === 1) return []
  const isOfLast = (action: Action): boolean =>
    ("pair" in action && action.pair === last.id) || ("copy" in action && pairIdOf(action.copy) === last.id)
  const rules = config.rules
    .map((rule) => ({ ...rule, pairs: rule.pairs.filter((id) => id !== last.id) }))
    .filter((rule) => rule.pairs.length > 0)
  const first = config.pairs[0]
  const alone = {
    config: { ...config, pairs: config.pairs.slice(0, -1), rules },
    actions: actions.filter((a) => !isOfLast(a)),
  }
  if (config.pairs.length > 2 || first === undefined) return [alone]
  const onlyLast = actions.filter((action) => isOfLast(action) || !("pair" in action || "copy" in action))
  const renamedToFirst = onlyLast.map((action): Action => {
    if ("pair" in action) return { ...action, pair: first.id }
    return "copy" in action ? { ...action, copy: action.copy.replace(last.id, first.id) as CopyId } : action
  })
  const rulesOfLast = config.rules
    .filter((rule) => rule.pairs.includes(last.id))
    .map((rule) => ({ ...rule, pairs: [first.id] }))
  return [
    alone,
    {
      config: { ...config, pairs: [{ ...last, id: first.id }], rules: rulesOfLast },
      actions: renamedToFirst,
    },
  ]
}

const withoutHost = (config: Config, actions: readonly Action[], gone: HostId): readonly Candidate[] => {
  if (config.hosts.length <= 2) return []
  const isUsed = actions.some((action) => hostsOf(action).includes(gone))
  if (isUsed) return []
  const kept = config.hosts.filter(({ id }) => id !== gone)
  // A rule speaks of a group that some host is in.
  const isBare = config.rules.some(({ group }) => kept.every(({ groups }) => !groups.includes(group)))
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
    ...(config.hosts.find((host) => host.id === id) as Config["hosts"][number]),
    id: name(id),
  }))
  const pairs = config.pairs.map((pair) => ({
    ...pair,
    registered: { primary: name(pair.registered.primary), secondary: name(pair.registered.secondary) },
  }))
  return {
    config: { ...config, hosts, pairs },
    actions: actions.map((action): Action => {
      if ("hosts" in action)
        return { ...action, hosts: inOrder(name(action.hosts[0]), name(action.hosts[1])) }
      return "host" in action ? { ...action, host: name(action.host) } : action
    }),
  }
}

const hostsOf = (action: Action): readonly HostId[] =>
  "hosts" in action ? action.hosts : "host" in action ? [action.host] : []

/**
 * A shorter run that leaves this one at some state and breaches a property another way; null if none was found.
 * First by the protocol's actions and the kinds that this run has anyhow, which reaches farther; then by all.
 */
const shorterWay = (judge: Judge, config: Config, run: Run): Run | null => {
  const usual = kinds.filter(
    (kind) => alphabet[kind].actor === "protocol" || run.actions.some((a) => a.kind === kind),
  )
  return detourAmong(judge, config, run, usual) ?? detourAmong(judge, config, run, kinds)
}

const detourAmong = (judge: Judge, config: Config, run: Run, among: readonly Kind[]): Run | null => {
  let prefix = begin(initial(config))
  for (const [i, action] of run.actions.entries()) {
    const found = shortestFrom(judge, config, prefix, run.actions.length - i - 1, detourStatesMax, among)
    if (found !== "none" && found !== "unknown") return found
    const outcome = step(judge.rules, config, prefix.state, action)
    if (outcome.tag === "refused") throw new Error(`defect: ${action.kind} was taken, and is refused now`)
    prefix = observe(judge, config, prefix, { action, state: outcome.state })
  }
  return null
}

/**
 * The run with its claim. Among the shortest runs of all the one is told that breaches the earliest property, if
 * the search reaches so far.
 */
const claimed = (judge: Judge, config: Config, run: Run): Minimised => {
  const { length } = run.actions
  const start = begin(initial(config))
  const shorter = shortestFrom(judge, config, start, length - 1, shortestStatesMax)
  if (shorter !== "none" && shorter !== "unknown") return claimed(judge, config, shorter)
  const isShortest = shorter === "none"
  const found = isShortest ? shortestFrom(judge, config, start, length, shortestStatesMax) : run
  const told = found === "none" || found === "unknown" ? run : found
  if (told.breach === null) throw new Error("defect: a counterexample without a breach")
  return { config, run: told, breach: told.breach, minimality: isShortest ? "shortest" : "1-minimal" }
}
