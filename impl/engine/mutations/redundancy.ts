import type { EngineMutation } from "../rule.ts"
import { unrepresentable, refusal, taken } from "../guards.ts"
import { phase } from "../machine.ts"
import { effecting, losingStorage } from "./mutation.ts"

type View = Parameters<EngineMutation>[1]

/** A respawn that anti-affinity does not keep from a host where the pair's copy is one that `ignores` says. */
const spawnedBeside =
  (ignores: (view: View, slot: number) => boolean): EngineMutation =>
  ({ SpawnSecondary }, view, { unfit }) => ({
    SpawnSecondary: (slot, host) => {
      const answer = SpawnSecondary(slot, host)
      const pair = view.pairOf(slot)
      if (answer !== refusal["anti-affinity"] || !ignores(view, pair * view.hosts + host)) return answer
      const reason = unfit(pair, host, view.hostOf(slot))
      return reason === 0 ? unrepresentable : reason
    },
  })

/** The mutants of redundancy, on the engine's side. */
export const redundancyMutations: Readonly<Record<string, EngineMutation>> = {
  SyncingContends: ({ SyncLost }, view) => ({
    SyncLost: effecting(view, SyncLost, view.contend),
  }),
  SyncStorageContends: losingStorage((view, slot, phaseNow) => {
    if (isRunningIn(phaseNow)) view.contend(slot)
  }),
  OrphanSyncStays: () => ({ SyncLost: () => refusal.needed }),
  SyncNeverAbandoned: () => ({ AbandonSync: () => refusal.needed }),
  NeverRespawn: ({ SpawnSecondary }, { controlOf, generationIn }) => ({
    SpawnSecondary: (slot, host) =>
      generationIn(controlOf(slot)) > 1 ? refusal.phase : SpawnSecondary(slot, host),
  }),
  SpawnIgnoresAntiAffinity: spawnedBeside(() => true),
  SpawnIgnoresStaleCopy: spawnedBeside(
    ({ generationIn, controlOf, lockOf, pairOf }, slot) =>
      generationIn(controlOf(slot)) < lockOf(pairOf(slot)),
  ),
  SpawnInMaintenance: ({ SpawnSecondary }, { layout, has, put }) => ({
    SpawnSecondary: (slot, host) => {
      const isInMaintenance = has(layout.maintenance, host)
      if (isInMaintenance) put(layout.maintenance, host, 0)
      const answer = SpawnSecondary(slot, host)
      if (isInMaintenance) put(layout.maintenance, host, 1)
      return answer
    },
  }),
  MaintenanceWithCopies: (_rules, { layout, has, put }) => ({
    EnterMaintenance: (host) => {
      if (has(layout.maintenance, host)) return refusal.maintenance
      put(layout.maintenance, host, 1)
      return taken
    },
  }),
  MigrateToPeersHost: ({ Migrate }, { hostOf }) => ({
    Migrate: (slot, host) => {
      const answer = Migrate(slot, host)
      return answer === refusal["anti-affinity"] && host !== hostOf(slot) ? unrepresentable : answer
    },
  }),
}

/** Whether there is a copy that does not contend yet. */
const isRunningIn = (phaseNow: number): boolean =>
  phaseNow !== phase.none && phaseNow !== phase.contendingPrimary && phaseNow !== phase.contendingSecondary
