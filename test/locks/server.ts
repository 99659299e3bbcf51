import { execFileSync, spawnSync } from "node:child_process"
import { chownSync, existsSync, readdirSync } from "node:fs"
import { createServer, type AddressInfo } from "node:net"
import { join } from "node:path"
import { setTimeout as pass } from "node:timers/promises"
import { end, startGroup, temporaryFolder, type Group } from "./group.ts"

/** A kind of server, as it is started on loopback with what it keeps in a folder of its own. */
type ServerKind = {
  readonly name: string
  /** The Debian package that it comes in. */
  readonly debian: string
  /** Where its program is, null if it is not on this machine. */
  readonly find: () => string | null
  readonly version: (program: string) => string
  readonly start: (program: string) => Promise<Server>
}

export type Server = { readonly ports: readonly number[]; readonly stop: () => Promise<void> }

/** Three of them, for a lock that wants a majority; who wants one takes the first. */
const redis: ServerKind = {
  name: "Redis",
  debian: "redis-server",
  find: () => onPath("redis-server"),
  version: (program) => numberIn(program, /v=(\S+)/),
  start: async (program) => {
    const started = [1, 2, 3].map(async () => {
      const port = await freePort()
      const folder = temporaryFolder()
      const group = startGroup(program, [
        ...["--port", String(port), "--bind", "127.0.0.1", "--dir", folder],
        ...["--save", "", "--appendonly", "no"],
      ])
      await said(group, "Ready to accept connections")
      return { group, port }
    })
    const servers = await Promise.all(started)
    return serverOf(
      servers.map(({ group }) => group),
      servers.map(({ port }) => port),
    )
  },
}

/** It refuses to run as root, and is then run as the user that its package has made. */
const postgres: ServerKind = {
  name: "PostgreSQL",
  debian: "postgresql",
  find: () => {
    const folder = "/usr/lib/postgresql"
    const versions = existsSync(folder) ? readdirSync(folder) : []
    const program = versions.map((version) => join(folder, version, "bin", "postgres")).findLast(existsSync)
    return program ?? onPath("postgres")
  },
  version: (program) => numberIn(program, /(\d+\.\d+)/),
  start: async (program) => {
    const port = await freePort()
    const folder = temporaryFolder()
    const user = process.getuid?.() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : null
    if (user !== null) chownSync(folder, user.uid, user.gid)
    const data = join(folder, "data")
    const bin = join(program, "..")
    execFileSync(join(bin, "initdb"), ["-D", data, "-U", "ftpair", "-A", "trust", "--no-sync"], {
      ...user,
      cwd: folder,
      stdio: "ignore",
    })
    const settings = ["fsync=off", "listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`]
    const group = startGroup(
      program,
      ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
      { ...user, last: "SIGQUIT" },
    )
    await said(group, "ready to accept connections")
    execFileSync(
      join(bin, "psql"),
      [
        ...["-h", "127.0.0.1", "-p", String(port), "-U", "ftpair", "-d", "postgres", "-q"],
        ...["-c", "create table generation (key text primary key, n bigint not null)"],
      ],
      { stdio: "ignore" },
    )
    return serverOf([group], [port])
  },
}

/** Its heartbeat is set so that it grants leases of one second, the least that it counts in. */
const etcd: ServerKind = {
  name: "etcd",
  debian: "etcd-server",
  find: () => onPath("etcd"),
  version: (program) => numberIn(program, /Version: (\S+)/),
  start: async (program) => {
    const [client, peer] = [await freePort(), await freePort()]
    const url = `http://127.0.0.1:${client}`
    const peerUrl = `http://127.0.0.1:${peer}`
    const group = startGroup(program, [
      ...["--name", "one", "--data-dir", join(temporaryFolder(), "data"), "--log-level", "error"],
      ...["--listen-client-urls", url, "--advertise-client-urls", url],
      ...["--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl],
      ...["--initial-cluster", `one=${peerUrl}`, "--heartbeat-interval", "50", "--election-timeout", "500"],
    ])
    await untilTrue(async () => (await fetch(`${url}/health`)).ok)
    return serverOf([group], [client])
  },
}

export const serverKinds = { redis, postgres, etcd } as const

const serverOf = (groups: readonly Group[], ports: readonly number[]): Server => ({
  ports,
  stop: async () => {
    await Promise.all(groups.map(end))
  },
})

/** Where a program is that the shell would find. */
export const onPath = (program: string): string | null => {
  const folders = (process.env["PATH"] ?? "").split(":")
  return folders.map((folder) => join(folder, program)).find(existsSync) ?? null
}

/** What a program says of its version. */
export const numberIn = (program: string, pattern: RegExp): string =>
  pattern.exec(spawnSync(program, ["--version"], { encoding: "utf8" }).stdout)?.[1] ?? "unknown"

const idOf = (flag: "-u" | "-g"): number =>
  Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }))

const freePort = async (): Promise<number> => {
  const listener = createServer()
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve))
  const { port } = listener.address() as AddressInfo
  await new Promise((resolve) => listener.close(resolve))
  return port
}

/** Waits until a server has said something; all that it says is read on, or it would block one day. */
const said = ({ child }: Group, words: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let text = ""
    const hear = (data: Buffer): void => {
      if (text.includes(words)) return
      text += String(data)
      if (text.includes(words)) resolve()
    }
    child.stdout?.on("data", hear)
    child.stderr?.on("data", hear)
    child.once("exit", () => {
      reject(new Error(`${child.spawnfile} has ended before it was ready:\n${text}`))
    })
  })

const untilTrue = async (isTrue: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await isTrue().catch(() => false)) return
    await pass(50)
  }
  throw new Error("a server does not become ready")
}
