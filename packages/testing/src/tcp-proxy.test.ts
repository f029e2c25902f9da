// TCP proxy: it forwards every byte after `resume`, also when it was frozen twice.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { tcpProxy } from './tcp-proxy.ts'

test('the proxy forwards bytes in order that arrived during the first and the second freeze', async () => {
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  await using proxy = await tcpProxy({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port })
  const client = connect(proxy.port, '127.0.0.1').setEncoding('utf8')
  await once(client, 'connect')
  client.write('before,')
  expect(await once(client, 'data')).toEqual(['before,'])
  proxy.freeze()
  client.write('first,')
  await delay(20)
  proxy.freeze()
  client.write('second')
  proxy.resume()
  let got = ''
  while (got.length < 'first,second'.length) got += (await once(client, 'data'))[0]
  expect(got).toBe('first,second')
  client.destroy()
  echo.close()
})
