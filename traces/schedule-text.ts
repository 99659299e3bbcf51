import type { Action } from "../model/action.ts"
import type { Config } from "../model/config.ts"
import { jsonOfConfig } from "./config.ts"

/** A schedule as a file has it: the cluster, the mutant if there is one, and the actions, one on a line. */
export const scheduleText = (config: Config, mutant: string | null, actions: readonly Action[]): string => {
  const head = { config: jsonOfConfig(config), ...(mutant === null ? {} : { mutant }) }
  const lines = actions.map((action) => `    ${JSON.stringify(action)}`)
  const list = lines.length === 0 ? "[]" : `[\n${lines.join(",\n")}\n  ]`
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "actions": ${list}\n}\n`
}
