import { alphabet, isCore, isFtKind, kinds, subjectOf, type Kind } from "../../model/action.ts"
import type { KindEntry } from "../../model/kind.ts"
import type { OperandName } from "../../model/operand.ts"
import type { Reads } from "./environment.ts"
import { refusal, taken } from "./guards.ts"
import { kindNumber, type Layout } from "./layout.ts"
import { machineOf, phase, type Machine } from "./machine.ts"
import { partMutations } from "./parts/table.ts"
import { packedParts } from "./parts/fields.ts"
import { placementOf } from "./placement.ts"
import { rulesOf } from "./rules/table.ts"
import type { EngineMutation, EngineRule, EngineRules, Follower } from "./rule.ts"
import { singleFaultHistoryOf } from "./single-fault.ts"
import { viewOf, type View } from "./view.ts"

/** Called for every successor: the action, and the answer, `taken` or `unrepresentable`. The machine is at the successor. */
type Visit = (kind: number, a: number, b: number, answer: number) => void

/**
 * The step relation over packed states, which it changes in place. It allocates nothing.
 *
 * Shape  An action is three numbers: its kind's place in the alphabet, and what it names: the slot of a copy, a
 *        pair, a host or the number of a link or a rule; `b` is the host of a placement, or why a copy crashes. `step` takes the action, if the
 *        rules allow it, and answers with a guard's number (`guards.ts`) or `taken`. `isTried` says which actions an exploration
 *        tries in the state that the machine is at; `expand` goes through all
 *        successors of the state that the machine is at, and leaves it there.
 */
export type Engine = {
  readonly layout: Layout
  readonly machine: Machine
  readonly view: View
  readonly step: (kind: number, a: number, b: number) => number
  readonly isTried: (kind: number, a: number, b: number) => boolean
  readonly expand: (visit: Visit) => void
}

/**
 * The engine of a layout; with a mutation, of a protocol with one thing wrong. What it reads of the environment is noted in
 * `reads`; `carrying` sets the ghosts of the layout after each step.
 */
export const engineOf = (
  layout: Layout,
  mutation: EngineMutation | null = null,
  reads: Reads | null = null,
  carrying: ((view: View) => Follower) | null = null,
): Engine => {
  const machine = machineOf(layout, reads)
  const view = viewOf(machine)
  const parts = packedParts.filter(({ isOn }) => isOn(layout.config)).map(({ id }) => mutationOf(id))
  const rules = changedBy(mutation === null ? parts : [...parts, mutation], view)
  const byNumber = kinds.map((kind) => rules[kind] ?? neverTaken)
  const history = singleFaultHistoryOf(view)
  const remembers = layout.past.singleFault.mask !== 0
  const { reasoner } = rules
  const followerOf = inTurn(rules.followerOf, carrying === null ? undefined : () => carrying(view))
  const explains = layout.books.reason.mask !== 0

  const step = (kind: number, a: number, b: number): number => {
    const faultsBefore = remembers ? view.faultsSoFar() : 0
    if (explains) reasoner.begin()
    const answer = (byNumber[kind] as EngineRule)(a, b)
    if (explains && answer === taken) reasoner.explain(kind, a, b)
    if (remembers && answer === taken) history.remember(isOperators[kind] === true, faultsBefore)
    return answer
  }

  const isAskedByName = askedByNameIn(view)
  const isTried = (kind: number, a: number, b: number): boolean =>
    b === 0 || (kind !== kindNumber.SuspendFT && kind !== kindNumber.TurnOffFT) || isAskedByName(a, b - 1)

  return {
    layout,
    machine,
    view,
    step: followerOf === undefined ? step : followed(step, followerOf()),
    isTried,
    expand: expansionOf(
      view,
      { ...rules, ...(followerOf === undefined ? {} : { followerOf }) },
      history.remember,
    ),
  }
}

/** The core's rules with changes to them, one after the other, and what parts have as the last guard of each. */
const changedBy = (changes: readonly EngineMutation[], view: View): EngineRules => {
  const placement = placementOf(view)
  let rules = rulesOf(view, placement)
  const unguarded = (): EngineRules => rules
  for (const change of changes) rules = { ...rules, ...change(rules, view, placement, unguarded) }
  return { ...rules, ...guardedIn(rules, view) }
}

/** The rules that have a last guard, with it. */
const guardedIn = (rules: EngineRules, { machine }: View): Partial<EngineRules> =>
  Object.fromEntries(
    kinds.flatMap((kind): readonly [Kind, EngineRule][] => {
      const guard = rules.lastGuards?.[kind]
      const rule = rules[kind]
      if (guard === undefined || rule === undefined) return []
      return [
        [
          kind,
          (a, b) => {
            const refused = guard(a)
            const answer = rule(a, b)
            if (refused === taken || (answer > taken && answer !== refusal.bound)) return answer
            if (answer <= taken) machine.undo()
            return refused
          },
        ],
      ]
    }),
  )

