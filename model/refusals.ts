import { kinds, type CoreKind, type Kind } from "./action.ts"
import { guardMeanings, type GuardId } from "./guard-id.ts"
import { partRefusals } from "./parts/words.ts"

/** When a rule refuses by each of its guards. */
type Refusals = Readonly<Partial<Record<GuardId, string>>>

const coreRefusals: { readonly [K in CoreKind]: Refusals } = {
  Record: {
    copy: "no such copy runs",
    "primary-only": "it is a Secondary",
    phase: "it contends",
    storage: "its host is without storage",
    bound: "its log has bounds.log entries",
  },
  Deliver: {
    copy: "no such copy runs",
    phase: "it is not in lockstep",
    "secondary-only": "it is a Primary",
    primary: "no Primary in lockstep at the same generation has it as peer",
    unreachable: "the link between the two is cut, or not confidential",
    nothing: "all that the Primary has recorded is delivered",
  },
  Ack: {
    copy: "no such copy runs",
    "primary-only": "it is a Secondary",
    phase: "it is not in lockstep",
    nothing: "all that is delivered is acknowledged",
  },
  Release: {
    copy: "no such copy runs",
    "primary-only": "it is a Secondary",
    phase: "it contends",
    storage: "its host is without storage",
    nothing:
      "in lockstep: the next output is not acknowledged; live: none is recorded that has not been released",
  },
  BeginLockstep: {
    copy: "no such copy runs",
    "primary-only": "it is a Secondary",
    phase: "it is not live",
    peer: "it has no peer that is syncing",
    unreachable: "the link to the peer is cut, or not confidential",
  },
  JoinLockstep: {
    copy: "no such copy runs",
    phase: "it is not syncing",
    primary: "no Primary in lockstep has it as peer",
    unreachable: "the link between the two is cut, or not confidential",
  },
  SpawnSecondary: {
    copy: "no such copy runs",
    "primary-only": "it is a Secondary",
    phase: "it is not live",
    peer: "it has a peer already, or one that is gone and not yet given up",
    power: "power is off",
    ft: "FT is not configured, or suspended",
    storage: "the target is without storage",
    maintenance: "the target is in maintenance",
    "anti-affinity": "the target runs a copy of the pair: the Primary, or a stale one, or any other",
    unreachable: "the link from the Primary's host to the target is cut",
    confidential:
      "the Primary would log to the target in clear, which the pair may not, or not over that link",
    metro: "the target is on the Primary's side of the metro group",
    rule: "a must rule in force forbids the target",
    encryption: "never: what is logged to such a target is not confidential",
    limits: "the target has no room",
    policy: "under the reference policy: it picks another target",
    "restart-first": "under the reference policy: another pair could be restarted",
  },
  TryLock: {
    copy: "no such copy runs",
    phase: "it does not contend",
    storage: "its host is without storage: no answer is neither a win nor a loss",
    bound: "it would win, and the lock is at bounds.generations",
  },
  Suspect: {
    copy: "no such copy runs",
    phase: "it is not in lockstep",
    bound: "the suspicion is not justified, and bounds.faults faults have been counted",
  },
  AbandonSync: {
    copy: "no such copy runs",
    "primary-only": "it is a Secondary",
    phase: "it is not live",
    peer: "it has no peer to give up",
    needed: "its peer is syncing and reachable",
  },
  SyncLost: {
    copy: "no such copy runs",
    phase: "it is not syncing",
    needed: "a reachable Primary has it as peer",
  },
  HaRestart: {
    power: "power is off",
    "may-run": "some copy of the pair, of whatever generation, is on a host with storage",
    storage: "the target is without storage",
    maintenance: "the target is in maintenance",
    "anti-affinity": "the target runs a copy of the pair",
    unreachable: "never: there is no other end",
    confidential: "never: there is no other end",
    metro: "never: there is no other end",
    rule: "a must rule in force forbids the target",
    encryption: "the pair requires encryption, and the target cannot encrypt",
    limits: "the target has no room",
    policy: "under the reference policy: it picks another target",
    bound: "the lock is at bounds.generations",
  },
  PowerOn: {
    power: "power is on",
    "may-run": "some copy of the pair, of whatever generation, is on a host with storage",
    storage: "the target is without storage",
    maintenance: "the target is in maintenance",
    "anti-affinity": "the target runs a copy of the pair",
    unreachable: "never: there is no other end",
    confidential: "never: there is no other end",
    metro: "never: there is no other end",
    rule: "a must rule in force forbids the target",
    encryption: "the pair requires encryption, and the target cannot encrypt",
    limits: "the target has no room",
    registered: "under another policy than any: the host on which the Primary is registered could take it",
    policy: "under the reference policy: it picks another target",
  },
  PowerOff: {
    power: "power is off",
    bound: "the lock is beyond bounds.powerOffUpTo, or at bounds.generations",
  },
  TurnOnFT: {
    ft: "FT is configured already",
    "primary-host": "the host on which the Primary is registered is down, or in maintenance",
    "no-primary": "power is on, and no Primary executes at the lock's generation",
    limits: "the VM runs, and its host has no room for it as an FT VM",
    encryption: "the VM runs, it requires encryption, and its host cannot encrypt",
  },
  TurnOffFT: {
    copy: "the copy that is asked does not run",
    ft: "FT is not configured",
    "primary-host":
      "nobody is asked by name, and the host on which the Primary is registered is down, or in maintenance",
    "primary-only": "power is on, and a Secondary is asked",
    "no-primary": "power is on, and no Primary executes at the lock's generation; or who is asked contends",
    power: "power is off, and a copy is asked",
    starting: "a Secondary is being brought up",
    "secondary-host": "the host on which the Secondary is registered is down, or in maintenance",
    bound:
      "a Primary in lockstep would win, and the lock is beyond bounds.fencesUpTo, or at bounds.generations",
  },
  SuspendFT: {
    copy: "the copy that is asked does not run",
    ft: "FT is not configured, or suspended already",
    "primary-host":
      "nobody is asked by name, and the host on which the Primary is registered is down, or in maintenance",
    "primary-only": "power is on, and a Secondary is asked",
    "no-primary": "power is on, and no Primary executes at the lock's generation; or who is asked contends",
    power: "power is off, and a copy is asked",
    bound:
      "a Primary in lockstep would win, and the lock is beyond bounds.fencesUpTo, or at bounds.generations",
  },
  ResumeFT: {
    ft: "FT is not suspended",
    "primary-host": "the host on which the Primary is registered is down, or in maintenance",
    "no-primary": "power is on, and no Primary executes at the lock's generation",
  },
  Register: {
    power: "power is on",
    ft: "it is the Secondary's registration, and FT is not configured",
    storage: "the target is without storage",
    maintenance: "the target is in maintenance",
    same: "it is registered there already",
  },
  TestFailover: {
    "not-running": "the pair is not running",
    bound: "the lock is beyond bounds.fencesUpTo, or at bounds.generations",
  },
  TestRestartSecondary: {
    copy: "no such copy runs",
    "primary-only": "it is a Secondary",
    phase: "it is not in lockstep",
    storage: "its host is without storage",
    power: "power is off",
    bound: "it would win, and the lock is beyond bounds.fencesUpTo, or at bounds.generations",
  },
  Migrate: {
    copy: "no such copy runs",
    phase: "it is neither in lockstep nor live",
    storage: "the host that it leaves, or the target, is without storage",
    peer: "it is live and has a peer; it is a Primary in lockstep whose peer is gone; or it is a Secondary that no Primary in lockstep has as peer",
    unreachable:
      "the link from the other end to the host that it leaves is cut, or not confidential, or that to the target is cut",
    maintenance: "the target is in maintenance",
    "anti-affinity": "the target runs a copy of the pair",
    confidential: "what is logged between the other end and the target would pass in clear",
    metro: "the target is on the other end's side of the metro group",
    rule: "a must rule in force forbids the target",
    encryption: "the pair requires encryption, and the target cannot encrypt",
    limits: "the target has no room",
  },
  EnterMaintenance: {
    maintenance: "the host is in maintenance",
    "runs-copy": "it runs a copy of some pair, waiting and stale ones included",
  },
  ActivateRule: {
    "in-force": "the rule is in force already",
  },
  DeactivateRule: {
    "in-force": "the rule is not in force",
  },
  ExitMaintenance: {
    maintenance: "the host is not in maintenance",
  },
  RecoverHost: {
    up: "the host is up",
  },
  HealLink: {
    connected: "the link is not cut",
  },
  SecureLink: {
    private: "the link is private",
  },
  RestoreStorage: {
    connected: "the host's storage is connected",
  },
  CrashCopy: {
    copy: "no such copy runs",
    bound: "bounds.faults faults have been counted",
  },
  FailHost: {
    down: "the host has failed already",
    bound: "bounds.faults faults have been counted",
  },
  CutLink: {
    cut: "the link is cut already",
    bound: "bounds.faults faults have been counted",
  },
  ExposeLink: {
    exposed: "the link is not private already",
    bound: "bounds.faults faults have been counted",
  },
  LoseStorage: {
    down: "the host has failed",
    storage: "its storage is lost already",
    bound: "bounds.faults faults have been counted",
  },
}

/**
 * When each rule refuses by each of its guards: the sentences of docs/spec/core.md, section 3. "It" is the copy that the
 * action names, or else its pair, host or link.
 */
export const refusals = Object.fromEntries(
  kinds.map((kind) => [kind, { ...coreRefusals[kind as CoreKind], ...partRefusals[kind] }]),
) as Readonly<Record<Kind, Refusals>>

/** Why the rule of `kind` refuses by `guard`; in general words for a guard that only a mutant refuses by. */
export const refusalOf = (kind: Kind, guard: GuardId): string =>
  refusals[kind][guard] ?? `it is not so that ${guardMeanings[guard]}`
