import type { Campaign } from "../properties/check/campaign.ts"
import type { SweepProgress } from "../properties/explore/crew.ts"
import { actionsTaken, number } from "./report.ts"

/** A moving line on the terminal that tells how a campaign goes; nothing where there is no terminal. */
export type Progress = { readonly show: (soFar: Campaign) => void; readonly end: () => void }

/** `wanted` witnesses are to be seen within `schedules` and `millis`, from now on. */
export const progressOn = (
  stream: NodeJS.WriteStream,
  isQuiet: boolean,
  goal: { readonly schedules: number; readonly millis: number; readonly wanted: number },
): Progress => {
  if (!stream.isTTY || isQuiet) return { show: () => {}, end: () => {} }
  const start = performance.now()
  return {
    show: (soFar) => {
      const millis = performance.now() - start
      const perSecond = (n: number): string => number(Math.round((n * 1000) / millis))
      const left = Math.min(
        goal.millis - millis,
        (millis * (goal.schedules - soFar.schedules)) / soFar.schedules,
      )
      const line = [
        `${number(soFar.schedules)}${Number.isFinite(goal.schedules) ? `/${number(goal.schedules)}` : ""} schedules`,
        `${perSecond(soFar.schedules)}/s`,
        `${perSecond(actionsTaken(soFar))} actions/s`,
        `${Object.keys(soFar.witnesses).length}/${goal.wanted} witnesses`,
        ...(soFar.volume === 0 ? [] : [`${number(soFar.volume)} on the engine`]),
        `${Math.max(0, Math.ceil(left / 1000))} s left`,
      ]
      stream.write(`\r\x1b[K${line.join("  ")}`)
    },
    end: () => void stream.write("\r\x1b[K"),
  }
}

/** A moving line that tells how a sweep goes, layer by layer; nothing where there is no terminal. */
export const layersOn = (
  stream: NodeJS.WriteStream,
  isQuiet: boolean,
): { readonly show: (progress: SweepProgress) => void; readonly end: () => void } => {
  if (!stream.isTTY || isQuiet) return { show: () => {}, end: () => {} }
  return {
    show: ({ depth, waiting }) =>
      void stream.write(`\r\x1b[Kdepth ${depth}  ${number(waiting)} states in the layer`),
    end: () => void stream.write("\r\x1b[K"),
  }
}

/** A moving line that tells how many cases an implementation was put through; nothing where there is no terminal. */
export const casesOn = (
  stream: NodeJS.WriteStream,
  isQuiet: boolean,
): { readonly show: (cases: number) => void; readonly end: () => void } => {
  if (!stream.isTTY || isQuiet) return { show: () => {}, end: () => {} }
  const start = performance.now()
  return {
    show: (cases) => {
      const perSecond = Math.round((cases * 1000) / (performance.now() - start))
      if (cases % 20 === 0) stream.write(`\r\x1b[K${number(cases)} cases  ${number(perSecond)}/s`)
    },
    end: () => void stream.write("\r\x1b[K"),
  }
}
