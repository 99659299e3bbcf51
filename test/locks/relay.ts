import { createServer, connect, type AddressInfo, type Socket } from "node:net"

/**
 * What stands between one host and a server: it passes everything on, until it is cut. Then the server sees the
 * connections closed, and the host sees nothing at all: what it sends is lost, and nothing comes.
 */
type Relay = { readonly port: number; readonly cut: () => void; readonly close: () => void }

export const relayTo = async (port: number): Promise<Relay> => {
  const clients = new Set<Socket>()
  const upstreams = new Set<Socket>()
  let isCut = false

  const listener = createServer((client) => {
    clients.add(client)
    client.on("error", () => {})
    if (isCut) {
      client.resume()
      return
    }
    const upstream = connect(port, "127.0.0.1")
    upstreams.add(upstream)
    upstream.on("error", () => {})
    upstream.on("data", (data) => client.write(data))
    client.on("data", (data) => {
      if (!isCut) upstream.write(data)
    })
    client.once("close", () => upstream.destroy())
    upstream.once("close", () => {
      if (!isCut) client.destroy()
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve))

  return {
    port: (listener.address() as AddressInfo).port,
    cut: () => {
      isCut = true
      for (const upstream of upstreams) upstream.destroy()
    },
    close: () => {
      listener.close()
      for (const socket of [...clients, ...upstreams]) socket.destroy()
    },
  }
}
