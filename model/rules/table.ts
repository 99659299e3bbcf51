import type { CoreKind } from "../action.ts"
import type { Rule } from "../protocol.ts"
import { suspect, tryLock } from "./arbitration.ts"
import {
  crashCopy,
  cutLink,
  exposeLink,
  failHost,
  healLink,
  loseStorage,
  recoverHost,
  restoreStorage,
  secureLink,
} from "./faults.ts"
import { register, resumeFt, suspendFt, turnOffFt, turnOnFt } from "./ft.ts"
import { ack, deliver, record, release } from "./logging.ts"
import {
  activateRule,
  deactivateRule,
  enterMaintenance,
  exitMaintenance,
  migrate,
  testFailover,
  testRestartSecondary,
} from "./operations.ts"
import { haRestart, powerOff, powerOn } from "./power.ts"
import { abandonSync, beginLockstep, joinLockstep, spawnSecondary, syncLost } from "./redundancy.ts"

/** The rules of the core, in the order of the alphabet. */
export const coreRules: { readonly [K in CoreKind]: Rule<K> } = {
  Record: record,
  Deliver: deliver,
  Ack: ack,
  Release: release,
  BeginLockstep: beginLockstep,
  JoinLockstep: joinLockstep,
  SpawnSecondary: spawnSecondary,
  TryLock: tryLock,
  Suspect: suspect,
  AbandonSync: abandonSync,
  SyncLost: syncLost,
  HaRestart: haRestart,
  PowerOn: powerOn,
  PowerOff: powerOff,
  TurnOnFT: turnOnFt,
  TurnOffFT: turnOffFt,
  SuspendFT: suspendFt,
  ResumeFT: resumeFt,
  Register: register,
  TestFailover: testFailover,
  TestRestartSecondary: testRestartSecondary,
  Migrate: migrate,
  EnterMaintenance: enterMaintenance,
  ActivateRule: activateRule,
  DeactivateRule: deactivateRule,
  ExitMaintenance: exitMaintenance,
  RecoverHost: recoverHost,
  HealLink: healLink,
  RestoreStorage: restoreStorage,
  SecureLink: secureLink,
  CrashCopy: crashCopy,
  FailHost: failHost,
  CutLink: cutLink,
  ExposeLink: exposeLink,
  LoseStorage: loseStorage,
}
