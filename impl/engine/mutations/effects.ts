import type { EngineMutation, EngineRules } from "../rule.ts"
import { refusal, taken } from "../guards.ts"
import { peer, phase } from "../machine.ts"
import { altered, effecting, losingStorage } from "./mutation.ts"

type View = Parameters<EngineMutation>[1]

const executes = (phaseNow: number): boolean =>
  phaseNow === phase.lockstepPrimary || phaseNow === phase.lockstepSecondary || phaseNow === phase.live

/** A boot after which the new copy counts nothing as released. */
const bootedForgetful = ({ hosts, controlOf, write, withReleased }: View, boot: EngineRules["PowerOn"]) =>
  altered(boot, (pair, host) => {
    write(pair * hosts + host, withReleased(controlOf(pair * hosts + host), 0))
  })

/** The mutants of what steps do and to whom, on the engine's side. */
export const effectMutations: Readonly<Record<string, EngineMutation>> = {
  TestRestartHaltsSuccessor: ({ TestRestartSecondary }, view) => ({
    TestRestartSecondary: (slot, b) => {
      const { controlOf, peerSlot, reaches, halt } = view
      const other = peerSlot(slot, controlOf(slot))
      const answer = TestRestartSecondary(slot, b)
      if (answer !== taken || controlOf(slot) !== 0 || other < 0 || controlOf(other) === 0) return answer
      if (reaches(slot, other)) halt(other)
      return answer
    },
  }),
  TestFailoverAlone: ({ TestFailover }, view) => ({
    TestFailover: (pair, b) => {
      const answer = TestFailover(pair, b)
      const primary = view.currentPrimary(pair)
      if (answer !== refusal["not-running"] || primary < 0) return answer
      const { fencesUpTo, generations } = view.layout.config.bounds
      if (view.lockOf(pair) > fencesUpTo || view.lockOf(pair) >= generations) return refusal.bound
      view.halt(primary)
      view.intervened(pair)
      return taken
    },
  }),
  SyncSurvivesStorageLoss: losingStorage((view, slot, phaseNow) => {
    if (executes(phaseNow)) view.contend(slot)
  }),
  DeliverOverCutLink: ({ Deliver }, { layout, primaryOf, linkOf, hostOf, put }) => ({
    Deliver: (slot, b) => {
      const answer = Deliver(slot, b)
      if (answer !== refusal.unreachable) return answer
      const link = linkOf(hostOf(primaryOf(slot)), hostOf(slot))
      put(layout.cut, link, 0)
      const second = Deliver(slot, b)
      put(layout.cut, link, 1)
      return second
    },
  }),
  StorageLossHalts: losingStorage((view, slot, phaseNow) => {
    if (executes(phaseNow) || phaseNow === phase.syncing) view.halt(slot)
  }),
  PowerOnWaitsForTheLost: ({ PowerOn }, { hosts, isOn, controlOf }) => ({
    PowerOn: (pair, host) => {
      if (!isOn(pair))
        for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1)
          if (controlOf(slot) !== 0) return refusal["may-run"]
      return PowerOn(pair, host)
    },
  }),
  SpawnBesideSyncing: ({ SpawnSecondary }, { controlOf, phaseIn, peerIn, withoutChannel, write }) => ({
    SpawnSecondary: (slot, host) => {
      const copy = controlOf(slot)
      if (phaseIn(copy) !== phase.live || peerIn(copy) === peer.none) return SpawnSecondary(slot, host)
      write(slot, withoutChannel(copy))
      const answer = SpawnSecondary(slot, host)
      if (answer !== taken) write(slot, copy)
      return answer
    },
  }),
  DeliverForgetsReleased: ({ Deliver }, { controlOf, releasedIn, withReleased, write }) => ({
    Deliver: (slot, b) => {
      const released = releasedIn(controlOf(slot))
      const answer = Deliver(slot, b)
      if (answer === taken) write(slot, withReleased(controlOf(slot), released))
      return answer
    },
  }),
  BootForgetsReleased: ({ PowerOn, HaRestart }, view) => ({
    PowerOn: bootedForgetful(view, PowerOn),
    HaRestart: bootedForgetful(view, HaRestart),
  }),
  SpawnNotRegistered: ({ SpawnSecondary }, { pairOf, secondaryAt, registerSecondary }) => ({
    SpawnSecondary: (slot, host) => {
      const pair = pairOf(slot)
      const registered = secondaryAt(pair)
      const answer = SpawnSecondary(slot, host)
      if (answer === taken) registerSecondary(pair, registered)
      return answer
    },
  }),
  ContenderChangesRole: ({ Suspect }, { controlOf, withPhase, write }) => ({
    Suspect: altered(Suspect, (slot) => {
      write(slot, withPhase(controlOf(slot), phase.contendingSecondary))
    }),
  }),
  MigrationStaysBehind: ({ Migrate }, view) => ({
    Migrate: effecting(view, Migrate, () => {}),
  }),
}
