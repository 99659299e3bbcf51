import { partGuards } from "./parts/words.ts"

const coreGuards = {
  unknown: "the protocol has such actions, and it names only hosts, pairs and links that the cluster has",
  copy: "the copy that it names runs",
  ft: "FT is on for the pair, or off, as the action needs it",
  "primary-host": "the host on which the Primary is registered is up and not in maintenance",
  "secondary-host": "the host on which the Secondary is registered is up and not in maintenance",
  "no-primary": "a Primary executes at the lock's generation",
  starting: "no Secondary is being brought up",
  power: "the pair is powered on, or off, as the action needs it",
  "primary-only": "the copy is a Primary",
  "secondary-only": "the copy is a Secondary",
  phase: "the copy is in a phase in which it may do this",
  "not-running": "the pair is running: both of its copies are in lockstep",
  peer: "the copy has a peer, or has none, as the action needs it",
  primary: "a Primary that may be relied on has the copy as its peer",
  "may-run": "no copy of the pair can go on by itself",
  storage: "the host concerned is up and reaches the shared storage",
  maintenance: "the host is out of maintenance, or in it, as the action needs it",
  "anti-affinity": "the target runs no copy of the pair",
  unreachable: "the link between the two hosts is connected",
  confidential:
    "what the pair logs between the two hosts is encrypted, or may pass in clear and the link is private",
  metro: "the target is on the other side of the metro group than the copy's other end",
  rule: "no must rule in force forbids the target",
  encryption: "the target can encrypt, if the pair requires it",
  limits: "the target has room for one more copy",
  same: "the target is another one than now",
  registered: "the target is where the pair is registered, if that can take it",
  policy: "the target is the one that the policy picks",
  "restart-first": "no other pair waits to be restarted",
  "runs-copy": "the host runs no copy",
  nothing: "there is an entry, an acknowledgement or an output to move",
  needed: "the copy or the channel is no longer needed",
  up: "the host is down",
  down: "the host is up",
  cut: "the link is connected",
  connected: "the link is cut, or the storage lost",
  exposed: "the link is private",
  private: "the link is not private",
  "in-force": "the rule is in force, or not, as the action needs it",
  bound: "the step stays within the bounds of the configuration",
} as const

type CoreGuards = typeof coreGuards

/** Every guard, by the id with which a refusal names it: the core's, and those that parts add by declaration merging. */
export interface Guards extends CoreGuards {}

export type GuardId = keyof Guards

/** What each guard requires, in general. docs/spec/core.md says what it means in each rule. */
export const guardMeanings = { ...coreGuards, ...partGuards } as Readonly<Record<GuardId, string>>
