import type { Action } from "../model/action.ts"
import type { State } from "../model/state.ts"

/** One step of a run. */
export type Step = { readonly before: State; readonly action: Action; readonly after: State }
