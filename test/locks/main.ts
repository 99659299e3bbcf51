import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { release } from "node:os"
import { join } from "node:path"
import { format, resolveConfig } from "prettier"
import { packageRoot } from "../../traces/package.ts"
import { drawn } from "./draw.ts"
import { temporaryFolder } from "./group.ts"
import { locks, type Lock } from "./lock.ts"
import { pageOf, type Tried } from "./page.ts"
import { probesFor } from "./probe.ts"
import { runnerIn } from "./run.ts"
import { numberIn, onPath, serverKinds, type Server } from "./server.ts"
import { tryOut } from "./trial.ts"

// Puts every lock to the test that is on this machine, one after the other, and writes the page. Name some to try
// these only, without writing it: `npm run locks -- flock redlock`.

const seed = 1
const drawnEach = 12
const page = join(packageRoot, "docs", "locks.md")
const packages = join(packageRoot, "test", "locks", "node_modules")

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const isInstalled = (name: string): boolean => existsSync(join(packages, name, "package.json"))

/** What has to be installed before a lock can be tried; null if it is all there. */
const missingFor = ({ needs, npm }: Lock): string | null => {
  if (!npm.every(isInstalled)) return "npm --prefix test/locks ci"
  if (needs === null) return null
  if (needs === "flock") return onPath("flock") === null ? "apt-get install util-linux" : null
  return serverKinds[needs].find() === null ? `apt-get install ${serverKinds[needs].debian}` : null
}

/** The versions of what a lock is made of. */
const versionsOf = ({ needs, npm }: Lock): readonly string[] => [
  ...npm.map((name) => {
    const { version } = JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8")) as {
      readonly version: string
    }
    return `${name} ${version.replace(/^v/, "")}`
  }),
  ...(needs === null ? [] : [needs === "flock" ? flockVersion() : serverVersion(needs)]),
]

const flockVersion = (): string => `util-linux ${numberIn("flock", /([\d.]+\d)/)}`

const serverVersion = (kind: keyof typeof serverKinds): string => {
  const { name, find, version } = serverKinds[kind]
  return `${name} ${version(find() ?? "")}`
}

/** Servers are started when the first lock wants them, and serve all the others. */
const servers = new Map<keyof typeof serverKinds, Server>()

const portsFor = async ({ needs }: Lock): Promise<readonly number[]> => {
  if (needs === null || needs === "flock") return []
  const running = servers.get(needs)
  if (running !== undefined) return running.ports
  const server = await serverKinds[needs].start(serverKinds[needs].find() ?? "")
  servers.set(needs, server)
  return server.ports
}

const tryLock = async (lock: Lock): Promise<Tried> => {
  const missing = missingFor(lock)
  if (missing !== null) {
    say(`${lock.id}: not tried: needs ${missing}`)
    return { lock, missing }
  }
  const start = performance.now()
  const ports = await portsFor(lock)
  const { id, ttl, wait } = lock
  const runner = runnerIn({ lock: id, folder: temporaryFolder(), ttl, ports, wait })
  const terms = { ttl, canCut: ports.length > 0 }
  let runs = 0
  const trial = await tryOut(
    (schedules) => {
      runs += schedules.length
      return runner.runAll(schedules)
    },
    probesFor(terms),
    drawn(seed, drawnEach, terms),
  )
  await runner.close()
  const seconds = Math.round((performance.now() - start) / 1000)
  say(`${id}: ${runs} runs, ${seconds} s, ${trial.findings.length} bad answers`)
  return { lock, trial, runs, versions: versionsOf(lock) }
}

const asked = process.argv.slice(2)
const unknown = asked.filter((id) => !locks.some((lock) => lock.id === id))
if (unknown.length > 0) {
  const known = locks.map(({ id }) => id).join(", ")
  process.stderr.write(`locks: no lock ${unknown.join(", ")}. There are: ${known}.\n`)
  process.exit(1)
}

const tried: Tried[] = []
try {
  for (const lock of locks) if (asked.length === 0 || asked.includes(lock.id)) tried.push(await tryLock(lock))
} finally {
  for (const { stop } of servers.values()) await stop()
}

const about = { node: process.versions.node, linux: release().split("-")[0] ?? "", seed, drawnEach }
const text = await format(pageOf(tried, about), { ...(await resolveConfig(page)), parser: "markdown" })
if (asked.length > 0) say(text)
else {
  writeFileSync(page, text)
  say("docs/locks.md written")
}
process.exit()