/** What follows from a step, one after the other; undefined where nothing does. */
const inTurn = (...each: readonly ((() => Follower) | undefined)[]): (() => Follower) | undefined => {
  const all = each.filter((followerOf) => followerOf !== undefined)
  if (all.length < 2) return all[0]
  return () => {
    const followers = all.map((followerOf) => followerOf())
    return {
      begin: () => {
        for (const { begin } of followers) begin()
      },
      follow: (kind, a, b) => {
        for (const { follow } of followers) follow(kind, a, b)
      },
    }
  }
}

/** Steps with what follows from them. */
const followed =
  (step: Engine["step"], { begin, follow }: Follower): Engine["step"] =>
  (kind, a, b) => {
    begin()
    const answer = step(kind, a, b)
    if (answer === taken) follow(kind, a, b)
    return answer
  }

/** What a part that is on makes of the rules. */
const mutationOf = (part: string): EngineMutation => {
  const mutation = partMutations[part]
  if (mutation === undefined) throw new Error(`defect: the engine has no rules of the part ${part}`)
  return mutation
}

/** The rule of a kind that the protocol does not have. */
const neverTaken: EngineRule = () => refusal.unknown

/** Which kinds are an operator's, by number. */
const isOperators = kinds.map((kind) => alphabet[kind].actor === "operator")

/**
 * Whether an operation on FT is tried that asks the copy on a host by name: only a Primary in lockstep that the lock has passed by,
 * which answers otherwise than the current one.
 */
const askedByNameIn = ({ hosts, controlOf, phaseIn, generationIn, isOn, lockOf }: View) => {
  return (pair: number, host: number): boolean => {
    const copy = controlOf(pair * hosts + host)
    return isOn(pair) && phaseIn(copy) === phase.lockstepPrimary && generationIn(copy) !== lockOf(pair)
  }
}

/**
 * Tries every kind on every copy, pair, host, link and rule. Which of them a phase leaves out is for the rules to say: one with
 * a guard less is met wherever it then applies.
 */
