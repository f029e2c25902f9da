// Process that holds streams open for the memory test, so that the clients' memory is not measured. Sends the number of open streams.
import { get } from 'node:http'

interface Stream {
  url: string
  token: string
}

process.on('message', (streams: Stream[]) => {
  let open = 0
  for (const { url, token } of streams)
    get(url, { agent: false, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.once('data', () => {
        open += 1
        if (open === streams.length) process.send?.(open)
      })
      response.resume()
    })
})
