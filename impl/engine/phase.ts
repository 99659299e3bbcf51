import { phase } from "./machine.ts"

export const isExecutingPrimary = (phaseNow: number): boolean =>
  phaseNow === phase.live || phaseNow === phase.lockstepPrimary

export const isSecondary = (phaseNow: number): boolean =>
  phaseNow === phase.syncing || phaseNow === phase.lockstepSecondary || phaseNow === phase.contendingSecondary