const expansionOf = (
  view: View,
  rules: EngineRules,
  remember: (isOperators: boolean, faultsBefore: number) => void,
): Engine["expand"] => {
  const { machine, layout, hosts, pairs, slots, controlOf, faultsSoFar } = view
  const isAskedByName = askedByNameIn(view)
  const { undo } = machine
  const links = (hosts * (hosts - 1)) / 2
  const rulesCount = layout.config.rules.length
  const offered = kinds.map((kind) => layout.among.includes(kind))
  const remembers = layout.past.singleFault.mask !== 0
  const explains = layout.books.reason.mask !== 0
  const { begin, explain } = rules.reasoner
  const follower = rules.followerOf?.()
  const k = kindNumber
  const { Record, Deliver, Ack, Release, BeginLockstep, JoinLockstep, SpawnSecondary, TryLock, Suspect } =
    rules
  const { TurnOnFT, TurnOffFT, SuspendFT, ResumeFT, Register } = rules
  const { AbandonSync, SyncLost, HaRestart, PowerOn, PowerOff, TestFailover, TestRestartSecondary } = rules
  const { Migrate, EnterMaintenance, ExitMaintenance, RecoverHost, HealLink, RestoreStorage } = rules
  const { CrashCopy, FailHost, CutLink, LoseStorage, ExposeLink, SecureLink } = rules
  const { ActivateRule, DeactivateRule } = rules
  const added = (operand: OperandName | "nothing"): readonly AddedRule[] => addedRules(rules, layout, operand)
  const [addedOfCopy, addedOfPair, addedOfHost, addedOfLink, addedOfCluster] = [
    added("copy"),
    added("pair"),
    added("host"),
    added("hosts"),
    added("nothing"),
  ]
  const offersFt = layout.among.some(isFtKind)
  let visit: Visit = () => {}
  let faultsBefore = 0

  /** Shows a step that a rule has just taken, and takes it back. */
  const show = (answer: number, kind: number, a: number, b: number): void => {
    if (answer > taken) return
    if (offered[kind] === true) {
      if (follower !== undefined && answer === taken) follower.follow(kind, a, b)
      if (explains && answer === taken) explain(kind, a, b)
      if (remembers) remember(isOperators[kind] === true, faultsBefore)
      visit(kind, a, b, answer)
    }
    undo()
  }

  /** Tries a placement on host after host. */
  const onEachHost = (rule: EngineRule, kind: number, a: number): void => {
    for (let host = 0; host < hosts; host += 1) show(rule(a, host), kind, a, host)
  }

  /** Tries the kinds that parts add. */
  const tryAdded = (all: readonly AddedRule[], a: number): void => {
    for (const { kind, rule, takesHost } of all)
      if (takesHost) onEachHost(rule, kind, a)
      else show(rule(a, 0), kind, a, 0)
  }

  const ofCopy = (slot: number): void => {
    show(Record(slot, 0), k.Record, slot, 0)
    show(Deliver(slot, 0), k.Deliver, slot, 0)
    show(Ack(slot, 0), k.Ack, slot, 0)
    show(Release(slot, 0), k.Release, slot, 0)
    show(BeginLockstep(slot, 0), k.BeginLockstep, slot, 0)
    show(JoinLockstep(slot, 0), k.JoinLockstep, slot, 0)
    show(SyncLost(slot, 0), k.SyncLost, slot, 0)
    show(Suspect(slot, 0), k.Suspect, slot, 0)
    show(TryLock(slot, 0), k.TryLock, slot, 0)
    show(AbandonSync(slot, 0), k.AbandonSync, slot, 0)
    onEachHost(SpawnSecondary, k.SpawnSecondary, slot)
    if (offered[k.TestRestartSecondary]) show(TestRestartSecondary(slot, 0), k.TestRestartSecondary, slot, 0)
    if (offered[k.Migrate]) onEachHost(Migrate, k.Migrate, slot)
    show(CrashCopy(slot, 0), k.CrashCopy, slot, 0)
    tryAdded(addedOfCopy, slot)
  }

  const ofPair = (pair: number): void => {
    onEachHost(HaRestart, k.HaRestart, pair)
    show(PowerOff(pair, 0), k.PowerOff, pair, 0)
    if (offered[k.TestFailover]) show(TestFailover(pair, 0), k.TestFailover, pair, 0)
    onEachHost(PowerOn, k.PowerOn, pair)
    if (offersFt) ofFt(pair)
    tryAdded(addedOfPair, pair)
  }

  const ofFt = (pair: number): void => {
    show(TurnOnFT(pair, 0), k.TurnOnFT, pair, 0)
    show(ResumeFT(pair, 0), k.ResumeFT, pair, 0)
    show(SuspendFT(pair, 0), k.SuspendFT, pair, 0)
    show(TurnOffFT(pair, 0), k.TurnOffFT, pair, 0)
    for (let place = 0; place < 2 * hosts; place += 1) show(Register(pair, place), k.Register, pair, place)
    for (let host = 0; host < hosts; host += 1) {
      if (!isAskedByName(pair, host)) continue
      show(SuspendFT(pair, 1 + host), k.SuspendFT, pair, 1 + host)
      show(TurnOffFT(pair, 1 + host), k.TurnOffFT, pair, 1 + host)
    }
  }

  const ofHost = (host: number): void => {
    show(RecoverHost(host, 0), k.RecoverHost, host, 0)
    show(RestoreStorage(host, 0), k.RestoreStorage, host, 0)
    if (offered[k.EnterMaintenance]) show(EnterMaintenance(host, 0), k.EnterMaintenance, host, 0)
    if (offered[k.ExitMaintenance]) show(ExitMaintenance(host, 0), k.ExitMaintenance, host, 0)
    show(FailHost(host, 0), k.FailHost, host, 0)
    show(LoseStorage(host, 0), k.LoseStorage, host, 0)
    tryAdded(addedOfHost, host)
  }

  const ofLink = (link: number): void => {
    show(HealLink(link, 0), k.HealLink, link, 0)
    show(CutLink(link, 0), k.CutLink, link, 0)
    if (offered[k.ExposeLink]) show(ExposeLink(link, 0), k.ExposeLink, link, 0)
    if (offered[k.SecureLink]) show(SecureLink(link, 0), k.SecureLink, link, 0)
    tryAdded(addedOfLink, link)
  }

  const ofRule = (rule: number): void => {
    if (offered[k.ActivateRule]) show(ActivateRule(rule, 0), k.ActivateRule, rule, 0)
    if (offered[k.DeactivateRule]) show(DeactivateRule(rule, 0), k.DeactivateRule, rule, 0)
  }

  return (visitor) => {
    visit = visitor
    faultsBefore = faultsSoFar()
    if (explains) begin()
    follower?.begin()
    for (let slot = 0; slot < slots; slot += 1) if (controlOf(slot) !== 0) ofCopy(slot)
    for (let pair = 0; pair < pairs; pair += 1) ofPair(pair)
    for (let host = 0; host < hosts; host += 1) ofHost(host)
    for (let link = 0; link < links; link += 1) ofLink(link)
    for (let rule = 0; rule < rulesCount; rule += 1) ofRule(rule)
    tryAdded(addedOfCluster, 0)
  }
}

type AddedRule = { readonly kind: number; readonly rule: EngineRule; readonly takesHost: boolean }

/** The rules of the kinds that parts add, about operands of one sort or about the cluster, of those that will be taken. */
const addedRules = (
  rules: EngineRules,
  { among }: Layout,
  operand: OperandName | "nothing",
): readonly AddedRule[] =>
  kinds.flatMap((kind, n) => {
    const rule = rules[kind]
    const { over }: KindEntry = alphabet[kind]
    return isCore(kind) || rule === undefined || !among.includes(kind) || subjectOf(kind) !== operand
      ? []
      : [{ kind: n, rule, takesHost: over[1] !== undefined }]
  })
