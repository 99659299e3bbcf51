import { performance } from "node:perf_hooks"
import { setTimeout as pass } from "node:timers/promises"

const pollEvery = 50

/** Attempts until there is a grant, or `wait` milliseconds are over: null then. */
export const untilGranted = async (attempt, wait) => {
  const end = performance.now() + wait
  for (;;) {
    const grant = await attempt()
    if (grant !== null || performance.now() >= end) return grant
    await pass(pollEvery)
  }
}
